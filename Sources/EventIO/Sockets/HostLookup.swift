internal import Glibc

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
        let question = Question(host: host, port: port, loop: loop, completion: completion)
        // The thread takes over one reference, and gives it back when it begins.
        let context = unsafe Unmanaged.passRetained(question)
        var thread: pthread_t = 0
        let code = unsafe pthread_create(&thread, nil, { unsafe HostLookup.main($0) }, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            return loop.perform { completion(.failure(IOError(code, "start a thread"))) }
        }
        // Nobody waits for its end.
        _ = pthread_detach(thread)
    }

    private final class Question {
        let host: String
        let port: UInt16
        let loop: EventLoop
        let completion: @Sendable (Result<[SocketAddress], IOError>) -> Void

        init(
            host: String, port: UInt16, loop: EventLoop,
            completion: @escaping @Sendable (Result<[SocketAddress], IOError>) -> Void
        ) {
            self.host = host
            self.port = port
            self.loop = loop
            self.completion = completion
        }

        func answer() {
            let answer: Result<[SocketAddress], IOError>
            do throws(IOError) {
                answer = .success(try SocketAddress.resolve(host: host, port: port))
            } catch {
                answer = .failure(error)
            }
            // A loop that has ended has nobody who waits.
            loop.post { [completion] in completion(answer) }
        }
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Question>.fromOpaque(context).takeRetainedValue().answer()
        return nil
    }
}
