internal import DemoApplication
internal import EventIO

/// The demo application on a loop and a thread of its own.
final class DemoApplicationThread {
    /// Where it listens, with the real port.
    let address: SocketAddress
    private let thread: LoopThread
    private let server: LoopBound<DemoServer>

    /// Binds and begins to serve.
    init(at address: SocketAddress) throws(CommandFailure) {
        do throws(IOError) {
            thread = try LoopThread(name: "demo")
            let site = DemoSite(rotationGraceSeconds: DemoConfiguration.rotationGraceSeconds)
            let made = try DemoServer(on: thread.loop, at: address, site: site)
            self.address = made.address
            server = LoopBound(made, to: thread.loop)
        } catch {
            throw .no("\(error)")
        }
        thread.loop.post { [server] in server.value.start() }
    }

    /// Closes every connection and waits for the thread.
    func end() {
        thread.loop.post { [server] in server.value.stop() }
        thread.join()
    }
}
