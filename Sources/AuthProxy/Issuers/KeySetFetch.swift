internal import SallyportConfiguration
internal import EventIO
internal import Tokens

/// One fetch of an issuer's keys: the set itself, or the discovery document and then the set that it names. It belongs to its
/// loop, and lives until it has told what came of it.
final class KeySetFetch {
    /// Keys, and for how long they may be kept.
    struct Found {
        var keys: TokenKeys
        var maxAgeSeconds: Int64?
    }

    typealias Outcome = Result<Found, KeyFetchError>

    private let issuer: String
    private let algorithms: Set<SignatureAlgorithm>
    private let remote: IssuerConfiguration.RemoteKeys
    private let tls: TLSClientContext
    private let loop: EventLoop
    private var request: KeyServerRequest?
    private var completion: ((Outcome) -> Void)?

    init(
        _ configuration: IssuerConfiguration, _ remote: IssuerConfiguration.RemoteKeys, tls: TLSClientContext,
        on loop: EventLoop
    ) {
        issuer = configuration.issuer
        algorithms = Set(configuration.algorithms)
        self.remote = remote
        self.tls = tls
        self.loop = loop
    }

    /// Whom to trust for an issuer's server; reads the file of its authorities, so never on a loop that serves.
    static func trust(_ remote: IssuerConfiguration.RemoteKeys) throws(TLSError) -> TLSClientContext {
        try TLSClientContext(TLSClientSettings(trust: remote.authorities.map { .authorities(file: $0) } ?? .system))
    }

    /// Begins; the completion is called once, on the loop.
    func start(_ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        switch remote.origin {
        case .keySet(let url): get(url) { [self] in take($0) }
        case .discovery(let url): get(url) { [self] in discovered($0, isSecure: url.isSecure) }
        }
    }

    /// Gives up.
    func cancel() { request?.cancel() }

    private func get(_ url: KeyServerURL, _ completion: @escaping (KeyServerRequest.Outcome) -> Void) {
        let request = KeyServerRequest(url, tls: tls, on: loop)
        self.request = request
        request.start(timeoutMilliseconds: Int64(remote.timeoutSeconds * 1000)) { [self] outcome in
            self.request = nil
            completion(outcome)
        }
    }

    /// The discovery document (OpenID Connect Discovery §4.3): its `issuer` has to be the one that was asked for, letter by
    /// letter, and its `jwks_uri` as safe as itself.
    private func discovered(_ outcome: KeyServerRequest.Outcome, isSecure: Bool) {
        do throws(KeyFetchError) {
            let document = try Self.document(try outcome.get())
            guard let name = document["issuer"]?.string, name.utf8.elementsEqual(issuer.utf8) else {
                throw .discovery("is not that of \(issuer)")
            }
            let url: KeyServerURL
            do throws(KeyServerURL.Problem) {
                url = try KeyServerURL(document["jwks_uri"]?.string ?? "")
            } catch {
                throw .discovery("has a jwks_uri that \(error.sentence)")
            }
            guard url.isSecure || !isSecure else { throw .discovery("has a jwks_uri that is not https") }
            get(url) { [self] in take($0) }
        } catch {
            finish(.failure(error))
        }
    }

    private static func document(_ answer: KeyAnswer) throws(KeyFetchError) -> JSONObject {
        do throws(JSONError) {
            if let object = try JSONParser.parse(answer.body.span).object { return object }
        } catch {
            throw .discovery("is not JSON as we take it")
        }
        throw .discovery("is no JSON object")
    }

    private func take(_ outcome: KeyServerRequest.Outcome) {
        do throws(KeyFetchError) {
            let answer = try outcome.get()
            do throws(TokenKeyError) {
                let keys = try TokenKeys(json: answer.body, algorithms: algorithms)
                finish(.success(Found(keys: keys, maxAgeSeconds: answer.maxAgeSeconds)))
            } catch {
                throw .keys(error.reason)
            }
        } catch {
            finish(.failure(error))
        }
    }

    private func finish(_ outcome: Outcome) {
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }
}
