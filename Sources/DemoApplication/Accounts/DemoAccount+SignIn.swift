import CryptoPrimitives
import HTTPWire

extension DemoAccount {
    /// The account that a name and a password open.
    ///
    /// An unknown name costs the same comparison as a known one, so that the time of an answer names nobody.
    static func signingIn(username: String, password: String) -> DemoAccount? {
        let account = named(username)
        let wanted = [UInt8]((account?.password ?? "nobody has this password").utf8)
        let given = [UInt8](password.utf8)
        let isRight = ConstantTime.areEqual(wanted.span, given.span)
        return isRight ? account : nil
    }

    /// The value of `Sallyport-Issue-Session`: the claims of the session that the gate is asked to begin.
    var claims: String {
        let buffer = OutputBuffer(capacity: 128)
        buffer.append("{\"sub\":")
        buffer.append(jsonString: username)
        buffer.append(",\"name\":")
        buffer.append(jsonString: name)
        buffer.append(",\"roles\":[")
        for (index, role) in roles.enumerated() {
            if index > 0 { buffer.append(",") }
            buffer.append(jsonString: role)
        }
        buffer.append("]}")
        return buffer.string
    }
}
