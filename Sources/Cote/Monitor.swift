internal import CCoteCore
public import Logging

/// Sees who is there, and who is connected to whom.
///
/// ```swift
/// let monitor = try Monitor(name: "monitor")
/// for await status in monitor.statuses { print(status.id, "is connected to", status.connectedTo) }
/// ```
///
/// A monitor sees every component whose environment and key begin with its own, whatever their kind and namespace; without a
/// key that is everything of its environment. Each of this library among them, and of Node.js each requester and subscriber,
/// connects to the monitor and tells its status at once, and then every five seconds. It is closed by ``close()``, or when the last reference to it goes.
public final class Monitor: Closable {
    /// What a component tells of itself.
    public struct Status: Sendable, Hashable, Identifiable {
        /// The id of the component that tells it, as ``Peer/id``. Anybody can say so, heard before or not.
        public var id: String
        /// The ids of those that it is connected to, as far as it knows them; empty of responders and publishers, to which
        /// others connect.
        public var connectedTo: [String]
        /// What it has done so far; `nil` of components of Node.js, which do not tell that.
        public var counters: Counters?

        /// Makes a status.
        public init(id: String, connectedTo: [String], counters: Counters? = nil) {
            self.id = id
            self.connectedTo = connectedTo
            self.counters = counters
        }
    }

    let component: Component
    private let board: StatusBoard

    /// The component's id, a UUID; peers know it by that. It changes when a peer of Node.js has lost its connection, since
    /// that one comes back only to an id that it does not know.
    public var id: String {
        component.id { cote_monitor_id($0) }
    }

    /// The TCP port on which it listens.
    public let port: Int

    /// Makes a monitor, which is live from now on.
    ///
    /// - Parameters:
    ///   - name: What others see of it. Not empty; need not be unique.
    ///   - key: Only components whose key begins with it are seen. ``Configuration/key`` by default.
    ///   - namespace: To be announced; components of any namespace are seen. ``Configuration/namespace`` by default.
    ///   - advertisement: An object of fields of your own, to be announced.
    ///   - logger: ``Configuration/logger`` by default.
    ///   - configuration: Everything else; ``Cote/configuration`` for what it leaves open.
    /// - Throws: ``CoteError`` that names the argument or environment variable, and its value, if one of them cannot be;
    ///   or that no port is free.
    public init(
        name: String,
        key: String? = nil,
        namespace: String? = nil,
        advertisement: JSONValue? = nil,
        logger: Logger? = nil,
        configuration: Configuration = Configuration()
    ) throws {
        let settings = configuration.adding(key: key, namespace: namespace, timeout: nil, logger: logger)
        let loop = try Loop.forComponent(with: settings)
        board = StatusBoard(loop: loop)
        component = Component(
            loop: loop,
            logger: settings.effectiveLogger,
            board: board
        ) { cote_monitor_close($0) }
        try component.start(
            Description(name: name, types: nil, advertisement: advertisement, configuration: settings)
        ) { cote_monitor_create($0, $1, monitorDidReceive, $2) }
        port = component.withHandle { Int(cote_monitor_port($0)) }!
        _ = id  // is known from now on, also when it is closed
    }

    deinit {
        component.close()
    }

    /// The components that come and go, beginning with those that are there.
    public var peers: PeerEvents {
        component.makePeerEvents()
    }

    /// Whether it can find others and be found: as it is now, and then whenever that changes. Of states that nobody takes,
    /// the newest is kept.
    public var discovery: AsyncStream<DiscoveryState> {
        component.makeDiscoveryStates()
    }

    /// The components that are there now, in the order of their names.
    public var knownPeers: [Peer] {
        board.peers.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The statuses as they come, beginning with the latest of each component. The stream ends when the monitor is closed. Of
    /// statuses that nobody takes the newest 10,000 are kept.
    public var statuses: AsyncStream<Status> {
        board.stream()
    }

    /// The latest status of each component that is there, by its ``Status/id``.
    public var latestStatuses: [String: Status] {
        board.latest
    }

    /// Returns when the monitor is closed, and closes it when the task is cancelled.
    public func run() async {
        await component.run()
    }

    /// Says goodbye, closes the connections, and returns when that is done.
    public func close() async {
        component.close()
        await component.closed()
    }
}

/// Makes a monitor, hands it to `body`, and closes it when `body` has returned or thrown.
public func withMonitor<Result>(
    name: String,
    key: String? = nil,
    namespace: String? = nil,
    configuration: Configuration = Configuration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (Monitor) async throws -> Result
) async throws -> Result {
    let monitor = try Monitor(name: name, key: key, namespace: namespace, configuration: configuration)
    return try await closing(monitor, isolation: isolation, after: body)
}
