internal import CCoteCore

extension Counters {
    init(_ counters: cote_counters) {
        func count(_ number: UInt64) -> Int { Int(clamping: number) }
        func time(_ microseconds: UInt64) -> Duration { .microseconds(Int64(clamping: microseconds)) }
        requests.sent = count(counters.requests_sent)
        requests.answered = count(counters.requests_answered)
        requests.failed.remote = count(counters.failed_remote)
        requests.failed.timedOut = count(counters.failed_timed_out)
        requests.failed.cancelled = count(counters.failed_canceled)
        requests.failed.connectionLost = count(counters.failed_connection_lost)
        requests.failed.closed = count(counters.failed_closed)
        requests.failed.unsupported = count(counters.failed_unsupported)
        requests.failed.otherwise = count(counters.failed_otherwise)
        requests.queued = count(counters.requests_queued)
        requests.inFlight = count(counters.requests_in_flight)
        requests.latency.p50 = time(counters.latency_p50)
        requests.latency.p99 = time(counters.latency_p99)
        replies.received = count(counters.requests_received)
        replies.sent = count(counters.requests_replied)
        replies.errors = count(counters.replied_errors)
        replies.running = count(counters.requests_running)
        messages.published = count(counters.messages_published)
        messages.dropped = count(counters.messages_dropped)
        messages.received = count(counters.messages_received)
        traffic.connections = count(counters.connections)
        traffic.unixConnections = count(counters.unix_connections)
        traffic.received = count(counters.bytes_received)
        traffic.sent = count(counters.bytes_sent)
    }
}

extension Component {
    /// What the core has counted, by the function of that kind of component. All zero when it is closed.
    func counters(_ read: (OpaquePointer, UnsafeMutablePointer<cote_counters>) -> Int32) -> Counters {
        var counters = cote_counters()
        counters.size = MemoryLayout<cote_counters>.size
        let status = withHandle { read($0, &counters) }
        return status == COTE_OK.rawValue ? Counters(counters) : Counters()
    }
}
