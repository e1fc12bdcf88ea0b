import Testing

@testable import RedisTokenStore

/// The reply path against bytes that a hostile or broken server may send (ATTACKS row 32, CVE-2021-32765).
struct RedisReplyReaderTests {
    private static let replies: [(String, [RedisReply])] = [
        ("+OK\r\n", [.status("OK")]),
        ("-NOSCRIPT No matching script.\r\n", [.error("NOSCRIPT No matching script.")]),
        (":42\r\n:-7\r\n:9223372036854775807\r\n", [.integer(42), .integer(-7), .integer(.max)]),
        ("$5\r\nhello\r\n", [.string("hello")]),
        ("$0\r\n\r\n", [.string("")]),
        ("$4\r\n\r\n\r\n\r\n", [.string("\r\n\r\n")]),
        ("$-1\r\n", [.null]),
        ("*-1\r\n", [.null]),
        ("*0\r\n", [.array([])]),
        (
            "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n+PONG\r\n",
            [
                .array([.string("a"), .array([.integer(1), .array([])])]), .status("PONG"),
            ]
        ),
        ("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$-1\r\n", [.array([.string("message"), .string("c"), .null])]),
    ]

    @Test("Replies are read whole, byte by byte, and split at each index", arguments: replies)
    func pieces(_ text: String, _ expected: [RedisReply]) throws {
        let bytes = Array(text.utf8)
        #expect(try read([bytes]) == expected)
        #expect(try read(bytes.map { [$0] }) == expected)
        for index in bytes.indices { #expect(try read([Array(bytes[..<index]), Array(bytes[index...])]) == expected) }
    }

    @Test(
        "Bytes that are no reply, or claim more than a limit allows, are refused, however they are cut",
        arguments: [
            ("?\r\n", RedisProtocolError.unknownType(63)),
            ("HTTP/1.1 400 Bad Request\r\n", .unknownType(72)),
            ("%1\r\n", .unknownType(37)),
            ("\r\n", .unknownType(13)),
            (":\r\n", .number), (":-\r\n", .number), (":1 \r\n", .number), (":+1\r\n", .number), (":1-\r\n", .number),
            (":9223372036854775808\r\n", .number), (":-0\r\n", .number), (":00\r\n", .number),
            ("$01\r\nx\r\n", .number), (":00000000000000000000001\r\n", .number),
            ("$-2\r\n", .number), ("$\r\n", .number), ("$x\r\n", .number), ("*-2\r\n", .number), ("*\r\n", .number),
            ("$4294967296\r\n", .stringTooLong), ("$9223372036854775807\r\n", .stringTooLong),
            ("$33\r\n", .stringTooLong),
            ("*1073741824\r\n", .arrayTooLong), ("*4294967295\r\n", .arrayTooLong), ("*9\r\n", .arrayTooLong),
            ("*1\r\n*1\r\n*1\r\n*1\r\n", .tooDeep),
            ("$1\r\nab\r\n", .line), ("$1\r\na\r\r", .line), ("$0\r\nab", .line),
            ("+OK\n", .line), ("+OK\r\r", .line), ("+O\0K\r\n", .line),
            ("+" + String(repeating: "x", count: 65), .line),
            (
                "*8\r\n" + String(repeating: "$32\r\n" + String(repeating: "y", count: 32) + "\r\n", count: 8),
                .replyTooLong
            ),
        ])
    func refused(_ text: String, _ error: RedisProtocolError) {
        let limits = RedisReplyLimits(stringBytes: 32, lineBytes: 64, elements: 8, depth: 3, replyBytes: 256)
        let bytes = Array(text.utf8)
        #expect(throws: error) { try read([bytes], limits) }
        #expect(throws: error) { try read(bytes.map { [$0] }, limits) }
    }

    @Test("What lies just within the limits is read")
    func withinLimits() throws {
        let limits = RedisReplyLimits(stringBytes: 32, lineBytes: 64, elements: 8, depth: 3, replyBytes: 256)
        #expect(try read([Array("$32\r\n\(String(repeating: "y", count: 32))\r\n".utf8)], limits).count == 1)
        #expect(try read([Array("*1\r\n*1\r\n*1\r\n:1\r\n".utf8)], limits).count == 1)
        #expect(try read([Array(("*8\r\n" + String(repeating: ":1\r\n", count: 8)).utf8)], limits).count == 1)
        #expect(try read([Array("+\(String(repeating: "x", count: 64))\r\n".utf8)], limits).count == 1)
    }

    @Test("A claimed length costs no memory before its bytes arrive")
    func claims() throws {
        let reader = try #require(RedisReplyReader())
        try reader.feed(Array("*262144\r\n$16777216\r\n".utf8).span)
        #expect(try reader.next() == nil)
        #expect(throws: RedisProtocolError.arrayTooLong) {
            try reader.feed(Array("\(String(repeating: "z", count: 16_777_216))\r\n*262145\r\n".utf8).span)
        }
    }

    @Test("Arguments are length-prefixed, so that none can become a command")
    func commands() {
        #expect(
            RedisCommand(["GET", "a\r\nDEL b", "", "ä"]).bytes
                == Array("*4\r\n$3\r\nGET\r\n$8\r\na\r\nDEL b\r\n$0\r\n\r\n$2\r\nä\r\n".utf8))
    }

    private func read(_ pieces: [[UInt8]], _ limits: RedisReplyLimits = RedisReplyLimits()) throws -> [RedisReply] {
        let reader = try #require(RedisReplyReader(limits))
        var replies: [RedisReply] = []
        for piece in pieces {
            try reader.feed(piece.span)
            while let reply = try reader.next() { replies.append(reply) }
        }
        return replies
    }
}
