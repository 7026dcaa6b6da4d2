/// A component of another process, or another component of this one, that this one works with.
public struct Peer: Sendable, Identifiable, Hashable {
    /// The component's id, a UUID. It is another one each time the component is started.
    public var id: String
    /// The component's name, as its user gave it.
    public var name: String
    /// The name of its host.
    public var host: String
    /// The id of its process, a UUID.
    public var processID: String
    /// The IPv4 address from which it is heard.
    public var address: String
    /// The TCP port on which it listens, if it does.
    public var port: Int?
    /// Whether it is of this library, and so understands raw requests.
    public var acceptsRawRequests: Bool
    /// Everything that it announces, fields of its user's own included.
    public var advertisement: JSONValue
    /// The patterns of the types that a responder has handlers for; `nil` if it does not say, as those of Node.js, or has
    /// too many to announce.
    public var handles: [String]?
}

/// What happens to the peers of a component.
public enum PeerEvent: Sendable, Hashable {
    /// Heard for the first time.
    case added(Peer)
    /// Announces something new of itself.
    case updated(Peer)
    /// Said goodbye, or was silent for the node timeout.
    case removed(Peer)
    /// It misses hellos, or is connected and answers nothing, or its requests fail: others are preferred to it. It was
    /// added before, and is ``back(_:)`` or ``removed(_:)`` next.
    case suspected(Peer)
    /// It was suspected, and is well.
    case back(Peer)
}

/// The events of a component's peers. It begins with an ``PeerEvent/added(_:)`` for each peer that is there, and a
/// ``PeerEvent/suspected(_:)`` if it is that, and ends when
/// the component is closed. Of events that nobody takes, the newest 10,000 are kept.
public struct PeerEvents: AsyncSequence, Sendable {
    let stream: AsyncStream<PeerEvent>

    /// The iterator of ``PeerEvents``.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: AsyncStream<PeerEvent>.Iterator

        /// The next event; `nil` when the component is closed.
        public mutating func next() async -> PeerEvent? {
            await base.next()
        }

        /// The next event; `nil` when the component is closed.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> PeerEvent? {
            await base.next(isolation: actor)
        }
    }

    /// Begins to take the events. One iterator at a time.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: stream.makeAsyncIterator())
    }
}
