internal import CCoteCore
public import Logging

/// Answers requests.
///
/// ```swift
/// let responder = try Responder(name: "bank", key: "conversion", respondsTo: ["convert"])
/// responder.on("convert") { (request: Conversion) in request.amount * rate }
/// ```
///
/// A responder listens and announces itself when it is made, and is found by all requesters of its key and namespace.
/// It answers several requests at once, in any order. It is closed by ``close()``, or when the last reference to it goes,
/// which may be right after its last use: keep it, or end with `await responder.run()`.
///
/// It announces the types that it has handlers for, and again when handlers come or go, so that requesters of this library
/// send it no others. A Node.js requester sends requests of any type to all responders of its key and namespace. Requests of
/// a type that it does not handle are answered with the error `noHandler`; in its first second a responder keeps them for a
/// handler that may still come.
///
/// ## Several handlers
///
/// A handler is for a type, or for a pattern of types: segments separated by `::`, of which `*` is any one, and `**` any
/// number, so `**` alone is every type. All handlers that match a request are called, in the order in which they came, and
/// the first answer counts, a value or an error; others are dropped, and logged. If all give it up without an answer, the
/// requester gets the error `unanswered`. A handler that returns nothing answers `null`; to look on without an answer, take
/// a ``Reply`` and let it go.
public final class Responder: Closable {
    /// Where handlers run.
    public enum Execution: Sendable {
        /// On Swift's concurrent pool, so that handlers use all cores, and a slow one holds up nobody.
        case pool
        /// On a loop thread that the responder has for itself: without a hop, so the fastest; an async handler leaves it
        /// where it first suspends. While a handler runs, no other request of this responder is served; what takes long
        /// is reported to the log.
        case inline
    }

    let component: Component
    /// Where handlers run that are not async; `nil` for the loop.
    let pool: WorkQueue?

    /// The component's id, a UUID; peers know it by that. It changes when a peer of Node.js has lost its connection, since
    /// that one comes back only to an id that it does not know.
    public var id: String {
        component.id { cote_responder_id($0) }
    }

    /// The TCP port on which it listens.
    public let port: Int

    /// Makes a responder, which is live from now on.
    ///
    /// - Parameters:
    ///   - name: What others see of it. Not empty; need not be unique.
    ///   - key: Only requesters of the same key are answered. ``Configuration/key`` by default.
    ///   - namespace: Only requesters of the same namespace are answered. ``Configuration/namespace`` by default.
    ///   - respondsTo: The types of requests that browsers may send to it, to be announced.
    ///   - subset: Requests may be sent to responders of this subset only. Not empty.
    ///   - execution: Where its handlers run.
    ///   - deduplicate: How many of the last requests it does not handle twice. ``Configuration/deduplicate`` by default.
    ///   - advertisement: An object of fields of your own, to be announced.
    ///   - logger: ``Configuration/logger`` by default.
    ///   - configuration: Everything else; ``Cote/configuration`` for what it leaves open.
    /// - Throws: ``CoteError`` that names the argument or environment variable, and its value, if one of them cannot be;
    ///   or that no port is free.
    public init(
        name: String,
        key: String? = nil,
        namespace: String? = nil,
        respondsTo: [String]? = nil,
        subset: String? = nil,
        execution: Execution = .pool,
        deduplicate: Int? = nil,
        advertisement: JSONValue? = nil,
        logger: Logger? = nil,
        configuration: Configuration = Configuration()
    ) throws {
        var settings = configuration.adding(key: key, namespace: namespace, timeout: nil, logger: logger)
        settings.deduplicate = deduplicate ?? settings.deduplicate
        pool = execution == .pool ? WorkQueue(width: WorkQueue.allCores) : nil
        component = Component(
            loop: try .forComponent(ofItsOwn: execution == .inline, with: settings),
            logger: settings.effectiveLogger
        ) {
            cote_responder_close($0)
        } drain: {
            cote_responder_drain($0, $1)
        }
        try component.start(
            Description(
                name: name,
                types: respondsTo,
                advertisement: advertisement,
                subset: subset,
                configuration: settings
            )
        ) { cote_responder_create($0, $1, $2) }
        port = component.withHandle { Int(cote_responder_port($0)) }!
        _ = id  // is known from now on, also when it is closed
    }

    deinit {
        component.close()
    }

    /// The requesters that come and go, beginning with those that are there.
    public var peers: PeerEvents {
        component.makePeerEvents()
    }

    /// What it has done so far; all zero when it is closed.
    public var counters: Counters {
        component.counters { cote_responder_counters($0, $1) }
    }

    /// Whether it can find others and be found: as it is now, and then whenever that changes. Of states that nobody takes,
    /// the newest is kept.
    public var discovery: AsyncStream<DiscoveryState> {
        component.makeDiscoveryStates()
    }

    /// Returns when the responder is closed, and closes it when the task is cancelled: a service's main loop.
    public func run() async {
        await component.run()
    }

    /// Says goodbye, closes the connections, and returns when that is done. Async handlers that still run are cancelled;
    /// answers that come now are dropped, and logged.
    public func close() async {
        component.close()
        await component.closed()
    }

    /// Says goodbye, finishes the requests that have come, and closes.
    ///
    /// Requesters send nothing new from the goodbye on. What they had sent before is still handled, handlers that run are
    /// waited for, and their answers are written: a responder that is closed like this loses no request, under load either.
    /// Node.js requesters know no goodbye; each of their connections is closed in a pause, and what they send just then is
    /// lost to them. Cancelling the task does not shorten it; ``close()`` does.
    ///
    /// - Parameter duration: After that it closes as ``close()`` does, whatever is left.
    public func close(drain duration: Duration) async {
        component.drain(for: duration)
        await component.closed()
    }
}

/// Makes a responder, hands it to `body`, and closes it when `body` has returned or thrown.
public func withResponder<Result>(
    name: String,
    key: String? = nil,
    namespace: String? = nil,
    respondsTo: [String]? = nil,
    execution: Responder.Execution = .pool,
    configuration: Configuration = Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Responder) async throws -> Result
) async throws -> Result {
    let responder = try Responder(
        name: name,
        key: key,
        namespace: namespace,
        respondsTo: respondsTo,
        execution: execution,
        configuration: configuration
    )
    return try await closing(responder, isolation: isolation, after: body)
}
