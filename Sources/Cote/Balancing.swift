/// Who of the responders that are there gets the next request.
public enum Balancing: Sendable {
    /// Each in turn.
    case roundRobin

    /// The one with the fewest unanswered requests of this requester.
    case leastPending

    /// Of two at random, the one that is likely to answer sooner: by a moving average of its latency that jumps up to a slow
    /// answer and sinks slowly, times the requests that it has not answered.
    case leastLatency

    /// The one that the closure chooses among the candidates, of which there is at least one; `nil` lets the request wait
    /// until responders come or go. Those that are suspected are among them only in a second call, when it chose none of the
    /// others. It is called on the loop thread, and must not hold it up.
    case custom(@Sendable ([Candidate]) -> Candidate?)

    /// A responder that may be chosen.
    public struct Candidate: Sendable, Hashable {
        /// The responder.
        public var peer: Peer
        /// The requests of this requester that it has not answered.
        public var pending: Int
        /// How soon it answers, as ``Balancing/leastLatency`` sees it; zero before its first answer.
        public var latency: Duration
    }
}
