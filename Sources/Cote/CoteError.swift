/// What went wrong with a component or a request.
public struct CoteError: Error, Sendable {
    /// The kind of a failure. More may come with later versions, so a `switch` needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, such as `"timeout"`.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// An argument or a setting that cannot be; the message names it and its value.
        public static let invalidArgument = Code("invalidArgument")
        /// The request's timeout passed without an answer.
        public static let timeout = Code("timeout")
        /// The component was closed before the answer came, or before the call.
        public static let closed = Code("closed")
        /// The connection that carried the request ended before the answer came, and it was not to be sent again: see
        /// ``Redelivery``.
        public static let connectionLost = Code("connectionLost")
        /// The responder answered with an error, which is in ``CoteError/remote``.
        public static let remote = Code("remote")
        /// Nobody that is known handles requests of that type, where one was required; or the responder that the request
        /// was sent to does not, which is then in ``CoteError/peer``.
        public static let noHandler = Code("noHandler")
        /// Raw bytes, but only peers are there that are not of this library and could not understand them.
        public static let unsupportedByPeer = Code("unsupportedByPeer")
        /// As many requests as are allowed wait for a responder already.
        public static let queueFull = Code("queueFull")
        /// Larger than its limit.
        public static let tooLarge = Code("tooLarge")
        /// The value cannot be sent: it does not encode, or a request does not encode to an object.
        public static let encodingFailed = Code("encodingFailed")
        /// The answer is not of the type that was asked for. ``CoteError/underlying`` is the `DecodingError`.
        public static let decodingFailed = Code("decodingFailed")
        /// The request was answered already, perhaps by another handler.
        public static let alreadyAnswered = Code("alreadyAnswered")
        /// No port to listen on is free.
        public static let noFreePort = Code("noFreePort")
        /// The operating system refused, for instance memory or an address.
        public static let system = Code("system")
    }

    /// The kind of the failure.
    public var code: Code

    /// The failure in words.
    public var message: String

    /// The type of the request that failed, if a request did.
    public var requestType: String?

    /// The request's id as it is on the wire, if it was sent.
    public var requestID: String?

    /// The responder that the request was sent to, if it was sent.
    public var peer: PeerIdentity?

    /// The error that the responder answered with, if it did: ``code`` is ``Code/remote`` or ``Code/noHandler``.
    public var remote: RemoteError?

    /// What caused the failure, for instance a `DecodingError`.
    public var underlying: (any Error)?

    /// Who a request was sent to.
    public struct PeerIdentity: Hashable, Sendable {
        /// The component's id, a UUID.
        public var id: String
        /// The component's name.
        public var name: String

        /// The component of that id and name.
        public init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// An error of that code.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }
}

extension CoteError: CustomStringConvertible {
    /// Everything that is known of the failure, in one line, in which what others sent does nothing to a terminal: their
    /// control characters are written out, as `\x1b`.
    public var description: String {
        var text = "\(code): \(message)"
        if let requestType { text += " (request \"\(requestType)\"" + (peer.map { " to \($0.name)" } ?? "") + ")" }
        if let remote, let code = remote.code { text += " [\(code)]" }
        if let underlying { text += ": \(underlying)" }
        return text.printable
    }
}

/// An error as it crosses the network: throw one from a handler to choose what the requester sees, and find it in
/// ``CoteError/remote`` there.
///
/// Any other error that a handler throws crosses with its description as message and the name of its type as code, and as
/// details with what it encodes to if it is `Encodable`. A Node.js requester gets an object with `message`, `code` and
/// `details`.
///
/// By Node's convention of `cb(err)`, an answer that consists of a single value that is not `null` is an error. From a
/// Node.js responder an error may come in any shape: a JavaScript `Error` arrives as `{}`, since JSON has no other idea of
/// it; a string, a number or an object as they are. ``value`` has it, and ``message`` says what there is to say.
public struct RemoteError: Error, Sendable, Hashable {
    /// The error in words; never empty when it came from the network.
    public var message: String

    /// What kind of error it is, for programs.
    public var code: String?

    /// Anything more, for programs.
    public var details: JSONValue?

    /// The error just as it came from the network.
    public internal(set) var value: JSONValue?

    /// An error to be thrown from a handler.
    public init(_ message: String, code: String? = nil, details: JSONValue? = nil) {
        self.message = message
        self.code = code
        self.details = details
    }
}

extension RemoteError: CustomStringConvertible {
    /// Message and code, in one line, in which nothing does something to a terminal: control characters are written out, as
    /// `\x1b`.
    public var description: String {
        (code.map { "\(message) [\($0)]" } ?? message).printable
    }
}
