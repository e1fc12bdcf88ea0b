/// Where the claims that mean something to us stand among the members of a payload. The parser notes it on its way, so
/// that nobody has to look for them by their names.
struct ClaimPositions {
    /// The most members of which positions are noted; what comes later is looked for.
    static let limit = 255

    private var positions = InlineArray<11, UInt8>(repeating: 255)

    /// The position of a claim; nil where it was not noted.
    subscript(claim: ClaimName) -> Int? {
        get {
            let position = positions[claim.index]
            return position == 255 ? nil : Int(position)
        }
        set { positions[claim.index] = newValue.map { UInt8(truncatingIfNeeded: $0) } ?? 255 }
    }
}
