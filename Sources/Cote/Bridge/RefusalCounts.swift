internal import CCoteCore

extension Refusals {
    /// What this process has refused since it started.
    public static var total: Refusals {
        var counts = cote_refusals()
        cote_refused(&counts, MemoryLayout<cote_refusals>.size)
        var total = Refusals()
        total.datagrams = Int(counts.datagrams)
        total.hellos = Int(counts.hellos)
        total.impostors = Int(counts.impostors)
        total.frames = Int(counts.frames)
        total.oversized = Int(counts.oversized)
        total.payloads = Int(counts.payloads)
        total.requests = Int(counts.requests)
        total.answers = Int(counts.answers)
        total.hosts = Int(counts.hosts)
        total.peers = Int(counts.peers)
        total.connections = Int(counts.connections)
        total.halves = Int(counts.halves)
        total.silent = Int(counts.silent)
        return total
    }
}
