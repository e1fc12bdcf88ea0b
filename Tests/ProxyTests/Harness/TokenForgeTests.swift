import Testing

/// The forger must be able to write a good token, or its bad ones would prove nothing.
struct TokenForgeTests {
    @Test("The digest and the keyed digest are those of FIPS 180-4 and RFC 4231")
    func digests() {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        #expect(
            hex(SHA256Sum.sum(of: Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(SHA256Sum.authentication(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
