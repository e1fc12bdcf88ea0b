import EventIO
import Foundation
import SallyportTesting
import Testing

@Suite("TLS beneath streams")
struct TLSTests {
    private let authority: TestAuthority
    private let thread: LoopThread

    init() throws {
        authority = try TestAuthority()
        thread = try LoopThread(name: "test")
    }

    private func files(_ pair: TestAuthority.Pair) -> TLSCertificateFiles {
        TLSCertificateFiles(certificate: pair.certificate, key: pair.key)
    }

    private func server(_ names: [String] = ["DNS:localhost"], days: Int = 10, protocols: [String] = [])
        throws -> TLSServerContext
    {
        try TLSServerContext(
            TLSServerSettings(certificates: [files(try authority.issue(names, days: days))], protocols: protocols))
    }

    private func listen(_ context: TLSServerContext?, cutsOff: Bool = false) async throws -> EventIO.SocketAddress {
        let loop = thread.loop
        let result: Result<EventIO.SocketAddress, IOError> = await withCheckedContinuation { continuation in
            loop.post {
                do throws(IOError) {
                    let listener = try TLSEcho.listen(on: loop, context, cutsOff: cutsOff)
                    // Closed when the loop ends with the test's process.
                    _ = unsafe Unmanaged.passRetained(listener)
                    continuation.resume(returning: .success(listener.address))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    private func client(certificate: TLSCertificateFiles? = nil, protocols: [String] = []) throws -> TLSClientContext {
        try TLSClientContext(
            TLSClientSettings(
                trust: .authorities(file: authority.file), certificate: certificate, protocols: protocols))
    }

    @Test("Client and server agree on TLS 1.3, the name and the protocol")
    func handshake() async throws {
        let address = try await listen(try server(protocols: ["http/1.1"]))
        let outcome = await TLSClient.exchange(
            with: address, on: thread.loop, try client(protocols: ["h2", "http/1.1"]))
        #expect(outcome.text == "TLSv1.3 http/1.1 localhost new nobody")
    }

    @Test("A client that offers only protocols that the server has not is refused")
    func protocols() async throws {
        let address = try await listen(try server(protocols: ["http/1.1"]))
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client(protocols: ["h2"]))
        guard case .refused(.refused, let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("no application protocol"))
    }

    @Test("Eight megabytes go both ways at once while both sides wait for each other")
    func largeBodies() async throws {
        let address = try await listen(try server())
        let message = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 11) }
        let outcome = await TLSClient.exchange(
            with: address, on: thread.loop, try client(), message: message, expecting: message.count)
        #expect(outcome == .answer(message))
    }

    @Test("A client that has ended its side still gets the answer, and TLS' farewell")
    func halfClosed() async throws {
        let address = try await listen(try server())
        let message = [UInt8](repeating: 7, count: 100_000)
        let outcome = await TLSClient.exchange(
            with: address, on: thread.loop, try client(), message: message, endsSending: true)
        #expect(outcome == .ended(message))
    }

    @Test("An end without TLS' farewell is a broken connection, not an end")
    func truncated() async throws {
        let address = try await listen(try server(), cutsOff: true)
        let outcome = await TLSClient.exchange(
            with: address, on: thread.loop, try client(), message: Array("part".utf8), endsSending: true)
        #expect(outcome == .failed(104))
    }

    @Test(
        "A certificate is accepted for its names only",
        arguments: [
            ("DNS:localhost", "localhost", true), ("DNS:other", "localhost", false),
            ("DNS:*.example.com", "a.example.com", true), ("DNS:*.example.com", "a.b.example.com", false),
            ("DNS:*.example.com", "example.com", false),
            ("IP:127.0.0.1", "127.0.0.1", true), ("IP:127.0.0.2", "127.0.0.1", false),
            ("IP:::1", "::1", true), ("DNS:127.0.0.1", "127.0.0.1", false),
        ])
    func names(of certificate: String, asked: String, isAccepted: Bool) async throws {
        let address = try await listen(try server([certificate]))
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client(), serverName: asked)
        if isAccepted {
            guard case .answer = outcome else {
                Issue.record("\(outcome)")
                return
            }
        } else {
            guard case .refused(.untrusted, let reason) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(
                reason == "the certificate of \(asked) is not accepted: hostname mismatch"
                    || reason == "the certificate of \(asked) is not accepted: IP address mismatch")
        }
    }

    @Test("An expired certificate is refused")
    func expired() async throws {
        let address = try await listen(try server(days: -1))
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client())
        #expect(
            outcome
                == .refused(.untrusted, "the certificate of localhost is not accepted: certificate has expired"))
    }

    @Test("A certificate of another authority is refused, by the system's store too")
    func unknownAuthority() async throws {
        let address = try await listen(try server())
        let stranger = try TestAuthority()
        let contexts = [
            try TLSClientContext(TLSClientSettings(trust: .authorities(file: stranger.file))), try TLSClientContext(),
        ]
        for context in contexts {
            let outcome = await TLSClient.exchange(with: address, on: thread.loop, context)
            guard case .refused(.untrusted, let reason) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.contains("certificate"))
        }
        // The neighbour: who trusts anybody is not protected.
        let anybody = try TLSClientContext(TLSClientSettings(trust: .anybody))
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, anybody)
        #expect(outcome.text.hasPrefix("TLSv1.3"))
    }

    @Test("A server that does not speak TLS is told apart")
    func plain() async throws {
        let address = try await listen(nil)
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client())
        guard case .refused(let kind, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(kind == .violation)
    }

    @Test("A server that says nothing costs the handshake's time and no more")
    func silent() async throws {
        let silent = try ListeningSocket()
        guard case .tcp(_, let port) = silent.address else { throw IOError(0, "listen") }
        let address = EventIO.SocketAddress(.ipv4(0x7F00_0001, port: port))
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client(), timeout: 100)
        #expect(outcome == .refused(.timedOut, "the TLS handshake took too long"))
    }

    @Test(
        "A session is resumed, on another loop and with another context that has the same keys, but not with other keys"
    )
    func resumption() async throws {
        let pair = try authority.issue(["DNS:localhost"])
        let settings = TLSServerSettings(certificates: [files(pair)])
        let keys = TLSTicketKeys()
        let context = try client()
        var told: [String] = []
        for tickets in [keys, keys, TLSTicketKeys()] {
            let address = try await listen(try TLSServerContext(settings, tickets: tickets))
            told.append(await TLSClient.exchange(with: address, on: thread.loop, context).text)
        }
        #expect(
            told == [
                "TLSv1.3 - localhost new nobody", "TLSv1.3 - localhost resumed nobody",
                "TLSv1.3 - localhost new nobody",
            ])
    }

    @Test("Row 28: a session that is resumed takes no early data")
    func earlyData() async throws {
        let address = try await listen(try server())
        guard case .ipv4(_, let port) = address.kind else {
            Issue.record("the server has no port")
            return
        }
        // The authority's folder goes with it.
        let (session, data) = (authority.folder + "/session.pem", authority.folder + "/early")
        try Data("?".utf8).write(to: URL(filePath: data))
        let connect = ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_3", "-ign_eof", "-servername", "localhost"]
        let first = try ProcessUnderTest("/usr/bin/openssl", connect + ["-sess_out", session], input: data)
        defer { first.kill() }
        #expect(waitUntil { FileManager.default.contents(atPath: session)?.isEmpty == false }, "\(first.outputText)")
        let second = try ProcessUnderTest(
            "/usr/bin/openssl", connect + ["-sess_in", session, "-early_data", data], input: data)
        defer { second.kill() }
        #expect(second.waitForLine(containing: "Reused, TLSv1.3") != nil, "\(second.outputText)")
        #expect(second.waitForLine(containing: "Early data was not sent") != nil, "\(second.outputText)")
    }

    @Test("The certificate is chosen by the name that the client asks for")
    func chosenByName() async throws {
        let certificates = try [
            ["DNS:first.test"], ["DNS:*.second.test"], ["DNS:exact.second.test", "DNS:third.test"],
        ]
        .map { files(try authority.issue($0)) }
        let address = try await listen(try TLSServerContext(TLSServerSettings(certificates: certificates)))
        for name in ["first.test", "a.second.test", "exact.second.test", "THIRD.test"] {
            let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client(), serverName: name)
            #expect(outcome.text == "TLSv1.3 - \(name) new nobody")
        }
        // No certificate is for it: the first one is shown, and the client refuses.
        let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client(), serverName: "second.test")
        #expect(
            outcome == .refused(.untrusted, "the certificate of second.test is not accepted: hostname mismatch"))
    }

    @Test("A client's certificate is asked for, known by its names, and refused if it is a stranger's")
    func clientCertificates() async throws {
        let pair = files(try authority.issue(["DNS:localhost"]))
        let alice = files(
            try authority.issue(["email:alice@example.com", "URI:spiffe://x/y"], subject: "/O=Example/CN=alice"))
        let others = try TestAuthority()
        // The files go with their authority.
        defer { withExtendedLifetime(others) {} }
        let stranger = files(try others.issue([], subject: "/CN=alice"))
        func settings(_ mode: TLSServerSettings.ClientCertificates) -> TLSServerSettings {
            TLSServerSettings(certificates: [pair], clientCertificates: mode, clientAuthorities: authority.file)
        }
        let keys = TLSTicketKeys()
        let optional = try await listen(try TLSServerContext(settings(.optional), tickets: keys))
        let required = try await listen(try TLSServerContext(settings(.required), tickets: keys))
        let known = "TLSv1.3 - localhost new CN=alice,O=Example email:alice@example.com,URI:spiffe://x/y"
        let showing = try client(certificate: alice)
        #expect(await TLSClient.exchange(with: optional, on: thread.loop, showing).text == known)
        #expect(
            await TLSClient.exchange(with: optional, on: thread.loop, showing).text
                == known.replacing(" new ", with: " resumed "))
        #expect(
            await TLSClient.exchange(with: required, on: thread.loop, try client(certificate: alice)).text == known)
        let nobody = try client()
        #expect(
            await TLSClient.exchange(with: optional, on: thread.loop, nobody).text == "TLSv1.3 - localhost new nobody")
        // In TLS 1.3 the client is done before it hears the verdict: an alert, or a session of the other listener, opens nothing.
        let words = "the peer refuses the TLS connection: tlsv13 alert certificate required"
        #expect(
            await TLSClient.exchange(with: required, on: thread.loop, nobody) == .refused(.refused, words))
        for address in [optional, required] {
            let outcome = await TLSClient.exchange(with: address, on: thread.loop, try client(certificate: stranger))
            guard case .refused(.refused, _) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
    }

    @Test("Several sessions are kept for a server, so that connections at once resume one each")
    func manySessions() async throws {
        let address = try await listen(try server())
        let context = try client()
        #expect(await TLSClient.exchange(with: address, on: thread.loop, context).text.contains(" new "))
        // The first handshake has brought two tickets.
        async let first = TLSClient.exchange(with: address, on: thread.loop, context)
        async let second = TLSClient.exchange(with: address, on: thread.loop, context)
        for outcome in await [first, second] { #expect(outcome.text.contains(" resumed "), "\(outcome.text)") }
    }

    @Test("Files that cannot be used are told by name and reason")
    func material() throws {
        let pair = try authority.issue(["DNS:localhost"])
        let other = try authority.issue(["DNS:localhost"])
        let folder = authority.folder
        try authority.openssl(["ec", "-in", pair.key, "-aes128", "-passout", "pass:secret", "-out", "locked.key"])
        func reason(_ certificate: String, _ key: String) -> String {
            do throws(TLSError) {
                _ = try TLSServerContext(
                    TLSServerSettings(certificates: [TLSCertificateFiles(certificate: certificate, key: key)]))
                return "none"
            } catch { return error.reason }
        }
        #expect(reason(pair.certificate, pair.key) == "none")
        #expect(
            reason("/nowhere.pem", pair.key)
                == "the certificate file /nowhere.pem cannot be read: No such file or directory")
        #expect(reason(pair.key, pair.key) == "\(pair.key) holds no certificate in PEM form")
        #expect(reason(pair.certificate, pair.certificate) == "\(pair.certificate) holds no private key in PEM form")
        #expect(
            reason(pair.certificate, other.key)
                == "the private key in \(other.key) does not belong to the certificate in \(pair.certificate)")
        #expect(
            reason(pair.certificate, "\(folder)/locked.key")
                == "the private key in \(folder)/locked.key is encrypted with a passphrase: store it without one")
        #expect(
            throws: TLSError(.material, "the certificate file /nowhere.pem cannot be read: No such file or directory")
        ) {
            _ = try TLSClientContext(TLSClientSettings(trust: .authorities(file: "/nowhere.pem")))
        }
    }
}
