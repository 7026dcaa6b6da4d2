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

    /// The redis server through which components find each other instead of UDP:
    /// `redis://user:password@host:port/database`, of which everything but the host may be left out. `""` is UDP, whatever
    /// the environment says. It wins over ``broadcast`` and ``multicast``. Peers are then where their host names lead, unless
    /// they advertise an address; known ones stay usable while the server is away.
    ///
    /// Environment variable `COTE_DISCOVERY_REDIS_URL`, completed by `COTE_DISCOVERY_REDIS_HOST`, `_PORT`, `_USERNAME`,
    /// `_PASSWORD` and `_DB`, or `COTE_DISCOVERY_REDIS`, where `true` is the server of this host; UDP by default, and if
    /// ``broadcast`` or ``multicast`` is set.
    public var redis: String?

    /// The network interfaces by which hellos are sent to `255.255.255.255` or a multicast group: names or IPv4 addresses,
    /// or `all`. Each sends them from its own address. Environment variable `COTE_INTERFACES`, with commas between them; by
    /// default the one that the routing table says, as in Node.
    public var interfaces: [String]?

    /// Hosts that are greeted by unicast, where neither broadcast nor multicast gets through: names, which are looked up
    /// again and again, or IPv4 addresses, and perhaps a UDP port, as in `one.example:12345`. One that is reached is enough
    /// to find those that it knows. Environment variable `COTE_UNICAST_SEEDS`, with commas between them; none by default.
    public var seeds: [String]?

    /// How many networks hellos to a multicast group cross, 1 to 255. Environment variable `COTE_MULTICAST_TTL`; 1 by
    /// default.
    public var multicastTTL: Int?

    /// The IPv4 address on which a responder or publisher listens. Environment variable `COTE_BIND_ADDRESS`; `0.0.0.0`,
    /// which is all, by default.
    public var address: String?

    /// The first TCP port, 1 to 65535, that a responder or publisher tries; if it is taken, the next ones upwards. 0 is any
    /// that is free. Environment variable `COTE_PORTS`, which also takes a range; 8000 by default.
    public var port: Int?

    /// The only TCP ports that a responder or publisher tries, in place of ``port``. Environment variable `COTE_PORTS`, as
    /// in `8000-8010`; none by default.
    public var ports: ClosedRange<Int>?

    /// The IPv4 address to which others are told to connect, if they are not to connect to where the hellos come from. Peers
    /// of Node.js do not hear of it. Environment variable `COTE_ADVERTISED_ADDRESS`; none by default.
    public var advertisedAddress: String?

    /// Whether to connect to where the host names of others lead, and not to where their hellos come from. Environment
    /// variable `COTE_USE_HOST_NAMES`, `true` or `false`; `false` by default. With redis it is always so.
    public var useHostNames: Bool?

    /// Whether to work with those of this host and user over unix sockets, which take less time than TCP, where they have one.
    /// Environment variable `COTE_UNIX_SOCKETS`, `true` or `false`; `true` by default.
    public var unixSockets: Bool?

    /// Whether to take no notice of the components of one's own process. Environment variable `COTE_IGNORE_PROCESS`, `true`
    /// or `false`; `false` by default.
    public var ignoreProcess: Bool?

    /// The IPv4 address to which the discovery socket binds. Environment variable `COTE_UDP_ADDRESS`; `0.0.0.0` by default.
    public var discoveryAddress: String?

    /// The UDP port, 1 to 65535, of discovery, which must be the same for everybody. Environment variable `COTE_UDP_PORT`;
    /// 12345 by default.
    public var discoveryPort: Int?

    /// How often a component says hello. Environment variable `COTE_HELLO_INTERVAL`, in milliseconds; 2 seconds by default.
    public var helloInterval: Duration?

    /// How often peers that have fallen silent are looked for. Environment variable `COTE_CHECK_INTERVAL`, in milliseconds;
    /// 4 seconds by default.
    public var checkInterval: Duration?

    /// Silent for that long, a peer is removed, unless bytes of it come over its connection. Not less than the check interval,
    /// and longer than the hello interval. Environment variable `COTE_NODE_TIMEOUT`, in milliseconds; 5 seconds by default.
    public var nodeTimeout: Duration?

    /// So many requests of a requester to one responder that time out, or are lost with their connection, without an answer
    /// between them, and it is passed over while others are there; 0 is no number of them.
    /// Environment variable `COTE_BREAKER_FAILURES`; 5 by default.
    public var breakerFailures: Int?

    /// How long such a responder is passed over, before one request tries it; twice as long after each try that fails.
    /// Environment variable `COTE_BREAKER_PAUSE`, in milliseconds; 1 second by default.
    public var breakerPause: Duration?

    /// But no longer than that. Not less than the first pause. Environment variable `COTE_BREAKER_MAX_PAUSE`, in
    /// milliseconds; 30 seconds by default.
    public var breakerMaximumPause: Duration?

    /// How many requests of a requester may wait for a responder, at most 2²⁵; one more fails with
    /// ``CoteError/Code/queueFull``. Environment variable `COTE_MAX_QUEUED`; 1,000,000 by default.
    public var maximumQueuedRequests: Int?

    /// How many bytes those may have together, at most 2³⁷. Environment variable `COTE_MAX_QUEUED_BYTES`; 256 MiB by default.
    public var maximumQueuedBytes: Int?

    /// How many requests of a requester one responder may have that it has not answered; what is more waits, if no other
    /// responder is there. Environment variable `COTE_MAX_IN_FLIGHT`; 10,000 by default.
    public var maximumRequestsInFlight: Int?

    /// How many requests a responder handles at once; it reads no more until there are fewer.
    /// Environment variable `COTE_MAX_RUNNING`; 10,000 by default.
    public var maximumRunningRequests: Int?

    /// The size in bytes of the largest frame that is accepted from the network; the connection on which a larger one is
    /// announced is closed. Environment variable `COTE_MAX_FRAME`; 64 MiB by default.
    public var maximumFrameSize: Int?

    /// How many levels of arrays and objects the JSON of a request or answer from the network may have; the connection of a
    /// deeper one is closed. Environment variable `COTE_MAX_DEPTH`; 512 by default, and at most.
    public var maximumDepth: Int?

    /// How many bytes may wait for one peer to read them; a single larger message may too. Of a publisher's messages for a
    /// subscriber; of requests to one responder, beyond which they wait in the queue; of answers to one requester, at most
    /// 1 MiB, beyond which it is not read from. Environment variable `COTE_MAX_UNSENT`; 64 MiB by default.
    public var maximumUnsentBytes: Int?

    /// What becomes of a publisher's messages when more would wait. Environment variable `COTE_OVERFLOW`, `dropOldest`,
    /// `dropNewest` or `disconnect`; ``Overflow/dropOldest`` by default.
    public var overflow: Overflow?

    /// How many connections a listener has; one more is closed at once. Environment variable `COTE_MAX_CONNECTIONS`; 10,000 by
    /// default.
    public var maximumConnections: Int?

    /// How long more of a frame that has begun to come is waited for. Environment variable `COTE_FRAME_TIMEOUT`, in
    /// milliseconds; 30 seconds by default. ``Requester/unlimited`` means for ever.
    public var frameTimeout: Duration?

    /// How long a listener waits for the first frame of a connection that says nothing, if nobody is announced where it comes
    /// from. Environment variable `COTE_IDLE_TIMEOUT`, in milliseconds; 60 seconds by default. ``Requester/unlimited`` means
    /// for ever.
    public var idleTimeout: Duration?

    /// How many peers are known at once, of all keys, at most 2²⁵. Environment variable `COTE_MAX_PEERS`; 10,000 by default.
    public var maximumPeers: Int?

    /// How many new peers of one address are taken up in a second, at most 2²⁵; ten times as many at once. Environment variable
    /// `COTE_MAX_NEW_PEERS`; 100 by default.
    public var maximumNewPeers: Int?

    /// The size in bytes of the largest hello that is heard. Environment variable `COTE_MAX_HELLO`; 65,507 by default, which
    /// is what a datagram holds.
    public var maximumHelloSize: Int?

    /// Which requests a requester sends again when their connection is lost before they were answered. Environment variable
    /// `COTE_REDELIVERY`, `whenSafe`, `always` or `never`; ``Redelivery/whenSafe`` by default.
    public var redelivery: Redelivery?

    /// How many of the last requests of requesters of this library a responder knows again, at most 10,000,000, when they come
    /// once more because a connection was lost, and does not handle twice. Each takes about 150 bytes. If the first is still
    /// being handled, its answer is the answer of both; if it was answered, the requester gets the error `duplicate`. Async
    /// handlers are then not cancelled when a connection is lost, since the request may come again. Environment variable
    /// `COTE_DEDUPLICATE`; 0, none, by default.
    public var deduplicate: Int?

    /// How many threads the components of this process are spread over, each in its turn, 1 to 64: more than one for more
    /// than one core. Those whose handlers run inline have one of their own in any case. Environment variable `COTE_LOOPS`; 1
    /// by default.
    public var loops: Int?

    /// Whether cote's hello, online and offline lines are logged. Environment variable `COTE_LOG`, `true` or `false`;
    /// `false` by default.
    public var log: Bool?

    /// Whether the online lines are among them, if ``statusLogs`` are. Environment variable `COTE_HELLO_LOGS_ENABLED`, `true`
    /// or `false`; `true` by default. Asking for it is asking for ``log``, if nothing is said of that.
    public var helloLogs: Bool?

    /// Whether the online and offline lines are among them. Environment variable `COTE_STATUS_LOGS_ENABLED`, `true` or
    /// `false`; `true` by default. Asking for it is asking for ``log``, if nothing is said of that.
    public var statusLogs: Bool?

    /// Whether a warning is logged for a request or message that nothing here handles, for each type or topic once in a
    /// while. Environment variable `COTE_LOG_UNKNOWN_EVENTS`, `true` or `false`; `true` by default.
    public var logUnknownEvents: Bool?

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
            // Asking for one of the three here is asking not to use the others of there.
            let redisIsHere = redis.map { !$0.isEmpty } ?? false
            let destinationIsHere = broadcast != nil || multicast != nil || redisIsHere
            $0.broadcast = destinationIsHere ? broadcast : other.broadcast
            $0.multicast = destinationIsHere ? multicast : other.multicast
            $0.redis = redis ?? (destinationIsHere ? nil : other.redis)
            $0.interfaces = interfaces ?? other.interfaces
            $0.seeds = seeds ?? other.seeds
            $0.multicastTTL = multicastTTL ?? other.multicastTTL
            $0.address = address ?? other.address
            let portIsHere = port != nil || ports != nil
            $0.port = portIsHere ? port : other.port
            $0.ports = portIsHere ? ports : other.ports
            $0.advertisedAddress = advertisedAddress ?? other.advertisedAddress
            $0.useHostNames = useHostNames ?? other.useHostNames
            $0.unixSockets = unixSockets ?? other.unixSockets
            $0.ignoreProcess = ignoreProcess ?? other.ignoreProcess
            $0.discoveryAddress = discoveryAddress ?? other.discoveryAddress
            $0.discoveryPort = discoveryPort ?? other.discoveryPort
            $0.helloInterval = helloInterval ?? other.helloInterval
            $0.checkInterval = checkInterval ?? other.checkInterval
            $0.nodeTimeout = nodeTimeout ?? other.nodeTimeout
            $0.breakerFailures = breakerFailures ?? other.breakerFailures
            $0.breakerPause = breakerPause ?? other.breakerPause
            $0.breakerMaximumPause = breakerMaximumPause ?? other.breakerMaximumPause
            $0.maximumQueuedRequests = maximumQueuedRequests ?? other.maximumQueuedRequests
            $0.maximumQueuedBytes = maximumQueuedBytes ?? other.maximumQueuedBytes
            $0.maximumRequestsInFlight = maximumRequestsInFlight ?? other.maximumRequestsInFlight
            $0.maximumRunningRequests = maximumRunningRequests ?? other.maximumRunningRequests
            $0.maximumDepth = maximumDepth ?? other.maximumDepth
            $0.maximumFrameSize = maximumFrameSize ?? other.maximumFrameSize
            $0.maximumUnsentBytes = maximumUnsentBytes ?? other.maximumUnsentBytes
            $0.overflow = overflow ?? other.overflow
            $0.maximumConnections = maximumConnections ?? other.maximumConnections
            $0.frameTimeout = frameTimeout ?? other.frameTimeout
            $0.idleTimeout = idleTimeout ?? other.idleTimeout
            $0.maximumPeers = maximumPeers ?? other.maximumPeers
            $0.maximumNewPeers = maximumNewPeers ?? other.maximumNewPeers
            $0.maximumHelloSize = maximumHelloSize ?? other.maximumHelloSize
            $0.redelivery = redelivery ?? other.redelivery
            $0.deduplicate = deduplicate ?? other.deduplicate
            $0.loops = loops ?? other.loops
            $0.log = log ?? other.log
            $0.helloLogs = helloLogs ?? other.helloLogs
            $0.statusLogs = statusLogs ?? other.statusLogs
            $0.logUnknownEvents = logUnknownEvents ?? other.logUnknownEvents
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
