internal import Configuration
internal import Tokens

/// A file with a JSON Web Key or a set of them (RFC 7517 §4, §5).
struct KeyFile {
    let path: String

    /// The keys of the file, in its order. Keys of another kind than secrets are left out, and that is told: a set may
    /// hold what we do not understand (RFC 7517 §5).
    ///
    /// - Parameter allowed: algorithms for a key that names none; empty: HS256.
    func keys(allowed: [SignatureAlgorithm]) throws(TokenKeyError) -> [TokenKey] {
        let root = try object()
        var keys: [TokenKey] = []
        if let list = root["keys"] {
            guard let list = list.array else { throw malformed("its keys are no list") }
            for entry in list {
                guard let key = entry.object else { throw malformed("a key of the set is no object") }
                keys += try read(key, allowed: allowed)
            }
        } else {
            keys = try read(root, allowed: allowed)
        }
        guard !keys.isEmpty else { throw TokenKeyError(.none, "\(path) holds no key that can be used here") }
        return keys
    }

    private func object() throws(TokenKeyError) -> JSONObject {
        let content: ConfigurationFiles.Content
        switch ConfigurationFiles.system.read(path) {
        case .success(let read): content = read
        case .failure(let error): throw malformed("it cannot be read: \(error)")
        }
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONParser.parse(content.bytes.span)
        } catch {
            throw malformed("it is no JSON: \(error)")
        }
        guard let object = root.object else { throw malformed("it is no JSON object") }
        return object
    }

    private func read(_ key: JSONObject, allowed: [SignatureAlgorithm]) throws(TokenKeyError) -> [TokenKey] {
        guard let kind = key["kty"]?.string else { throw malformed("a key has no kty") }
        guard kind == "oct" else {
            StandardError.writeLine("sallyport: a key of kind \(kind.prefix(8)) is left out: only secrets are offered")
            return []
        }
        try checkUse(key)
        guard let text = key["k"]?.string, let secret = Base64URL.decode(text) else {
            throw malformed("a secret's k is not canonical base64url")
        }
        let identifier = key["kid"]
        guard identifier == nil || identifier?.string != nil else { throw malformed("a kid is no text") }
        var keys: [TokenKey] = []
        for algorithm in try algorithms(of: key, allowed: allowed) {
            keys.append(try TokenKey(secret: secret, algorithm: algorithm, identifier: identifier?.string))
        }
        return keys
    }

    /// A key for encryption is none for signatures (RFC 7517 §4.2, §4.3).
    private func checkUse(_ key: JSONObject) throws(TokenKeyError) {
        if let use = key["use"], use.string != "sig" {
            throw TokenKeyError(.unsuitable, "\(path): a key is not for signatures")
        }
        guard let operations = key["key_ops"] else { return }
        guard let list = operations.array, list.contains(.string("verify")) || list.contains(.string("sign")) else {
            throw TokenKeyError(.unsuitable, "\(path): a key's key_ops allow no verification")
        }
    }

    /// The algorithm that the key is pinned to; where it names none, those that the command allows for secrets.
    private func algorithms(of key: JSONObject, allowed: [SignatureAlgorithm]) throws(TokenKeyError)
        -> [SignatureAlgorithm]
    {
        if let name = key["alg"] {
            guard let algorithm = name.string.flatMap({ SignatureAlgorithm(rawValue: $0) }), algorithm.isSymmetric
            else {
                throw TokenKeyError(.unsuitable, "\(path): a secret's alg is not HS256, HS384 or HS512")
            }
            return [algorithm]
        }
        let symmetric = allowed.filter(\.isSymmetric)
        return symmetric.isEmpty ? [.hs256] : symmetric
    }

    private func malformed(_ reason: String) -> TokenKeyError {
        TokenKeyError(.malformed, "\(path): \(reason)")
    }
}
