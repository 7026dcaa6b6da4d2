internal import CCoteCore
public import Logging

/// Sends requests, each of which is answered by one of the responders of its key and namespace.
///
/// ```swift
/// let requester = try Requester(name: "currency client")
/// let euros: Double = try await requester.send("convert", Conversion(from: "usd", to: "eur", amount: 100))
/// ```
///
/// A requester announces itself when it is made, finds all responders of its key and namespace that are there or come, and
/// takes those in turn that handle the type of a request. A request that none of them handles waits for one that does, or
/// fails at once with ``CoteError/Code/noHandler`` if it is sent with `requireHandler`. A requester is closed by ``close()``, or when the last
/// reference to it goes, which ends its requests: keep it.
///
/// Responders of Node.js do not say what they handle, and get requests of all types: those that handle different types take
/// different keys.
///
/// ## What travels how
///
/// A value that is `Codable` travels as JSON. A request is a JSON object with a member `type`, so what is sent must encode
/// to an object, and to one without another `type`. ``JSONValue`` is for JSON that no type describes. `[UInt8]` and `Data`
/// travel as they are, without JSON; as a request such raw bytes go only to responders of this library, and fail with
/// ``CoteError/Code/unsupportedByPeer`` where only others are. Whoever asks for `[UInt8]` or `Data` as an answer gets the
/// bytes of the answer, whatever they are. A ``JSONValue`` of raw bytes is what Node.js makes of them in JSON:
/// `{"type":"Buffer","data":[…]}`.
///
/// ## Errors
///
/// What goes wrong is a ``CoteError``. What the responder answered as an error is in its ``CoteError/remote``. If the task
/// that waits is cancelled, so is the request: one that was not delivered never is, and `CancellationError` is thrown.
public final class Requester: Closable {
    let component: Component

    /// The component's id, a UUID; peers know it by that.
    public let id: String

    /// A timeout that lets a request wait for ever, whatever the configuration says.
    public static let unlimited = Duration.seconds(Int64.max)

    /// Makes a requester, which is live from now on.
    ///
    /// - Parameters:
    ///   - name: What others see of it. Not empty; need not be unique.
    ///   - key: Only responders of the same key answer. ``Configuration/key`` by default.
    ///   - namespace: Only responders of the same namespace answer. ``Configuration/namespace`` by default.
    ///   - requests: The types of its requests, to be announced. Informative.
    ///   - timeout: How long its requests wait. ``Configuration/timeout`` by default.
    ///   - balancing: Who of the responders gets a request.
    ///   - redelivery: Which requests are sent again when their connection is lost. ``Configuration/redelivery`` by default.
    ///   - advertisement: An object of fields of your own, to be announced.
    ///   - logger: ``Configuration/logger`` by default.
    ///   - configuration: Everything else; ``Cote/configuration`` for what it leaves open.
    /// - Throws: ``CoteError`` that names the argument or environment variable, and its value, if one of them cannot be.
    public init(
        name: String,
        key: String? = nil,
        namespace: String? = nil,
        requests: [String]? = nil,
        timeout: Duration? = nil,
        balancing: Balancing = .roundRobin,
        redelivery: Redelivery? = nil,
        advertisement: JSONValue? = nil,
        logger: Logger? = nil,
        configuration: Configuration = Configuration()
    ) throws {
        var settings = configuration.adding(key: key, namespace: namespace, timeout: timeout, logger: logger)
        settings.redelivery = redelivery ?? settings.redelivery
        component = Component(
            loop: try .forComponent(with: settings),
            logger: settings.effectiveLogger,
            balancing: balancing
        ) {
            cote_requester_close($0)
        } drain: {
            cote_requester_drain($0, $1)
        }
        try component.start(
            Description(
                name: name,
                types: requests,
                advertisement: advertisement,
                balancing: balancing,
                configuration: settings
            )
        ) { cote_requester_create($0, $1, $2) }
        id = component.withHandle { String(cString: cote_requester_id($0)) }!
    }

    deinit {
        component.close()
    }

    /// Runs tasks on the loop thread, where answers arrive, so that a task that sends one request after another changes no
    /// thread: the fastest way to wait for answers.
    ///
    /// ```swift
    /// try await withTaskExecutorPreference(requester.executor) {
    ///     for step in steps { try await requester.send("do", step) }
    /// }
    /// ```
    ///
    /// Other components live on that thread too: what takes long, or blocks, does not belong there.
    public var executor: any TaskExecutor {
        component.loop
    }

    /// The responders that come and go, beginning with those that are there.
    public var peers: PeerEvents {
        component.makePeerEvents()
    }

    /// What it has done so far; all zero when it is closed.
    public var counters: Counters {
        component.counters { cote_requester_counters($0, $1) }
    }

    /// Whether it can find others and be found: as it is now, and then whenever that changes. Of states that nobody takes,
    /// the newest is kept.
    public var discovery: AsyncStream<DiscoveryState> {
        component.makeDiscoveryStates()
    }

    /// How many responders are connected.
    public var responders: Int {
        component.connected
    }

    /// Returns when at least so many responders are connected: requests that are sent from now on are spread over them.
    ///
    /// - Throws: ``CoteError`` with ``CoteError/Code/closed`` if the requester is closed; `CancellationError`.
    public func ready(minimum: Int = 1) async throws {
        try await component.connected(minimum: minimum)
    }

    /// Returns when the requester is closed, and closes it when the task is cancelled: a service's main loop.
    public func run() async {
        await component.run()
    }

    /// Ends all requests with ``CoteError/Code/closed``, says goodbye, and returns when all of it is done.
    public func close() async {
        component.close()
        await component.closed()
    }

    /// Waits for the answers of all requests that were sent, and closes. What is sent from now on fails with
    /// ``CoteError/Code/closed``. Cancelling the task does not shorten it; ``close()`` does.
    ///
    /// - Parameter duration: After that it closes as ``close()`` does, whatever is left.
    public func close(drain duration: Duration) async {
        component.drain(for: duration)
        await component.closed()
    }
}

/// Makes a requester, hands it to `body`, and closes it when `body` has returned or thrown.
public func withRequester<Result>(
    name: String,
    key: String? = nil,
    namespace: String? = nil,
    timeout: Duration? = nil,
    configuration: Configuration = Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Requester) async throws -> Result
) async throws -> Result {
    let requester = try Requester(
        name: name,
        key: key,
        namespace: namespace,
        timeout: timeout,
        configuration: configuration
    )
    return try await closing(requester, isolation: isolation, after: body)
}
