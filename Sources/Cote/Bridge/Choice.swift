internal import CCoteCore

extension Redelivery? {
    var number: cote_redelivery {
        switch self {
        case nil: COTE_REDELIVER_DEFAULT
        case .whenSafe: COTE_REDELIVER_WHEN_SAFE
        case .always: COTE_REDELIVER_ALWAYS
        case .never: COTE_REDELIVER_NEVER
        }
    }
}

extension Balancing {
    var number: cote_balancing {
        switch self {
        case .roundRobin: COTE_ROUND_ROBIN
        case .leastPending: COTE_LEAST_PENDING
        case .leastLatency: COTE_LEAST_LATENCY
        case .custom: COTE_CUSTOM
        }
    }

    /// The index of the chosen one among the core's candidates; their number for none of them.
    func choose(among candidates: UnsafeBufferPointer<cote_candidate>) -> Int {
        guard case .custom(let choose) = self else { return candidates.count }
        let all = candidates.map { candidate in
            Candidate(
                peer: Peer(candidate.peer.pointee),
                pending: candidate.pending,
                latency: .microseconds(candidate.latency_ms * 1000)
            )
        }
        return choose(all).flatMap { chosen in all.firstIndex { $0.peer.id == chosen.peer.id } } ?? candidates.count
    }
}
