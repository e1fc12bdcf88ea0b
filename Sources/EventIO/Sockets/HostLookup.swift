/// Resolves host names for loops: the system's resolver asks the network and blocks, so each question has a thread of
/// its own for as long as it takes.
public enum HostLookup {
    /// Resolves a name, and has the loop's thread take the addresses or the reason why there are none.
    ///
    /// An address in numeric form needs no thread; it is answered at once if the caller runs on the loop.
    public static func start(
        host: String, port: UInt16, on loop: EventLoop,
        _ completion: @escaping @Sendable (Result<[SocketAddress], IOError>) -> Void
    ) {
        if let address = SocketAddress(numericHost: host, port: port) {
            return loop.perform { completion(.success([address])) }
        }
        do throws(IOError) {
            let thread = try SystemThread(name: "lookup") { answer(host, port, loop, completion) }
            thread.detach()
        } catch {
            loop.perform { completion(.failure(error)) }
        }
    }

    private static func answer(
        _ host: String, _ port: UInt16, _ loop: EventLoop,
        _ completion: @escaping @Sendable (Result<[SocketAddress], IOError>) -> Void
    ) {
        let answer: Result<[SocketAddress], IOError>
        do throws(IOError) {
            answer = .success(try SocketAddress.resolve(host: host, port: port))
        } catch {
            answer = .failure(error)
        }
        // A loop that has ended has nobody who waits.
        loop.post { completion(answer) }
    }
}
