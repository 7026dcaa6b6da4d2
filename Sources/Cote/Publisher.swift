internal import CCoteCore
public import Logging

/// Tells something to all subscribers of its key and namespace that are there.
///
/// ```swift
/// let publisher = try Publisher(name: "rates", broadcasts: ["rate updated"])
/// try publisher.publish("rate updated", Rate(from: "usd", to: "eur", rate: 0.91))
/// ```
///
/// A publisher listens and announces itself when it is made, and all subscribers connect to it. A message is kept for
/// nobody: who is not connected when it is published does not get it; ``ready(minimum:)`` waits for subscribers. It is
/// closed by ``close()``, or when the last reference to it goes.
public final class Publisher: Closable {
    let component: Component

    /// The component's id, a UUID; peers know it by that. It changes when a peer of Node.js has lost its connection, since
    /// that one comes back only to an id that it does not know.
    public var id: String {
        component.id { cote_publisher_id($0) }
    }

    /// The TCP port on which it listens.
    public let port: Int

    /// Makes a publisher, which is live from now on.
    ///
    /// - Parameters:
    ///   - name: What others see of it. Not empty; need not be unique.
    ///   - key: Only subscribers of the same key hear it. ``Configuration/key`` by default.
    ///   - namespace: Only subscribers of the same namespace hear it. ``Configuration/namespace`` by default.
    ///   - broadcasts: The topics that browsers may hear, to be announced.
    ///   - advertisement: An object of fields of your own, to be announced.
    ///   - logger: ``Configuration/logger`` by default.
    ///   - configuration: Everything else; ``Cote/configuration`` for what it leaves open.
    /// - Throws: ``CoteError`` that names the argument or environment variable, and its value, if one of them cannot be;
    ///   or that no port is free.
    public init(
        name: String,
        key: String? = nil,
        namespace: String? = nil,
        broadcasts: [String]? = nil,
        advertisement: JSONValue? = nil,
        logger: Logger? = nil,
        configuration: Configuration = Configuration()
    ) throws {
        let settings = configuration.adding(key: key, namespace: namespace, timeout: nil, logger: logger)
        component = Component(loop: try .forComponent(with: settings), logger: settings.effectiveLogger) {
            cote_publisher_close($0)
        } drain: {
            cote_publisher_drain($0, $1)
        }
        try component.start(
            Description(name: name, types: broadcasts, advertisement: advertisement, configuration: settings)
        ) { cote_publisher_create($0, $1, $2) }
        port = component.withHandle { Int(cote_publisher_port($0)) }!
        _ = id  // is known from now on, also when it is closed
    }

    deinit {
        component.close()
    }

    /// Sends a message to every subscriber that is connected. It is encoded once.
    ///
    /// - Parameters:
    ///   - topic: What it is about: not empty, segments separated by `::`. Without a namespace not `error`, which would end
    ///     a Node.js subscriber.
    ///   - value: Encoded as JSON; `[UInt8]` and `Data` travel as they are.
    /// - Throws: ``CoteError``.
    public func publish<Value: Encodable>(_ topic: String, _ value: Value) throws {
        try send(topic, value)
    }

    /// Sends a message of JSON, such as `["from": "usd", "rate": 0.91]`, to every subscriber that is connected.
    public func publish(_ topic: String, _ value: JSONValue) throws {
        try send(topic, value)
    }

    private func send<Value: Encodable>(_ topic: String, _ value: Value) throws {
        guard !topic.utf8.contains(0) else {
            throw CoteError(.invalidArgument, "topic: \"\(topic)\" holds a zero byte")
        }
        var failure: CoteError?
        do {
            try Payload.withAnswer(value) { value in
                failure = topic.withCString { topic in
                    component.withHandle { CoteError(status: cote_publisher_publish($0, topic, value, encoded)) }
                        ?? CoteError(.closed, "the publisher is closed")
                }
            }
        } catch {
            throw CoteError(.encodingFailed, "the message cannot be encoded", underlying: error)
        }
        if let failure { throw failure }
    }

    private var encoded: UInt32 { UInt32(COTE_PUBLISH_ENCODED) }

    /// How many subscribers are connected.
    public var subscribers: Int {
        component.connected
    }

    /// Returns when at least so many subscribers are connected, which get what is published from now on.
    ///
    /// - Throws: ``CoteError`` with ``CoteError/Code/closed`` if the publisher is closed; `CancellationError`.
    public func ready(minimum: Int = 1) async throws {
        try await component.connected(minimum: minimum)
    }

    /// The subscribers that come and go, beginning with those that are there.
    public var peers: PeerEvents {
        component.makePeerEvents()
    }

    /// What it has done so far; all zero when it is closed.
    public var counters: Counters {
        component.counters { cote_publisher_counters($0, $1) }
    }

    /// Whether it can find others and be found: as it is now, and then whenever that changes. Of states that nobody takes,
    /// the newest is kept.
    public var discovery: AsyncStream<DiscoveryState> {
        component.makeDiscoveryStates()
    }

    /// Returns when the publisher is closed, and closes it when the task is cancelled: a service's main loop.
    public func run() async {
        await component.run()
    }

    /// Says goodbye, closes the connections, and returns when that is done.
    public func close() async {
        component.close()
        await component.closed()
    }

    /// Says goodbye, waits until all that was published has left for the subscribers, and closes. What is published from now
    /// on fails with ``CoteError/Code/closed``. Cancelling the task does not shorten it; ``close()`` does.
    ///
    /// - Parameter duration: After that it closes as ``close()`` does, whatever is left.
    public func close(drain duration: Duration) async {
        component.drain(for: duration)
        await component.closed()
    }
}

/// Makes a publisher, hands it to `body`, and closes it when `body` has returned or thrown.
public func withPublisher<Result>(
    name: String,
    key: String? = nil,
    namespace: String? = nil,
    broadcasts: [String]? = nil,
    configuration: Configuration = Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Publisher) async throws -> Result
) async throws -> Result {
    let publisher = try Publisher(
        name: name,
        key: key,
        namespace: namespace,
        broadcasts: broadcasts,
        configuration: configuration
    )
    return try await closing(publisher, isolation: isolation, after: body)
}
