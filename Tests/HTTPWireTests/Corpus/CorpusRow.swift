import Foundation

/// One row of a corpus of raw HTTP/1.1 messages.
struct CorpusRow: Decodable, Sendable {
    var id: String
    var category: String
    var expectation: String
    var strength: String?
    var raw: [UInt8]

    private enum CodingKeys: String, CodingKey {
        case id, category, expectation, strength
        case raw = "raw_base64"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        category = try values.decode(String.self, forKey: .category)
        expectation = try values.decode(String.self, forKey: .expectation)
        strength = try values.decodeIfPresent(String.self, forKey: .strength)
        raw = Self.filled([UInt8](try values.decode(Data.self, forKey: .raw)))
    }

    /// Replaces the placeholders as the judge does.
    private static func filled(_ raw: [UInt8]) -> [UInt8] {
        var text = raw
        for (mark, value) in placeholders {
            text = replacing([UInt8](mark.utf8), with: [UInt8](value.utf8), in: text)
        }
        return text
    }

    private static func replacing(_ mark: [UInt8], with value: [UInt8], in text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index...].starts(with: mark) {
                result += value
                index += mark.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    private static let placeholders: [(String, String)] = [
        ("@@AUTH@@", "Authorization: Bearer aaa.bbb.ccc"), ("@@SPOOF@@", "spoofed-admin"), ("@@ID@@", "X-User-Id"),
        ("@@ID_LOWER@@", "x-user-id"), ("@@ID_UPPER@@", "X-USER-ID"), ("@@ID_UNDER@@", "X_User_Id"),
        ("@@ID_UNDER_LOWER@@", "x_user_id"), ("@@ID_MIXED@@", "X_User-Id"), ("@@ID_DOT@@", "X.User.Id"),
        ("@@ID_PCT@@", "X%2dUser%2dId"), ("@@ID_U2010@@", "X\u{2010}User\u{2010}Id"), ("@@PUBLIC@@", "/public"),
        ("@@PROTECTED@@", "admin"),
    ]

    /// The rows of a file, one JSON object a line.
    static func load(_ url: URL) throws -> [CorpusRow] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: url).split(separator: 0x0a).map { try decoder.decode(CorpusRow.self, from: $0) }
    }

    /// The package's root, told from where this file lies.
    static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}
