internal import Foundation

/// A certificate authority for a test, made by the `openssl` command in a folder of its own, which goes with it.
public final class TestAuthority: Sendable {
    /// A certificate and its key, as PEM files.
    public struct Pair: Sendable {
        public var certificate: String
        public var key: String
    }

    /// Where its files lie.
    public var folder: String { place.path }
    private let place: TemporaryFolder
    /// Its own certificate.
    public var file: String { folder + "/ca.pem" }

    /// Makes an authority.
    public init(name: String = "Sallyport Test") throws {
        place = try TemporaryFolder("sallyport-tls")
        try openssl(
            ["req", "-x509"] + Self.newKey + [
                "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=\(name)",
            ])
    }

    /// Issues a certificate.
    ///
    /// - Parameters:
    ///   - names: alternative names with their kinds, such as `DNS:*.example.com` or `IP:127.0.0.1`.
    ///   - days: for how long; a negative number makes one that has expired.
    ///   - subject: such as `/CN=alice/O=Example`.
    public func issue(_ names: [String], days: Int = 10, subject: String = "/CN=test") throws -> Pair {
        let name = UUID().uuidString
        try openssl(
            ["req", "-new"] + Self.newKey + ["-keyout", "\(name).key", "-out", "\(name).csr", "-subj", subject])
        let extensions = names.isEmpty ? "" : "subjectAltName=" + names.joined(separator: ",") + "\n"
        try Data((extensions + "basicConstraints=CA:FALSE\n").utf8).write(to: URL(filePath: "\(folder)/\(name).ext"))
        try openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", String(days), "-extfile", "\(name).ext", "-out", "\(name).pem",
        ])
        return Pair(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    /// Runs `openssl` in the folder.
    public func openssl(_ words: [String]) throws {
        let run = try ProcessUnderTest("openssl", words, folder: folder)
        defer { run.kill() }
        guard let end = run.waitForEnd(Deadline(in: .seconds(60))), end == .exited(0) else {
            throw TestAuthorityError(reason: "openssl \(words.first ?? "") failed: \(run.errorText)")
        }
    }
}

/// Why a test's authority did not do as it was told.
public struct TestAuthorityError: Error, CustomStringConvertible {
    public var reason: String

    public var description: String { reason }
}
