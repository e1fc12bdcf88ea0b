internal import COpenSSL

extension TLSFileJudge {
    /// Why peers do not accept a certificate at this time; nil if it is within its time, or cannot be read.
    ///
    /// - Parameters:
    ///   - certificate: a PEM file's bytes, of which the first certificate counts.
    ///   - file: the file's name.
    public static func doubt(about certificate: [UInt8], file: String) -> String? {
        let chain: TLSCertificates
        do throws(TLSError) { chain = try TLSCertificates(certificate, file: file) } catch { return nil }
        let first = unsafe chain.first
        // Zero is an error: a time that cannot be read is nobody's warning.
        if unsafe X509_cmp_current_time(X509_get0_notAfter(first)) < 0 { return "has expired" }
        if unsafe X509_cmp_current_time(X509_get0_notBefore(first)) > 0 { return "is not valid yet" }
        return nil
    }
}
