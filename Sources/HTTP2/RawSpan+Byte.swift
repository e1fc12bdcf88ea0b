extension RawSpan {
    /// The byte at an offset, which has to lie within.
    @inline(__always)
    func byteAt(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
