import Foundation
import JWTKit

/// Measures verifications by jwt-kit on one core: `JWTKitBench ALGORITHM FOLDER MILLISECONDS` prints how many nanoseconds
/// of processor time one verification of the token in FOLDER takes (see TokenBench); nothing for an algorithm that
/// jwt-kit has not.
@main
struct JWTKitBench {
    /// The claims of the tokens; audience, issuer and expiry are checked as ours are.
    struct Claims: JWTPayload {
        var iss: IssuerClaim
        var aud: AudienceClaim
        var exp: ExpirationClaim
        var sub: SubjectClaim
        var jti: IDClaim
        var sid: String
        var type: String
        var name: String
        var roles: [String]

        func verify(using algorithm: some JWTAlgorithm) throws {
            try exp.verifyNotExpired()
            try aud.verifyIntendedAudience(includes: "shop")
            guard iss.value == "https://gate.example" else {
                throw JWTError.claimVerificationFailure(failedClaim: iss, reason: "")
            }
        }
    }

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let limit = Int64(words[3]) else { exit(2) }
        let token = try Data(contentsOf: URL(filePath: "\(words[2])/\(words[1]).jwt"))
        let key = try Data(contentsOf: URL(filePath: "\(words[2])/\(words[1]).key"))
        let pem = String(decoding: key, as: UTF8.self)
        let keys = JWTKeyCollection()
        switch words[1] {
        case "HS256": await keys.add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
        case "HS384": await keys.add(hmac: HMACKey(from: key), digestAlgorithm: .sha384)
        case "HS512": await keys.add(hmac: HMACKey(from: key), digestAlgorithm: .sha512)
        case "RS256": await keys.add(rsa: try Insecure.RSA.PublicKey(pem: pem), digestAlgorithm: .sha256)
        case "PS256": await keys.add(pss: try Insecure.RSA.PublicKey(pem: pem), digestAlgorithm: .sha256)
        case "ES256": await keys.add(ecdsa: try ES256PublicKey(pem: pem))
        case "ES384": await keys.add(ecdsa: try ES384PublicKey(pem: pem))
        case "ES512": await keys.add(ecdsa: try ES512PublicKey(pem: pem))
        default: return
        }
        for _ in 0..<20 { _ = try await keys.verify(token, as: Claims.self) }
        // The whole process: its work may move between threads.
        let start = now()
        var count: Int64 = 0
        while true {
            for _ in 0..<20 { _ = try await keys.verify(token, as: Claims.self) }
            count += 20
            if now() - start > limit * 1_000_000 { break }
        }
        print((now() - start) / count)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
