/// Names of protocols as ALPN sends them: each behind its length (RFC 7301 §3.1).
enum TLSProtocolList {
    static func encoded(_ names: [String]) -> [UInt8] {
        names.filter { (1...255).contains($0.utf8.count) }.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    }
}
