/// What becomes of messages for a subscriber that does not read fast enough.
public enum Overflow: Sendable, Hashable {
    /// The message that has waited longest makes room for the new one.
    case dropOldest
    /// The new message is dropped.
    case dropNewest
    /// The connection is closed, with what waits in it.
    case disconnect
}

/// Messages that a publisher dropped for a subscriber, which did not read them fast enough.
public struct Gap: Sendable, Hashable {
    /// Who published them.
    public var publisher: Peer
    /// How many they were, whatever their topics.
    public var dropped: Int
}
