internal import CCoteCore
internal import Logging

/// The core's side of a component: its handle, and what it calls back.
///
/// The core retains it once, as the context of its callbacks, from create until `on_close`. The facade that users hold
/// retains it too, and closes it when it goes.
final class Component: @unchecked Sendable {
    private struct State {
        /// Taken away by close, so that nobody uses it afterwards (contract, rule 6).
        var handle: OpaquePointer?
        var isClosed = false
        var id = ""
        var waiters: [CheckedContinuation<Void, Never>] = []
        var connected = 0
        var expectations: [Int: Expectation] = [:]
        var expectationCount = 0
    }

    private let state = Locked(State())
    let loop: Loop
    private let peerEvents: EventSource<PeerEvent>
    private let discoveryStates: EventSource<DiscoveryState>
    private let gapEvents: EventSource<Gap>
    // The loop's alone:
    private var peers: [String: Peer] = [:]
    private var suspects = Set<String>()  // of them
    private var discoveryState = DiscoveryState.working
    private let logger: Logger
    private let closeHandle: @Sendable (OpaquePointer) -> Void
    private let drainHandle: @Sendable (OpaquePointer, UInt32) -> Void
    fileprivate let balancing: Balancing
    /// A monitor's.
    let board: StatusBoard?

    init(
        loop: Loop,
        logger: Logger,
        balancing: Balancing = .roundRobin,
        board: StatusBoard? = nil,
        close: @escaping @Sendable (OpaquePointer) -> Void,
        drain: @escaping @Sendable (OpaquePointer, UInt32) -> Void = { _, _ in }
    ) {
        self.loop = loop
        peerEvents = EventSource(loop: loop)
        discoveryStates = EventSource(loop: loop)
        gapEvents = EventSource(loop: loop)
        self.logger = logger
        closeHandle = close
        drainHandle = drain
        self.balancing = balancing
        self.board = board
    }

    /// Creates the core's component by `create`. To be called once, first of all.
    func start(
        _ description: Description,
        create: (OpaquePointer, UnsafePointer<cote_options>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws {
        let retained = Unmanaged.passRetained(self)
        do {
            var handle: OpaquePointer?
            try description.withOptions { options in
                options.context = retained.toOpaque()
                options.on_log = componentDidLog
                options.on_peer = componentDidHear
                options.on_connected = componentDidConnect
                options.on_discovery = componentDidChangeDiscovery
                options.on_gap = componentDidMiss
                options.on_close = componentDidClose
                try check(create(loop.pointer, &options, &handle))
            }
            state.withLock { $0.handle = handle }
        } catch {
            retained.release()
            throw (error as? CoteError).map(description.renaming) ?? error
        }
    }

    /// Makes a call of the core, which neither blocks nor calls back. `nil` when the component is closed.
    func withHandle<R>(_ body: (OpaquePointer) -> R) -> R? {
        state.withLock { $0.handle.map(body) }
    }

    /// The id that the core says, or said last before it was closed.
    func id(_ read: (OpaquePointer) -> UnsafePointer<CChar>?) -> String {
        state.withLock { state in
            if let id = state.handle.flatMap(read) { state.id = String(cString: id) }
            return state.id
        }
    }

    // MARK: connections

    /// Somebody who waits for a number of connected partners.
    private struct Expectation {
        let minimum: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    var connected: Int { state.withLock { $0.connected } }

    /// Returns when so many partners are connected.
    func connected(minimum: Int) async throws {
        let number = state.withLock { state in
            state.expectationCount += 1
            return state.expectationCount
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.isClosed { return .failure(CoteError(.closed, "the component is closed")) }
                    if state.connected >= minimum { return .success(()) }
                    state.expectations[number] = Expectation(minimum: minimum, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let expectation = state.withLock { $0.expectations.removeValue(forKey: number) }
            expectation?.continuation.resume(throwing: CancellationError())
        }
    }

    fileprivate func didConnect(_ count: Int) {
        let met = state.withLock { state in
            state.connected = count
            let met = state.expectations.filter { $0.value.minimum <= count }
            for number in met.keys { state.expectations[number] = nil }
            return met
        }
        for expectation in met.values { expectation.continuation.resume() }
    }

    // MARK: closing

    func close() {
        state.withLock { state in
            guard let handle = state.handle else { return }
            state.handle = nil
            closeHandle(handle)
        }
    }

    /// Closes by itself when the work is done, or after that time; a close from now on ends it at once. The handle stays
    /// good until then: `on_close` takes the lock.
    func drain(for duration: Duration) {
        let milliseconds = (try? duration.milliseconds(for: "drain")) ?? 0  // a negative time is over
        state.withLock { state in
            if let handle = state.handle { drainHandle(handle, milliseconds) }
        }
    }

    /// Returns when the core has said that it is closed.
    func closed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiters.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    fileprivate func didClose() {
        let last = state.withLock { state in
            let last = state
            state = State()
            state.isClosed = true
            state.id = last.id
            return last
        }
        board?.didClose()
        peers = [:]
        suspects = []
        peerEvents.finish()
        discoveryStates.finish()
        gapEvents.finish()
        for waiter in last.waiters { waiter.resume() }
        for expectation in last.expectations.values {
            expectation.continuation.resume(throwing: CoteError(.closed, "the component is closed"))
        }
    }

    // MARK: events

    func makePeerEvents() -> PeerEvents {
        PeerEvents(
            stream: peerEvents.stream(bufferingPolicy: .bufferingNewest(10_000)) { [self] in
                peers.values.map { .added($0) }
                    + peers.values.filter { suspects.contains($0.id) }.map { .suspected($0) }
            }
        )
    }

    func makeDiscoveryStates() -> AsyncStream<DiscoveryState> {
        discoveryStates.stream(bufferingPolicy: .bufferingNewest(1)) { [self] in [discoveryState] }
    }

    func makeGaps() -> AsyncStream<Gap> {
        gapEvents.stream(bufferingPolicy: .bufferingNewest(10_000)) { [] }
    }

    func didMiss(_ gap: Gap) {
        gapEvents.send(gap)
    }

    fileprivate func didHear(_ event: PeerEvent) {
        board?.didHear(event)
        switch event {
        case .added(let peer), .updated(let peer): peers[peer.id] = peer
        case .suspected(let peer): suspects.insert(peer.id)
        case .back(let peer): suspects.remove(peer.id)
        case .removed(let peer):
            peers[peer.id] = nil
            suspects.remove(peer.id)
        }
        peerEvents.send(event)
    }

    fileprivate func didChangeDiscovery(to state: DiscoveryState) {
        discoveryState = state
        discoveryStates.send(state)
    }

    // MARK: logging

    func log(_ level: Logger.Level, _ message: @autoclosure () -> String) {
        logger.log(level: level, "\(message().printable)")
    }
}

// MARK: - Callbacks of the core, on its loop

func requesterDidAskForChoice(
    context: UnsafeMutableRawPointer?,
    candidates: UnsafePointer<cote_candidate>?,
    count: Int
) -> Int {
    let candidates = UnsafeBufferPointer(start: candidates, count: count)
    return component(context).takeUnretainedValue().balancing.choose(among: candidates)
}

private func component(_ context: UnsafeMutableRawPointer?) -> Unmanaged<Component> {
    Unmanaged.fromOpaque(context!)
}

private func componentDidLog(
    context: UnsafeMutableRawPointer?,
    level: cote_log_level,
    message: UnsafePointer<CChar>?
) {
    let severity: Logger.Level =
        switch level {
        case COTE_LOG_DEBUG: .debug
        case COTE_LOG_INFO: .info
        case COTE_LOG_WARNING: .warning
        default: .error
        }
    component(context).takeUnretainedValue().log(severity, String(cString: message!))
}

private func componentDidHear(
    context: UnsafeMutableRawPointer?,
    event: cote_peer_event,
    peer: UnsafePointer<cote_peer>?
) {
    let peer = Peer(peer!.pointee)
    let event: PeerEvent =
        switch event {
        case COTE_PEER_ADDED: .added(peer)
        case COTE_PEER_UPDATED: .updated(peer)
        case COTE_PEER_SUSPECTED: .suspected(peer)
        case COTE_PEER_BACK: .back(peer)
        default: .removed(peer)
        }
    component(context).takeUnretainedValue().didHear(event)
}

private func componentDidConnect(context: UnsafeMutableRawPointer?, count: Int) {
    component(context).takeUnretainedValue().didConnect(count)
}

private func componentDidChangeDiscovery(context: UnsafeMutableRawPointer?, trouble: UnsafePointer<CChar>?) {
    let state = trouble.map { DiscoveryState.failing(String(cString: $0)) } ?? .working
    component(context).takeUnretainedValue().didChangeDiscovery(to: state)
}

private func componentDidClose(context: UnsafeMutableRawPointer?) {
    component(context).takeRetainedValue().didClose()
}
