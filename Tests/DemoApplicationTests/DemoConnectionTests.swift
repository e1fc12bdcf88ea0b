import Testing

@testable import DemoApplication

@Suite("Connections of the demo application")
struct DemoConnectionTests {
    static let get = "GET /whoami HTTP/1.1\r\nHost: a\r\n\r\n"
    static let login = Exchange.post("/login", "username=alice&password=wonderland")
    static let chunkedLogin =
        "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: \(Exchange.formType)\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "e\r\nusername=alice\r\n14\r\n&password=wonderland\r\n0\r\n\r\n"

    @Test("A connection serves one request after the other")
    func keepsAlive() {
        var exchange = Exchange()
        for _ in 0..<3 {
            exchange.feed(Self.get)
            #expect(exchange.step == .needInput)
            #expect(exchange.answer().hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("Requests are answered the same, however their bytes are split", arguments: [get, login, chunkedLogin])
    func splits(_ request: String) {
        let bytes = [UInt8](request.utf8)
        let whole = Exchange.answer(to: request)
        #expect(whole.hasPrefix("HTTP/1.1 200 ") || whole.hasPrefix("HTTP/1.1 303 "))
        for index in 1..<bytes.count {
            var exchange = Exchange()
            exchange.feed([UInt8](bytes[..<index]))
            #expect(exchange.output.isEmpty && exchange.step == .needInput)
            exchange.feed([UInt8](bytes[index...]))
            #expect(exchange.answer() == whole, "split at \(index)")
        }
        var slow = Exchange()
        for byte in bytes { slow.feed([byte]) }
        #expect(slow.answer() == whole)
    }

    @Test("Pipelined requests are answered in order, and wait while the peer does not read")
    func pipelines() {
        var exchange = Exchange()
        exchange.feed(Self.login + Self.get)
        let answer = exchange.answer()
        #expect(answer.hasPrefix("HTTP/1.1 303 ") && answer.contains("HTTP/1.1 200 OK\r\n"))
        let page = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        exchange.feed(String(repeating: page, count: 2000))
        #expect(exchange.step == .needDrain)
        #expect(exchange.output.count < DemoConnection.outputLimit + 32 * 1024)
        var answers = 0
        while exchange.step == .needDrain {
            answers += exchange.answer().split(separator: "HTTP/1.1 200 OK").count
            exchange.step = exchange.connection.advance(exchange.output)
        }
        answers += exchange.answer().split(separator: "HTTP/1.1 200 OK").count
        #expect(answers == 2000 && exchange.step == .needInput)
    }

    @Test("HEAD has the head of GET and no body")
    func head() {
        let get = Exchange.answer(to: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = Exchange.answer(to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.hasSuffix("\r\n\r\n") && get.hasPrefix(head) && get.count > head.count)
    }

    @Test("A client that closes, or speaks HTTP/1.0, gets one answer; HTTP/1.0 may ask for more")
    func ends() {
        for request in ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"] {
            var exchange = Exchange()
            exchange.feed(request + Self.get)
            #expect(exchange.step == .close)
            let answer = exchange.answer()
            #expect(answer.contains("\r\nConnection: close\r\n") && !answer.contains("application/json"))
        }
        var old = Exchange()
        old.feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(old.step == .needInput && old.answer().contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test("A client that waits for 100 gets it once, and none when the body is there already")
    func continues() {
        let head =
            "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: \(Exchange.formType)\r\nContent-Length: 34\r\n"
            + "Expect: 100-continue\r\n\r\n"
        var exchange = Exchange()
        exchange.feed(head)
        #expect(exchange.answer() == "HTTP/1.1 100 Continue\r\n\r\n")
        exchange.feed("username=alice&password=wonderland")
        #expect(exchange.answer().hasPrefix("HTTP/1.1 303 "))
        exchange.feed(head + "username=alice&password=wonderland")
        #expect(exchange.answer().hasPrefix("HTTP/1.1 303 "))
    }

    @Test(
        "What cannot be understood is refused and ends the connection",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", "400"), ("nonsense\r\n\r\n", "400"),
            ("POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 16385\r\n\r\n", "413"),
            ("POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"),
            (
                "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4001\r\n"
                    + String(repeating: "x", count: 16385), "413"
            ),
        ])
    func refuses(_ request: String, _ status: String) {
        var exchange = Exchange()
        exchange.feed(request)
        #expect(exchange.step == .close)
        let answer = exchange.answer()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("\r\nConnection: close\r\n"))
        exchange.feed(Self.get)
        #expect(exchange.step == .close && exchange.output.isEmpty)
    }

    @Test("The largest body is taken")
    func largestBody() {
        let form = "username=alice&password=wonderland&x=" + String(repeating: "x", count: 16384 - 37)
        #expect(form.utf8.count == DemoConnection.bodyLimit)
        #expect(Exchange.answer(to: Exchange.post("/login", form)).hasPrefix("HTTP/1.1 303 "))
    }
}
