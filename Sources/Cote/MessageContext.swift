/// What there is to know of a message besides its value.
public struct MessageContext: Sendable, Hashable {
    /// The topic as it was published, without the namespace: the whole of it, where a handler of Node.js cote is given only
    /// the part that its pattern left open.
    public var topic: String

    /// The id of the publisher, as ``Peer/id``.
    public var publisherID: String

    /// The name of the publisher.
    public var publisherName: String
}
