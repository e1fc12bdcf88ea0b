internal import HTTPWire
public import Tokens

/// The token answer of RFC 6749 §5.1, for clients without cookies.
public enum TokenAnswer {
    /// `{"access_token":…,"token_type":"Bearer","expires_in":…,"refresh_token":…,"refresh_expires_in":…}`
    public static func body(_ tokens: IssuedTokens, now: Int64) -> [UInt8] {
        let output = OutputBuffer(capacity: 1024)
        output.append("{\"access_token\":")
        output.append(jsonString: tokens.accessToken)
        output.append(",\"token_type\":\"Bearer\",\"expires_in\":")
        output.append(decimal: Int(max(tokens.accessExpiresAt - now, 0)))
        output.append(",\"refresh_token\":")
        output.append(jsonString: tokens.refreshToken)
        output.append(",\"refresh_expires_in\":")
        output.append(decimal: Int(max(tokens.refreshExpiresAt - now, 0)))
        output.append("}\n")
        return unsafe output.withUnsafeBytes { unsafe Array($0) }
    }
}
