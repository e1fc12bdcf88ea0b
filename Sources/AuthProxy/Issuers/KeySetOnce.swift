package import SallyportConfiguration
internal import EventIO
internal import Synchronization
package import Tokens

/// The keys of an issuer for a command: fetched at most once, when the first of its tokens asks for them, with the limits
/// that the proxy has. Any thread may ask.
package final class KeySetOnce: Sendable {
    private struct Weak: Sendable {
        weak var keys: IssuerKeys?
    }

    private let issuer: IssuerConfiguration
    private let remote: IssuerConfiguration.RemoteKeys
    private let failed: @Sendable (KeyFetchError) -> Void
    /// Whom to give the keys to: who holds this object.
    private let target = Mutex(Weak())
    /// The one fetch; whether it gave keys.
    private let attempt = Mutex<Task<Bool, Never>?>(nil)

    private init(
        _ issuer: IssuerConfiguration, _ remote: IssuerConfiguration.RemoteKeys,
        failed: @escaping @Sendable (KeyFetchError) -> Void
    ) {
        self.issuer = issuer
        self.remote = remote
        self.failed = failed
    }

    /// Keys that are fetched when they are needed.
    ///
    /// - Parameter failed: gets the reason where they cannot be had; called at most once, on any thread.
    package static func keys(
        of issuer: IssuerConfiguration, _ remote: IssuerConfiguration.RemoteKeys,
        failed: @escaping @Sendable (KeyFetchError) -> Void
    ) -> IssuerKeys {
        let once = KeySetOnce(issuer, remote, failed: failed)
        let keys = IssuerKeys { _, known in
            // What came a moment ago is not asked for again: a `kid` that is not in it is unknown.
            known == nil ? await once.fill() : .unchanged
        }
        once.target.withLock { $0.keys = keys }
        return keys
    }

    private func fill() async -> IssuerKeys.Refresh {
        let task = attempt.withLock { attempt in
            let task = attempt ?? Task { await self.fetched() }
            attempt = task
            return task
        }
        return await task.value ? .changed : .unavailable
    }

    private func fetched() async -> Bool {
        do throws(KeyFetchError) {
            let keys = try await Self.fetch(issuer, remote)
            target.withLock { $0.keys }?.replace(with: keys)
            return true
        } catch {
            failed(error)
            return false
        }
    }

    /// Fetches the keys of an issuer, and waits for them.
    package static func fetch(
        _ issuer: IssuerConfiguration, _ remote: IssuerConfiguration.RemoteKeys
    ) async throws(KeyFetchError) -> TokenKeys {
        let tls: TLSClientContext
        do throws(TLSError) { tls = try KeySetFetch.trust(remote) } catch { throw .untrusted(error.reason) }
        let thread: LoopThread
        do throws(IOError) { thread = try LoopThread(name: "keys") } catch { throw .unreachable("\(error)") }
        let loop = thread.loop
        let result: Result<TokenKeys, KeyFetchError> = await withCheckedContinuation { caller in
            loop.perform {
                KeySetFetch(issuer, remote, tls: tls, on: loop).start { outcome in
                    caller.resume(returning: outcome.map(\.keys))
                }
            }
        }
        thread.join()
        return try result.get()
    }
}
