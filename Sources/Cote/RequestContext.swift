/// What there is to know of a request besides its payload. Every form of handler can take one.
public struct RequestContext: Sendable, Hashable {
    /// The type of the request: the whole of it, where the handler's pattern leaves something open.
    public var type: String

    /// The requester's own id of the request, which means something on its connection only; `nil` if nobody waits for an
    /// answer.
    public var requestID: String?

    /// The IPv4 address that the request came from; 127.0.0.1 over a unix socket.
    public var address: String

    /// When the requester stops waiting for the answer, as far as it says so; an async handler is cancelled then.
    public var deadline: ContinuousClock.Instant?

    /// How often the request was sent before, over connections that were lost: whoever got it then may have handled it, or
    /// may still. 0 for most. See ``Redelivery``.
    public var redelivered = 0

    /// Further values that came with the request, as requesters of Node.js may send them: `send(request, a, b)`. Raw bytes
    /// are `Buffer` objects here; ``JSONValue/buffer`` has their bytes.
    public var extra: [JSONValue]

    /// The id of the requester, as ``Peer/id``, if it is of this library: others do not tell it with their requests.
    public var requesterID: String? {
        guard let requestID, let colon = requestID.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let id = requestID[..<colon]
        return id.utf8.count == 36 ? String(id) : nil
    }
}
