internal import CCoteCore
public import Logging

/// Hears what the publishers of its key and namespace tell.
///
/// ```swift
/// let subscriber = try Subscriber(name: "rates")
/// subscriber.on("rate updated") { (rate: Rate) in … }
/// for await rate in subscriber.messages(on: "rate updated", as: Rate.self) { … }
/// ```
///
/// A subscriber announces itself when it is made, and connects to all publishers that are there or come. It hears what they
/// publish from then on. It is closed by ``close()``, or when the last reference to it goes.
///
/// ## Patterns
///
/// A pattern is a topic, or has segments separated by `::` of which `*` is any one, and `**` any number. A handler is given
/// the whole topic in its ``MessageContext``. What no pattern of `subscribesTo` matches is not heard at all; there `*` stands
/// for one or more characters of any kind, as in cote.
///
/// ## Messages that cannot be handled
///
/// A message that does not decode, or whose handler throws, is counted in ``failedMessages``, told to `onError`, and logged
/// once for each topic. It never ends a stream.
///
/// ## Messages that are missed
///
/// A publisher keeps so much for a subscriber that does not read fast enough (``Configuration/maximumUnsentBytes``), and then
/// drops messages; ``gaps`` tells how many.
public final class Subscriber: Closable {
    let component: Component
    let failures: MessageFailures
    let handlers = RunningHandlers()
    let execution: Responder.Execution

    /// The component's id, a UUID; peers know it by that.
    public let id: String

    /// Makes a subscriber, which is live from now on.
    ///
    /// - Parameters:
    ///   - name: What others see of it. Not empty; need not be unique.
    ///   - key: Only publishers of the same key are heard. ``Configuration/key`` by default.
    ///   - namespace: Only publishers of the same namespace are heard. ``Configuration/namespace`` by default.
    ///   - subscribesTo: Patterns of the topics that it hears. Everything by default.
    ///   - execution: Where its handlers run that are not async. Async handlers always run on the pool.
    ///   - advertisement: An object of fields of your own, to be announced.
    ///   - logger: ``Configuration/logger`` by default.
    ///   - configuration: Everything else; ``Cote/configuration`` for what it leaves open.
    ///   - onError: Told of each message that cannot be handled.
    /// - Throws: ``CoteError`` that names the argument or environment variable, and its value, if one of them cannot be.
    public init(
        name: String,
        key: String? = nil,
        namespace: String? = nil,
        subscribesTo: [String]? = nil,
        execution: Responder.Execution = .pool,
        advertisement: JSONValue? = nil,
        logger: Logger? = nil,
        configuration: Configuration = Configuration(),
        onError: (@Sendable (any Error, MessageContext) -> Void)? = nil
    ) throws {
        let settings = configuration.adding(key: key, namespace: namespace, timeout: nil, logger: logger)
        self.execution = execution
        component = Component(
            loop: try .forComponent(ofItsOwn: execution == .inline, with: settings),
            logger: settings.effectiveLogger
        ) { cote_subscriber_close($0) }
        failures = MessageFailures(component: component, onError: onError)
        try component.start(
            Description(name: name, types: subscribesTo, advertisement: advertisement, configuration: settings)
        ) { cote_subscriber_create($0, $1, $2) }
        id = component.withHandle { String(cString: cote_subscriber_id($0)) }!
    }

    deinit {
        component.close()
    }

    /// How many messages could not be handled so far.
    public var failedMessages: Int {
        failures.count
    }

    /// How many publishers it is connected to.
    public var publishers: Int {
        component.connected
    }

    /// Returns when it is connected to at least so many publishers.
    ///
    /// - Throws: ``CoteError`` with ``CoteError/Code/closed`` if the subscriber is closed; `CancellationError`.
    public func ready(minimum: Int = 1) async throws {
        try await component.connected(minimum: minimum)
    }

    /// The publishers that come and go, beginning with those that are there.
    public var peers: PeerEvents {
        component.makePeerEvents()
    }

    /// What it has done so far; all zero when it is closed.
    public var counters: Counters {
        var counters = component.counters { cote_subscriber_counters($0, $1) }
        counters.messages.failed = failedMessages
        return counters
    }

    /// Whether it can find others and be found: as it is now, and then whenever that changes. Of states that nobody takes,
    /// the newest is kept.
    public var discovery: AsyncStream<DiscoveryState> {
        component.makeDiscoveryStates()
    }

    /// What it missed from now on, because it did not read fast enough what publishers of this library sent. Of gaps that
    /// nobody takes, the newest 10,000 are kept.
    public var gaps: AsyncStream<Gap> {
        component.makeGaps()
    }

    /// Returns when the subscriber is closed, and closes it when the task is cancelled: a service's main loop.
    public func run() async {
        await component.run()
    }

    /// Says goodbye, closes the connections, and returns when that is done. Streams of messages end; handlers finish what
    /// they were given.
    public func close() async {
        component.close()
        await component.closed()
    }

    /// Closes, and returns when the handlers have finished what they were given. Cancelling the task does not shorten it.
    ///
    /// - Parameter duration: It waits no longer than that.
    public func close(drain duration: Duration) async {
        await close()
        await handlers.finished(within: duration)
    }
}

/// Makes a subscriber, hands it to `body`, and closes it when `body` has returned or thrown.
public func withSubscriber<Result>(
    name: String,
    key: String? = nil,
    namespace: String? = nil,
    subscribesTo: [String]? = nil,
    configuration: Configuration = Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Subscriber) async throws -> Result
) async throws -> Result {
    let subscriber = try Subscriber(
        name: name,
        key: key,
        namespace: namespace,
        subscribesTo: subscribesTo,
        configuration: configuration
    )
    return try await closing(subscriber, isolation: isolation, after: body)
}
