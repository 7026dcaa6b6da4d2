/// How much came from the network and was refused, by kind.
///
/// Nothing of it does more harm than ending the connection on which it came. Each kind is logged too, at most once a second
/// for each component that it concerns, by a line that says how many came since the last: at level warning, but
/// ``impostors`` and ``answers`` at level debug, since both happen without anybody's ill will.
public struct Refusals: Sendable, Hashable {
    /// Messages of discovery that are neither hellos nor anything else of cote.
    public internal(set) var datagrams = 0
    /// Hellos and goodbyes with an id, a port or anything else that cannot be.
    public internal(set) var hellos = 0
    /// Hellos with the id of a peer, but from another address than that peer's.
    public internal(set) var impostors = 0
    /// Connections closed for bytes that are no frames, such as HTTP.
    public internal(set) var frames = 0
    /// Connections closed for a frame larger than its limit.
    public internal(set) var oversized = 0
    /// Connections closed for a request, an answer or a status whose JSON does not parse or is nested too deep.
    public internal(set) var payloads = 0
    /// Requests without a type; they are answered with an error.
    public internal(set) var requests = 0
    /// Answers that no request waits for, such as those after its timeout.
    public internal(set) var answers = 0
    /// Host names of peers that lead nowhere, where peers are found by them.
    public internal(set) var hosts = 0
    /// Hellos of new peers: more than may be known, or too many at once.
    public internal(set) var peers = 0
    /// Connections that were more than a listener may have.
    public internal(set) var connections = 0
    /// Connections closed for a frame that began, and has no end.
    public internal(set) var halves = 0
    /// Connections closed that said nothing, and nobody was announced there.
    public internal(set) var silent = 0
}
