/// The family of a User-Agent (RFC 9110 §10.1.5): a browser's name, or that of the program that the field begins with.
///
/// Browsers name each other for the sake of old pages: Edge calls itself Chrome and Safari, Chrome calls itself Safari, all call
/// themselves Mozilla. So the product names are looked through from the most particular to the most general. What stands in
/// brackets is a comment, and no product.
enum UserAgentFamily {
    /// The products of each family, the more particular ones first.
    private static let families: [(name: String, products: Set<String>)] = [
        ("edge", ["edg", "edga", "edgios", "edge"]),
        ("opera", ["opr", "opera", "opios", "opt", "opx"]),
        ("samsung", ["samsungbrowser"]),
        ("vivaldi", ["vivaldi"]),
        ("yandex", ["yabrowser"]),
        ("uc", ["ucbrowser"]),
        ("duckduckgo", ["duckduckgo", "ddg"]),
        ("google-app", ["gsa"]),
        ("firefox", ["firefox", "fxios", "focus", "klar"]),
        ("chrome", ["chrome", "chromium", "crios", "headlesschrome"]),
        ("safari", ["safari"]),
    ]

    /// The family; for a field without any product the field itself.
    static func name(of userAgent: String) -> String {
        let products = products(in: userAgent)
        for family in families where products.contains(where: family.products.contains) { return family.name }
        return products.first ?? userAgent
    }

    /// The names of the products in lower case, without their versions and without comments.
    private static func products(in userAgent: String) -> [String] {
        var products: [String] = []
        var name: [UInt8] = []
        var depth = 0
        var isVersion = false
        func end() {
            if !name.isEmpty { products.append(String(decoding: name, as: UTF8.self)) }
            (name, isVersion) = ([], false)
        }
        for byte in userAgent.utf8 {
            switch byte {
            case UInt8(ascii: "("):
                end()
                depth += 1
            case UInt8(ascii: ")"): depth = max(depth - 1, 0)
            case _ where depth > 0: break
            case UInt8(ascii: " "), UInt8(ascii: "\t"): end()
            case UInt8(ascii: "/"): isVersion = true
            case _ where isVersion: break
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            default: name.append(byte)
            }
        }
        end()
        return products
    }
}
