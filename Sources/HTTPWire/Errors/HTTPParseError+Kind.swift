extension HTTPParseError {
    /// One case for each thing that we refuse.
    public enum Kind: UInt8, Sendable, CaseIterable {
        // Lines and fields.
        /// LF without CR (RFC 9112 §2.2 allows to take it as a line's end; peers disagree, so we never do).
        case bareLineFeed
        /// CR without LF (RFC 9112 §2.2).
        case bareCarriageReturn
        /// A field line continued on the next line (obs-fold, RFC 9112 §5.2), or a head that begins with a blank.
        case obsoleteLineFolding
        /// A blank between field name and colon (RFC 9112 §5.1).
        case whitespaceBeforeColon
        /// A field line without a colon (RFC 9112 §5).
        case fieldWithoutColon
        /// A field line that begins with its colon (RFC 9110 §5.1).
        case emptyFieldName
        /// A byte in a field name that is no `tchar` (RFC 9110 §5.6.2).
        case invalidFieldName
        /// `_` in a request's field name: many applications cannot tell it from `-`.
        case underscoreInFieldName
        /// A name that only looks like Content-Length or Transfer-Encoding.
        case framingLookAlike
        /// A control byte in a field value (RFC 9110 §5.5).
        case controlInFieldValue

        // Request line.
        /// The method is no token (RFC 9110 §9.1), or there is none.
        case invalidMethod
        /// A method longer than any that exists (RFC 9112 §3: 501).
        case methodTooLong
        /// A request line that is not `method SP request-target SP HTTP-version CRLF` (RFC 9112 §3).
        case malformedRequestLine
        /// A byte that a request target never holds: control, space, `#`, or not ASCII (RFC 9112 §3.2).
        case invalidTargetByte
        /// A request target in none of the forms of RFC 9112 §3.2, or `*` with another method than OPTIONS.
        case invalidTargetForm
        /// CONNECT (RFC 9110 §9.3.6): we open no tunnels to places of the client's choice.
        case connectRefused
        /// No `HTTP-version` (RFC 9112 §2.3).
        case malformedVersion
        /// A version other than 1.0 and 1.1 (RFC 9110 §15.6.6).
        case unsupportedVersion

        // Host.
        /// HTTP/1.1 without Host (RFC 9112 §3.2).
        case hostMissing
        /// More than one Host line (RFC 9112 §3.2).
        case hostRepeated
        /// A host or port that is none (RFC 9110 §7.2, RFC 3986 §3.2), or an empty one.
        case invalidHost
        /// User information before the host (RFC 9110 §4.2.4).
        case userInformation
        /// The authority of an absolute-form target and Host differ (RFC 9112 §3.2.2).
        case hostDiffers

        // Framing.
        /// Transfer-Encoding together with Content-Length (RFC 9112 §6.1).
        case bothLengthAndCoding
        /// More than one Content-Length line or value, equal or not (RFC 9112 §6.3 allows to refuse both).
        case contentLengthRepeated
        /// A Content-Length that is not a plain decimal number of 63 bits, without leading zeros (RFC 9110 §8.6).
        case invalidContentLength
        /// More than one Transfer-Encoding line (RFC 9112 §6.1).
        case transferEncodingRepeated
        /// A Transfer-Encoding that does not end in exactly one `chunked`, or is no list of codings (RFC 9112 §6.1).
        case invalidTransferEncoding
        /// A transfer coding before `chunked` that we do not know (RFC 9112 §6.1: 501).
        case unsupportedTransferCoding
        /// Transfer-Encoding in an HTTP/1.0 message (RFC 9112 §6.1).
        case transferEncodingInOldVersion
        /// A body in a TRACE request (RFC 9110 §9.3.8).
        case contentInTrace

        // Other fields.
        /// An element of Connection that is no token (RFC 9110 §7.6.1).
        case invalidConnectionOption
        /// An expectation other than 100-continue (RFC 9110 §10.1.1).
        case unknownExpectation

        // Limits.
        /// The head is too long (RFC 6585 §5).
        case headTooLarge
        /// Too many field lines (RFC 6585 §5).
        case tooManyFields
        /// A field line is too long (RFC 6585 §5).
        case fieldTooLarge
        /// The request target is too long (RFC 9110 §15.5.15).
        case targetTooLong
        /// Too many cookies (RFC 6585 §5).
        case tooManyCookies
        /// Too many bytes of cookies (RFC 6585 §5).
        case cookiesTooLarge

        // Chunked bodies.
        /// A chunk size that is not 1 to 16 hexadecimal digits, or beyond 2^56 (RFC 9112 §7.1).
        case invalidChunkSize
        /// A chunk extension that breaks its grammar (RFC 9112 §7.1.1).
        case invalidChunkExtension
        /// More chunk extensions than any message needs (RFC 9112 §7.1.1).
        case chunkExtensionsTooLarge
        /// Chunk data that is not followed by CRLF (RFC 9112 §7.1).
        case invalidChunkEnd
        /// More body than can be counted in 63 bits.
        case bodyTooLarge

        // Paths.
        /// An escape that is not `%` and two hexadecimal digits (RFC 3986 §2.1).
        case malformedEscape
        /// An escaped `/` or `\`, or a plain `\`: applications disagree on whether it separates segments.
        case ambiguousSeparator
        /// An escaped control byte.
        case escapedControl
        /// An escape of ASCII in more than one byte: an overlong form, which UTF-8 forbids (RFC 3629 §3).
        case overlongEscape
        /// Parameters on an empty segment or on a dot segment (`/..;x/`): applications disagree on what remains.
        case ambiguousParameters
        /// Empty or dot segments, or an escaped `;`, in a path that somebody else forwards (forward-auth): who resolves them
        /// sees another path than who does not.
        case unsettledPath

        // Responses.
        /// A status line that is not `HTTP-version SP status-code SP [reason-phrase] CRLF` (RFC 9112 §4).
        case malformedStatusLine
        /// A status code outside 100 to 599 (RFC 9110 §15).
        case invalidStatus
    }
}

extension HTTPParseError.Kind {
    /// The status for a request with this flaw.
    public var status: Int {
        switch self {
        case .targetTooLong: 414
        case .bodyTooLarge: 413
        case .unknownExpectation: 417
        case .headTooLarge, .tooManyFields, .fieldTooLarge, .tooManyCookies, .cookiesTooLarge: 431
        case .methodTooLong, .connectRefused, .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }

    /// What is wrong, in one sentence without anything that the peer sent.
    public var sentence: String {
        switch self {
        case .bareLineFeed: "A line ends in LF without CR."
        case .bareCarriageReturn: "CR without LF."
        case .obsoleteLineFolding: "A field line is folded."
        case .whitespaceBeforeColon: "A blank stands between a field name and its colon."
        case .fieldWithoutColon: "A field line has no colon."
        case .emptyFieldName: "A field has no name."
        case .invalidFieldName: "A field name holds a byte that is not allowed there."
        case .underscoreInFieldName: "A field name holds an underscore."
        case .framingLookAlike: "A field name imitates Content-Length or Transfer-Encoding."
        case .controlInFieldValue: "A field value holds a control byte."
        case .invalidMethod: "The method is not a token."
        case .methodTooLong: "The method is too long."
        case .malformedRequestLine: "The request line is malformed."
        case .invalidTargetByte: "The request target holds a byte that is not allowed there."
        case .invalidTargetForm: "The request target has none of the forms that the method allows."
        case .connectRefused: "CONNECT is not offered here."
        case .malformedVersion: "The HTTP version is malformed."
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are spoken here."
        case .hostMissing: "The Host field is missing."
        case .hostRepeated: "There is more than one Host field."
        case .invalidHost: "The host is invalid."
        case .userInformation: "The authority holds user information."
        case .hostDiffers: "The request target and the Host field name different hosts."
        case .bothLengthAndCoding: "Transfer-Encoding and Content-Length exclude each other."
        case .contentLengthRepeated: "There is more than one Content-Length."
        case .invalidContentLength: "The Content-Length is invalid."
        case .transferEncodingRepeated: "There is more than one Transfer-Encoding field."
        case .invalidTransferEncoding: "The Transfer-Encoding is invalid."
        case .unsupportedTransferCoding: "Only the chunked transfer coding is known here."
        case .transferEncodingInOldVersion: "HTTP/1.0 has no Transfer-Encoding."
        case .contentInTrace: "A TRACE request has no body."
        case .invalidConnectionOption: "The Connection field is malformed."
        case .unknownExpectation: "The only expectation that can be met is 100-continue."
        case .headTooLarge: "The head is too large."
        case .tooManyFields: "There are too many fields."
        case .fieldTooLarge: "A field is too large."
        case .targetTooLong: "The request target is too long."
        case .tooManyCookies: "There are too many cookies."
        case .cookiesTooLarge: "The cookies are too large."
        case .invalidChunkSize: "A chunk size is invalid."
        case .invalidChunkExtension: "A chunk extension is malformed."
        case .chunkExtensionsTooLarge: "The chunk extensions are too large."
        case .invalidChunkEnd: "A chunk does not end where its size says."
        case .bodyTooLarge: "The body is too large."
        case .malformedEscape: "The path holds a malformed percent-escape."
        case .ambiguousSeparator: "The path holds a backslash or an escaped separator."
        case .escapedControl: "The path holds an escaped control byte."
        case .overlongEscape: "The path holds an overlong escape."
        case .ambiguousParameters: "The path holds parameters on an empty or dot segment."
        case .unsettledPath: "The path holds empty or dot segments, or an escaped semicolon."
        case .malformedStatusLine: "The status line is malformed."
        case .invalidStatus: "The status code is invalid."
        }
    }
}
