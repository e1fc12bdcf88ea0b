/// Judges the contents of PEM files before anything is made of them, so that all of a configuration's mistakes can be told
/// at once. The reasons name the files.
public enum TLSFileJudge {
    /// What is wrong with certificates that others' certificates may lead to; nil if nothing is.
    public static func problem(authorities bytes: [UInt8], file: String) -> TLSError? {
        do throws(TLSError) { _ = try TLSCertificates(bytes, file: file) } catch { return error }
        return nil
    }

    /// What is wrong with a certificate, its chain and its private key; nil if nothing is.
    public static func problem(
        certificate: [UInt8], key: [UInt8], files: TLSCertificateFiles
    ) -> TLSError? {
        do throws(TLSError) { try TLSMaterial.judge(files, certificate: certificate, key: key) } catch { return error }
        return nil
    }
}
