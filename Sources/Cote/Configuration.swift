public import Logging

/// How components find each other and behave, as far as it is not a matter of a single component.
///
/// Every field is optional. What is not set here is taken from ``Cote/configuration``, which is module-wide; what is not
/// set there either, from the environment variable that the field names; and without one, from the default.
public struct Configuration: Sendable {
    /// Separates meshes: components of different environments never meet. `""` means none, whatever `COTE_ENV` says.
    /// Environment variable `COTE_ENV`; none by default.
    public var environment: String?

    /// Separates meshes within an environment. Not empty. None by default.
    public var key: String?

    /// Separates components of one key. Not empty. None by default.
    public var namespace: String?

    /// How long a requester waits for the answer to a request, if the request does not say otherwise; also while no
    /// responder is there. ``Requester/unlimited`` means for ever.
    /// Environment variable `COTE_REQUEST_TIMEOUT`, in milliseconds; for ever by default.
    public var timeout: Duration?

    /// The IPv4 broadcast address to which hellos are sent. Environment variable `COTE_BROADCAST_ADDRESS`;
    /// `255.255.255.255` by default. `127.255.255.255` keeps everything on this host.
    public var broadcast: String?

    /// The IPv4 multicast group to which hellos are sent instead of a broadcast address.
    /// Environment variable `COTE_MULTICAST_ADDRESS`; none by default.
    public var multicast: String?

    /// The IPv4 address on which a responder listens. `0.0.0.0`, which is all, by default.
    public var address: String?

    /// The first TCP port, 1 to 65535, that a responder tries; if it is taken, the next ones upwards. 8000 by default.
    public var port: Int?

    /// The IPv4 address to which the discovery socket binds. `0.0.0.0` by default.
    public var discoveryAddress: String?

    /// The UDP port, 1 to 65535, of discovery, which must be the same for everybody. 12345 by default.
    public var discoveryPort: Int?

    /// How often a component says hello. 2 seconds by default.
    public var helloInterval: Duration?

    /// How often peers that have fallen silent are looked for. 4 seconds by default.
    public var checkInterval: Duration?

    /// Silent for that long, a peer is removed. Not less than the check interval, and longer than the hello interval.
    /// 5 seconds by default.
    public var nodeTimeout: Duration?

    /// How many requests of a requester may wait for a responder; one more fails with ``CoteError/Code/queueFull``.
    /// 1,000,000 by default.
    public var maximumQueuedRequests: Int?

    /// The size in bytes of the largest frame that is accepted from the network; the connection on which a larger one is
    /// announced is closed. 64 MiB by default.
    public var maximumFrameSize: Int?

    /// Whether cote's hello, online and offline lines are logged. Environment variable `COTE_LOG`, `true` or `false`;
    /// `false` by default.
    public var log: Bool?

    /// Where a component logs. By default nothing is logged, unless ``log`` is on: then a logger labelled `cote` is made.
    public var logger: Logger?

    /// A configuration in which nothing is set.
    public init() {}

    /// A configuration changed in place: `Configuration { $0.broadcast = "127.255.255.255" }`.
    public init(_ change: (inout Configuration) -> Void) {
        change(&self)
    }

    /// What a component uses: its own arguments over this configuration over the module's.
    func adding(key: String?, namespace: String?, timeout: Duration?, logger: Logger?) -> Configuration {
        Configuration {
            $0.key = key
            $0.namespace = namespace
            $0.timeout = timeout
            $0.logger = logger
        }.over(self).over(Cote.configuration)
    }

    /// What is set here, and for the rest what is set in `other`.
    func over(_ other: Configuration) -> Configuration {
        Configuration {
            $0.environment = environment ?? other.environment
            $0.key = key ?? other.key
            $0.namespace = namespace ?? other.namespace
            $0.timeout = timeout ?? other.timeout
            // Asking for one of the two here is asking not to use the other of there.
            let destinationIsHere = broadcast != nil || multicast != nil
            $0.broadcast = destinationIsHere ? broadcast : other.broadcast
            $0.multicast = destinationIsHere ? multicast : other.multicast
            $0.address = address ?? other.address
            $0.port = port ?? other.port
            $0.discoveryAddress = discoveryAddress ?? other.discoveryAddress
            $0.discoveryPort = discoveryPort ?? other.discoveryPort
            $0.helloInterval = helloInterval ?? other.helloInterval
            $0.checkInterval = checkInterval ?? other.checkInterval
            $0.nodeTimeout = nodeTimeout ?? other.nodeTimeout
            $0.maximumQueuedRequests = maximumQueuedRequests ?? other.maximumQueuedRequests
            $0.maximumFrameSize = maximumFrameSize ?? other.maximumFrameSize
            $0.log = log ?? other.log
            $0.logger = logger ?? other.logger
        }
    }
}

/// What concerns the whole module.
public enum Cote {
    private static let shared = Locked(Configuration())

    /// What components use that are created from now on, as far as they are not told otherwise.
    public static var configuration: Configuration {
        get { shared.withLock { $0 } }
        set { shared.withLock { $0 = newValue } }
    }
}
