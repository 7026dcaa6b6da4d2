/// What there is to know of a request besides its payload. Every form of handler can take one.
public struct RequestContext: Sendable, Hashable {
    /// The type of the request.
    public var type: String

    /// The requester's own id of the request, which means something on its connection only; `nil` if nobody waits for an
    /// answer.
    public var requestID: String?

    /// The IPv4 address that the request came from.
    public var address: String

    /// The id of the requester, as ``Peer/id``, if it is of this library: others do not tell it with their requests.
    public var requesterID: String? {
        guard let requestID, let colon = requestID.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let id = requestID[..<colon]
        return id.utf8.count == 36 ? String(id) : nil
    }
}
