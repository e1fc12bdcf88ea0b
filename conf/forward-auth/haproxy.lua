-- Asks Sallyport about a request: http-request lua.sallyport URL NAMES. The answer's fields of these names (lower case, with
-- commas between them) become the request's; cookies of a refresh become txn.sallyport_cookie_1 and _2; a refusal is
-- answered as it is. Whatever goes wrong is 503: nobody gets in because a question failed.

-- What belongs to the client's connection and to its body is not told.
local untold = {
    ["connection"] = true, ["content-length"] = true, ["expect"] = true, ["host"] = true, ["keep-alive"] = true,
    ["te"] = true, ["trailer"] = true, ["transfer-encoding"] = true, ["upgrade"] = true,
    ["x-original-method"] = true, ["x-original-uri"] = true, ["x-original-url"] = true,
    ["x-forwarded-method"] = true, ["x-forwarded-uri"] = true,
}

-- What an answer of Sallyport's tells a client.
local told = { "cache-control", "content-type", "location", "retry-after", "set-cookie", "vary", "www-authenticate",
    "access-control-allow-credentials", "access-control-allow-origin", "access-control-expose-headers" }

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status })
    for _, name in ipairs(told) do
        for _, value in pairs(headers[name] or {}) do reply:add_header(name, value) end
    end
    reply:set_body(body or "")
    txn:done(reply)
end

core.register_action("sallyport", { "http-req" }, function(txn, url, names)
    local question = {}
    for name, values in pairs(txn.http:req_get_headers()) do
        if not untold[name] then
            question[name] = {}
            for index = 0, #values do table.insert(question[name], values[index]) end
        end
    end
    question["x-original-method"] = { txn.f:method() }
    question["x-original-uri"] = { txn.f:pathq() }

    local asked, answer = pcall(function()
        return core.httpclient():get({ url = url, headers = question, timeout = 2000 })
    end)
    if not asked or not answer or not answer.status or answer.status == 0 then
        return refuse(txn, 503, { ["retry-after"] = { "1" } })
    end
    if answer.status ~= 200 then return refuse(txn, answer.status, answer.headers, answer.body) end

    for name in string.gmatch(names, "[^,]+") do
        txn.http:req_del_header(name)
        for _, value in pairs(answer.headers[name] or {}) do txn.http:req_add_header(name, value) end
    end
    local number = 0
    for _, value in pairs(answer.headers["set-cookie"] or {}) do
        number = number + 1
        txn:set_var("txn.sallyport_cookie_" .. number, value)
    end
end, 2)
