/// A Lua script that Redis runs as one atomic step. Its only key is one of a slot; further keys of the session are
/// named after it and lie in the same slot.
struct RedisScript: Sendable, Equatable {
    /// Its name, under which its digest is remembered.
    let name: String
    /// Its text.
    let text: String
    /// Its text for a node of a cluster to which the session is still on its way, with some of its keys on the node
    /// before: there it must not take a key that is missing for one that never was.
    let splitText: String

    /// A script on a session: `key` is the session's hash, `now` the caller's time.
    private init(session name: String, _ body: String) {
        self.name = name
        text = "local split = false\n" + Self.sessionPrelude + body
        splitText = "local split = true\n" + Self.sessionPrelude + body
    }

    private init(user name: String, _ body: String) {
        self.name = name
        text = body
        // One key is here or there.
        splitText = body
    }

    /// What all scripts on a session share.
    ///
    /// Times come from the caller and are compared with the caller's; a key's own time to live is counted from them,
    /// so that Redis only ever forgets what has expired. Numbers stay the strings they came as: Lua prints large ones
    /// with an exponent.
    private static let sessionPrelude = """
        local key, now = KEYS[1], tonumber(ARGV[1])
        local function ttl(exp)
          return math.max(1, math.min(tonumber(exp) - now, 3153600000))
        end
        local function name(kind, jti) return key .. ':' .. kind .. ':' .. jti end
        local function put(kind, jti, exp, confirmed)
          redis.call('SET', name(kind, jti), exp .. ' ' .. confirmed, 'EX', ttl(exp))
          redis.call('HSET', key, 't:' .. kind .. ':' .. jti, exp)
          if redis.call('TTL', key) < ttl(exp) then redis.call('EXPIRE', key, ttl(exp)) end
        end
        local function listed(kind, jti)
          local value = redis.call('GET', name(kind, jti))
          return value and tonumber(string.match(value, '^(%S+) ')) > now
        end
        -- A token of a generation that needs no confirmation any more.
        local function settle(kind, jti)
          local value = redis.call('GET', name(kind, jti))
          if value then redis.call('SET', name(kind, jti), string.match(value, '^(%S+) ') .. ' 1', 'KEEPTTL') end
        end
        local function read()
          local flat, record = redis.call('HGETALL', key), {}
          for i = 1, #flat, 2 do record[flat[i]] = flat[i + 1] end
          return record
        end
        local function lives(record)
          return record.aexp and (tonumber(record.aexp) > now or tonumber(record.rexp) > now)
        end
        -- While a session is on its way from one node of a cluster to another, commands on keys that have left fail on
        -- the old node; on the new one keys that have not arrived look like none. A key that is about to expire may be
        -- gone already.
        local function arrived(field, exp)
          return not split or not exp or tonumber(exp) <= now + 60
            or redis.call('EXISTS', key .. string.sub(field, 2)) == 1
        end
        local function whole(record)
          for field, exp in pairs(record) do
            if string.sub(field, 1, 2) == 't:' and not arrived(field, exp) then return false end
          end
          return true
        end
        local function later() return redis.error_reply('TRYAGAIN the session is on its way') end
        -- The session's own key goes last, so that nothing is lost track of when a key has left the node.
        local function finish(record)
          local living, keys = lives(record), {}
          for field, exp in pairs(record) do
            if string.sub(field, 1, 2) == 't:' then
              keys[#keys + 1] = key .. string.sub(field, 2)
              living = living or tonumber(exp) > now
            end
          end
          keys[#keys + 1] = key
          for i = 1, #keys, 1000 do redis.call('DEL', unpack(keys, i, math.min(i + 999, #keys))) end
          return living and 1 or 0
        end
        -- The list of superseded refresh tokens, as SupersededRefreshToken+Text writes it.
        local function parse(text)
          local list, at = {}, 1
          while at <= #text do
            local _, stop, length, exp, grace = string.find(text, '^(%d+) (%S+) (%S+) ', at)
            list[#list + 1] = {exp = exp, grace = grace, jti = string.sub(text, stop + 1, stop + length)}
            at = stop + length + 1
          end
          return list
        end
        local function format(list)
          local parts = {}
          for i, one in ipairs(list) do
            parts[i] = #one.jti .. ' ' .. one.exp .. ' ' .. one.grace .. ' ' .. one.jti
          end
          return table.concat(parts)
        end
        local function confirm(list, graceEnd)
          for _, one in ipairs(list) do
            if one.grace == '-' then one.grace = graceEnd end
          end
        end

        """

    /// Writes a session and both tokens of its generation.
    ///
    /// ARGV: now, access `jti`, its `exp`, refresh `jti`, its `exp`, confirmed, then the record's fields and values.
    static let insertSession = RedisScript(
        session: "insertSession",
        """
        put('access', ARGV[2], ARGV[3], ARGV[6])
        put('refresh', ARGV[4], ARGV[5], ARGV[6])
        redis.call('HDEL', key, 'agent')
        redis.call('HSET', key, unpack(ARGV, 7))
        return 1
        """)

    /// Adds a session out of another store, with all of its tokens; 0 if there is anything of it already.
    ///
    /// ARGV: now, the number of tokens, for each of them type, `jti`, `exp`, confirmed; then the fields and values of the
    /// record, or of what there is instead.
    static let addSession = RedisScript(
        session: "addSession",
        """
        if redis.call('EXISTS', key) == 1 then return 0 end
        local count = tonumber(ARGV[2])
        for i = 3, count * 4 + 2, 4 do put(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
        local fields = {}
        for i = count * 4 + 3, #ARGV do fields[#fields + 1] = ARGV[i] end
        if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
        return 1
        """)

    /// Puts one token on the list; 0 if it needs a session and that does not live.
    ///
    /// ARGV: now, type, `jti`, `exp`, whether it needs a session, the subject or nothing.
    static let insertToken = RedisScript(
        session: "insertToken",
        """
        local living = lives(read())
        if ARGV[5] == '1' and not living then return 0 end
        put(ARGV[2], ARGV[3], ARGV[4], '1')
        if ARGV[6] and not living then redis.call('HSETNX', key, 'sub', ARGV[6]) end
        return 1
        """)

    /// Takes one token off the list; 1 if it was on it.
    ///
    /// ARGV: now, type, `jti`.
    static let revokeToken = RedisScript(
        session: "revokeToken",
        """
        local field = 't:' .. ARGV[2] .. ':' .. ARGV[3]
        if not arrived(field, redis.call('HGET', key, field) or nil) then return later() end
        local was = listed(ARGV[2], ARGV[3])
        redis.call('DEL', name(ARGV[2], ARGV[3]))
        redis.call('HDEL', key, field)
        return was and 1 or 0
        """)

    /// Ends a session: whether any of it was still good, and its user.
    ///
    /// ARGV: now, the subject whose session it must be, or nothing.
    static let endSession = RedisScript(
        session: "endSession",
        """
        local record = read()
        if ARGV[2] and record.sub ~= ARGV[2] then return {0, false} end
        if not whole(record) then return later() end
        return {finish(record), record.sub or false}
        """)

    /// Notes that a token of a generation was presented; 1 if that changed something.
    ///
    /// ARGV: now, the generation's number, when the grace of its predecessors ends.
    static let confirm = RedisScript(
        session: "confirm",
        """
        local record = read()
        if not lives(record) or record.gen ~= ARGV[2] or record.conf == '1' then return 0 end
        if not whole(record) then return later() end
        local list = parse(record.sup)
        confirm(list, ARGV[3])
        settle('access', record.acc)
        settle('refresh', record.ref)
        redis.call('HSET', key, 'conf', '1', 'sup', format(list))
        return 1
        """)

    /// Replaces a living session's claims; 1 if it lives.
    ///
    /// ARGV: now, claims.
    static let updateClaims = RedisScript(
        session: "updateClaims",
        """
        if not lives(read()) then return 0 end
        redis.call('HSET', key, 'claims', ARGV[2])
        return 1
        """)

    /// `RotationRules.rotate`, line by line; the outcome's word, and the record's fields and values.
    ///
    /// ARGV: now, the presented `jti`, its generation or nothing, when a grace that begins now ends, how many superseded
    /// tokens are remembered, then the candidate: access `jti`, refresh `jti`, `iat`, `exp` of the access token, `exp` of
    /// the refresh token, then how long a session may live, or nothing.
    static let rotate = RedisScript(
        session: "rotate",
        """
        local presented, generation = ARGV[2], tonumber(ARGV[3])
        local graceEnd, limit = ARGV[4], tonumber(ARGV[5])
        local record = read()
        if not lives(record) then return {'revoked'} end
        local absolute = tonumber(ARGV[11])
        local last = absolute and tonumber(record.created) + absolute
        if last and last <= now then return {'revoked'} end
        local function within(exp)
          return last and tonumber(exp) > last and string.format('%.0f', last) or exp
        end
        if not whole(record) then return later() end
        local function gives(one)
          return tonumber(one.exp) > now and (one.grace == '-' or tonumber(one.grace) > now)
        end
        local list, earlier = {}, nil
        for _, one in ipairs(parse(record.sup)) do
          if gives(one) then list[#list + 1] = one end
          if not earlier and one.jti == presented then earlier = one end
        end
        local function answer(word)
          local flat = {}
          record.sup = format(list)
          for field, value in pairs(record) do
            if string.sub(field, 1, 2) ~= 't:' then
              flat[#flat + 1] = field
              flat[#flat + 1] = value
            end
          end
          return {word, flat}
        end
        local function install()
          list[#list + 1] = {exp = record.rexp, grace = '-', jti = record.ref}
          -- The oldest goes, but never the one that was presented.
          local oldest = 1
          while #list > limit and list[oldest] do
            if list[oldest].jti == presented then oldest = oldest + 1 else table.remove(list, oldest) end
          end
          if record.conf == '0' then
            settle('access', record.acc)
            settle('refresh', record.ref)
          end
          record.acc, record.ref, record.iat = ARGV[6], ARGV[7], ARGV[8]
          record.aexp, record.rexp = within(ARGV[9]), within(ARGV[10])
          record.gen = string.format('%.0f', tonumber(record.gen) + 1)
          record.conf, record.seen = '0', ARGV[1]
          -- The tokens first: where they cannot be written, nothing has changed.
          put('access', record.acc, record.aexp, '0')
          put('refresh', record.ref, record.rexp, '0')
          for field, exp in pairs(record) do
            if string.sub(field, 1, 2) == 't:' and tonumber(exp) <= now then redis.call('HDEL', key, field) end
          end
          redis.call('HSET', key, 'acc', record.acc, 'ref', record.ref, 'iat', record.iat, 'aexp', record.aexp,
            'rexp', record.rexp, 'gen', record.gen, 'conf', '0', 'seen', record.seen, 'sup', format(list))
          return answer('rotated')
        end
        if presented == record.ref then
          if not listed('refresh', presented) then return {'revoked'} end
          if record.conf == '0' then confirm(list, graceEnd) end
          return install()
        end
        if earlier and gives(earlier) then
          if not listed('refresh', presented) then return {'revoked'} end
          if record.conf == '0' and tonumber(record.aexp) <= now then return install() end
          return answer('repeated')
        end
        if earlier or (generation and generation < tonumber(record.gen)) then
          finish(record)
          return answer('reused')
        end
        return {'revoked'}
        """)

    /// Lists a session under its user, until when it lives at least, and forgets those whose time is over for more than
    /// an hour: a machine whose clock runs ahead must not take others' sessions out of the index.
    ///
    /// KEYS: the user's sorted set. ARGV: now, the session, its expiry; and anything, where the sessions are asked for that
    /// were listed before: of two at once, only one is told of the other.
    static let indexSession = RedisScript(
        user: "indexSession",
        """
        local key, now, exp = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[3])
        local before = ARGV[4] and redis.call('ZRANGE', key, 0, -1)
        local known = redis.call('ZSCORE', key, ARGV[2])
        if not known or tonumber(known) < exp then redis.call('ZADD', key, ARGV[3], ARGV[2]) end
        redis.call('ZREMRANGEBYSCORE', key, '-inf', now - 3600)
        local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
        if last[2] then
          redis.call('EXPIRE', key, math.max(1, math.min(tonumber(last[2]) - now, 3153600000)))
        end
        return before or 1
        """)

    /// Puts an entry on the deny-list; of two, what is later counts.
    ///
    /// ARGV: now, until when tokens are denied, when the entry may be forgotten.
    static let deny = RedisScript(
        user: "deny",
        """
        local key, now, till, exp = KEYS[1], tonumber(ARGV[1]), ARGV[2], ARGV[3]
        local value = redis.call('GET', key)
        if value then
          local oldTill, oldExp = string.match(value, '^(%d+) (%d+)$')
          if not oldTill then return 0 end
          if tonumber(oldTill) > tonumber(till) then till = oldTill end
          if tonumber(oldExp) > tonumber(exp) then exp = oldExp end
        end
        redis.call('SET', key, till .. ' ' .. exp, 'EX', math.max(1, math.min(tonumber(exp) - now, 3153600000)))
        return 1
        """)

    /// All of them, for a new connection.
    static let all = [
        insertSession, addSession, insertToken, revokeToken, endSession, confirm, updateClaims, rotate,
        indexSession, deny,
    ]
}
