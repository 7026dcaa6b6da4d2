/// What a component has done since it began, and is doing.
///
/// What belongs to another kind of component is zero. Each number is right by itself, while the next may have moved on.
public struct Counters: Sendable, Hashable {
    /// What a requester counts. Of the requests that were sent, each is answered, failed, queued or in flight.
    public struct Requests: Sendable, Hashable {
        /// Requests that were sent, whether they could be delivered yet or not.
        public var sent = 0
        /// Requests that were answered with a value.
        public var answered = 0
        /// Requests that ended without a value.
        public var failed = Failures()
        /// Requests that wait now to be written to a responder.
        public var queued = 0
        /// Requests that are written, and wait now for the answer.
        public var inFlight = 0
        /// How long responders took to answer lately.
        public var latency = Latency()
    }

    /// Requests that failed, by why they did; as the codes of ``CoteError`` have it.
    public struct Failures: Sendable, Hashable {
        /// The responder answered with an error.
        public var remote = 0
        /// The timeout passed.
        public var timedOut = 0
        /// The sender cancelled it.
        public var cancelled = 0
        /// The connection ended before the answer.
        public var connectionLost = 0
        /// The requester was closed.
        public var closed = 0
        /// Only responders were there that would not understand it.
        public var unsupported = 0
        /// Anything else.
        public var otherwise = 0

        /// All of them.
        public var total: Int {
            remote + timedOut + cancelled + connectionLost + closed + unsupported + otherwise
        }
    }

    /// From when a request was written until its answer was read, errors included; over the last ten to twenty seconds, and
    /// about 6% exact. Zero if nothing was answered in them.
    public struct Latency: Sendable, Hashable {
        /// Half of the answers took no longer.
        public var p50 = Duration.zero
        /// 99 of 100 answers took no longer.
        public var p99 = Duration.zero
    }

    /// What a responder counts.
    public struct Replies: Sendable, Hashable {
        /// Requests that came, whatever was in them.
        public var received = 0
        /// Answers that went out, errors among them.
        public var sent = 0
        /// Answers that are errors.
        public var errors = 0
        /// Requests that handlers work on now, and that their requesters wait for.
        public var running = 0
    }

    /// What publishers and subscribers count.
    public struct Messages: Sendable, Hashable {
        /// A publisher's: messages that were handed to the subscribers that were connected.
        public var published = 0
        /// A publisher's: messages that a subscriber was too slow for, each once for each subscriber that was to get it: see
        /// ``Configuration/maximumUnsentBytes``.
        public var dropped = 0
        /// A subscriber's: messages that came, of what it subscribes to.
        public var received = 0
        /// A subscriber's own: as ``Subscriber/failedMessages``. A monitor is not told of these.
        public var failed = 0
    }

    /// What every component counts of its connections to partners; those to monitors are apart.
    public struct Traffic: Sendable, Hashable {
        /// Partners that are connected now.
        public var connections = 0
        /// Of those, over unix sockets of this host; the others over TCP.
        public var unixConnections = 0
        /// Bytes that were read.
        public var received = 0
        /// Bytes that the system took.
        public var sent = 0
    }

    /// A requester's.
    public var requests = Requests()
    /// A responder's.
    public var replies = Replies()
    /// A publisher's or subscriber's.
    public var messages = Messages()
    /// Everybody's.
    public var traffic = Traffic()

    /// Makes counters that are all zero.
    public init() {}
}
