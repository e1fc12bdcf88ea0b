/// The blocks of a PEM file (RFC 7468), each with its label; what stands between them is passed over.
struct PEMBlocks {
    /// One block, from its `BEGIN` line to its `END` line.
    struct Block {
        let label: String
        let text: [UInt8]
    }

    let blocks: [Block]

    /// - Throws: `.malformed` for a block that does not end, or a file beyond 1 MiB.
    init(_ file: [UInt8]) throws(TokenKeyError) {
        guard file.count <= 1 << 20 else { throw TokenKeyError(.malformed, "the key file has more than 1 MiB") }
        var blocks: [Block] = []
        var open: (label: String, text: [UInt8])?
        for line in file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = Self.label(of: line)
            if var block = open {
                block.text.append(contentsOf: line)
                block.text.append(UInt8(ascii: "\n"))
                open = block
                if words?.isEnd == true, words?.label == block.label {
                    blocks.append(Block(label: block.label, text: block.text))
                    open = nil
                }
            } else if let words, !words.isEnd {
                open = (words.label, Array(line) + [UInt8(ascii: "\n")])
            }
        }
        guard open == nil else { throw TokenKeyError(.malformed, "a PEM block does not end") }
        self.blocks = blocks
    }

    private static func label(of line: ArraySlice<UInt8>) -> (label: String, isEnd: Bool)? {
        var line = String(decoding: line, as: UTF8.self)[...]
        while line.last?.isWhitespace == true { line.removeLast() }
        guard line.hasSuffix("-----") else { return nil }
        for (start, isEnd) in [("-----BEGIN ", false), ("-----END ", true)] where line.hasPrefix(start) {
            return (String(line.dropFirst(start.count).dropLast(5)), isEnd)
        }
        return nil
    }
}
