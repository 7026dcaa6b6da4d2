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
        var waiters: [CheckedContinuation<Void, Never>] = []
        var peers: [String: Peer] = [:]
        var observers: [Int: AsyncStream<PeerEvent>.Continuation] = [:]
        var observerCount = 0
        /// Contexts of callbacks, which the core may use until it is closed.
        var contexts: [AnyObject] = []
    }

    private let state = Locked(State())
    private let loop: Loop
    private let logger: Logger
    private let closeHandle: @Sendable (OpaquePointer) -> Void

    init(loop: Loop, logger: Logger, close: @escaping @Sendable (OpaquePointer) -> Void) {
        self.loop = loop
        self.logger = logger
        closeHandle = close
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

    /// Makes a call of the core that gets `context`, which is kept until the component is closed.
    func withHandle<R>(keeping context: AnyObject, _ body: (OpaquePointer) -> R) -> R? {
        state.withLock { state in
            guard let handle = state.handle else { return nil }
            state.contexts.append(context)
            return body(handle)
        }
    }

    // MARK: closing

    func close() {
        state.withLock { state in
            guard let handle = state.handle else { return }
            state.handle = nil
            closeHandle(handle)
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
        let (waiters, observers, contexts) = state.withLock { state in
            state.isClosed = true
            defer {
                state.waiters = []
                state.observers = [:]
                state.contexts = []
            }
            return (state.waiters, state.observers, state.contexts)
        }
        for observer in observers.values { observer.finish() }
        for waiter in waiters { waiter.resume() }
        _ = contexts  // freed here, outside of the lock: they may hold anything
    }

    // MARK: peers

    func peerEvents() -> PeerEvents {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PeerEvent.self,
            bufferingPolicy: .bufferingNewest(10_000)
        )
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            for peer in state.peers.values { continuation.yield(.added(peer)) }
            state.observerCount += 1
            state.observers[state.observerCount] = continuation
            return state.observerCount
        }
        guard let number else {
            continuation.finish()
            return PeerEvents(stream: stream)
        }
        continuation.onTermination = { [weak self] _ in
            guard let self else { return }
            _ = state.withLock { $0.observers.removeValue(forKey: number) }
        }
        return PeerEvents(stream: stream)
    }

    fileprivate func didHear(_ event: PeerEvent) {
        // Yielded under the lock, or a stream that begins now could see an event twice.
        state.withLock { state in
            switch event {
            case .added(let peer), .updated(let peer): state.peers[peer.id] = peer
            case .removed(let peer): state.peers[peer.id] = nil
            }
            for observer in state.observers.values { observer.yield(event) }
        }
    }

    // MARK: logging

    func log(_ level: Logger.Level, _ message: @autoclosure () -> String) {
        logger.log(level: level, "\(message())")
    }
}

// MARK: - Callbacks of the core, on its loop

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
        default: .removed(peer)
        }
    component(context).takeUnretainedValue().didHear(event)
}

private func componentDidClose(context: UnsafeMutableRawPointer?) {
    component(context).takeRetainedValue().didClose()
}

extension Peer {
    fileprivate init(_ peer: cote_peer) {
        id = String(cString: peer.id)
        name = String(cString: peer.name)
        host = String(cString: peer.host)
        processID = String(cString: peer.process)
        address = String(cString: peer.address)
        port = peer.port == 0 ? nil : Int(peer.port)
        acceptsRawRequests = peer.ours
        advertisement = (try? JSONValue(parsing: String(cString: peer.advertisement))) ?? [:]
    }
}
