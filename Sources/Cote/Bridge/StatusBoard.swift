internal import CCoteCore

/// What a monitor knows: who is there, and the latest status of each.
final class StatusBoard: Sendable {
    private struct State {
        var peers: [String: Peer] = [:]
        var latest: [String: Monitor.Status] = [:]
    }

    /// A status may come before the hello of its component. So many are kept of those that were not heard yet, since anybody
    /// can send statuses of any ids.
    private static let strangers = 1000

    private let state = Locked(State())
    private let statuses: EventSource<Monitor.Status>

    init(loop: Loop) {
        statuses = EventSource(loop: loop)
    }

    var peers: [Peer] { state.withLock { Array($0.peers.values) } }
    var latest: [String: Monitor.Status] { state.withLock { $0.latest } }

    func stream() -> AsyncStream<Monitor.Status> {
        statuses.stream(bufferingPolicy: .bufferingNewest(10_000)) { [self] in Array(latest.values) }
    }

    // MARK: what the core tells, on its loop

    func didHear(_ event: PeerEvent) {
        state.withLock { state in
            switch event {
            case .added(let peer), .updated(let peer):
                state.peers[peer.id] = peer
            case .suspected, .back: break
            case .removed(let peer):
                state.peers[peer.id] = nil
                state.latest[peer.id] = nil
            }
        }
    }

    fileprivate func didReceive(_ status: Monitor.Status) {
        state.withLock { state in
            let isKnown = state.peers[status.id] != nil || state.latest[status.id] != nil
            if isKnown || state.latest.count < state.peers.count + Self.strangers { state.latest[status.id] = status }
        }
        statuses.send(status)
    }

    func didClose() {
        state.withLock { $0 = State() }
        statuses.finish()
    }
}

/// The core's callback of a monitor.
func monitorDidReceive(context: UnsafeMutableRawPointer?, status: UnsafePointer<cote_status>?) {
    guard let status = Monitor.Status(status!.pointee) else { return }
    Unmanaged<Component>.fromOpaque(context!).takeUnretainedValue().board?.didReceive(status)
}

extension Monitor.Status {
    fileprivate init?(_ status: cote_status) {
        guard let nodes = try? Payload.decode([String?].self, from: status.nodes) else { return nil }
        self.init(
            id: String(cString: status.id),
            connectedTo: nodes.compactMap(\.self),
            counters: status.counters.map { Counters($0.pointee) }
        )
    }
}
