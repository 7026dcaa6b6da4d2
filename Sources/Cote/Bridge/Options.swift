internal import CCoteCore

/// What a component says of itself, over its configuration.
struct Description {
    var name: String
    var types: [String]?
    var advertisement: JSONValue?
    var subset: String?
    var balancing = Balancing.roundRobin
    var configuration: Configuration
}

extension Description {
    /// An error of the core in this side's words: it names what the user wrote.
    func renaming(_ error: CoteError) -> CoteError {
        var error = error
        for (theirs, ours) in Self.names { error.message = error.message.replacing(theirs, with: ours) }
        return error
    }

    private static let names = [
        ("name_space:", "namespace:"), ("discovery_address:", "discoveryAddress:"),
        ("node_timeout_ms", "nodeTimeout"), ("check_interval_ms", "checkInterval"),
        ("hello_interval_ms", "helloInterval"), ("max_queued_bytes:", "maximumQueuedBytes:"),
        ("max_queued:", "maximumQueuedRequests:"), ("max_peers:", "maximumPeers:"),
        ("max_new_peers:", "maximumNewPeers:"), ("max_hello:", "maximumHelloSize:"), ("max_depth:", "maximumDepth:"),
        ("breaker_pause_ms", "breakerPause"),
        ("breaker_max_pause_ms", "breakerMaximumPause"),
    ]

    /// Calls `body` with the core's options, whose strings live until it returns.
    func withOptions<R>(_ body: (inout cote_options) throws -> R) throws -> R {
        let memory = CStrings()
        defer { memory.free() }
        var options = cote_options()
        options.size = MemoryLayout<cote_options>.size
        options.name = try memory.copy(name, for: "name")
        options.environment = try memory.copy(configuration.environment, for: "environment")
        options.key = try memory.copy(configuration.key, for: "key")
        options.name_space = try memory.copy(configuration.namespace, for: "namespace")
        if let types {
            options.types = try memory.copy(types, for: "types")
            options.type_count = types.count
        }
        options.subset = try memory.copy(subset, for: "subset")
        options.balancing = balancing.number
        if case .custom = balancing { options.choose = requesterDidAskForChoice }
        options.advertisement = try memory.copy(advertisement?.description, for: "advertisement")

        options.address = try memory.copy(configuration.address, for: "address")
        if configuration.port != 0 { options.port = try number(configuration.port, for: "port") }
        options.ports = try memory.copy(ports(), for: "ports")
        options.advertised_address = try memory.copy(configuration.advertisedAddress, for: "advertisedAddress")
        options.use_host_names = toggle(configuration.useHostNames)
        options.unix_sockets = toggle(configuration.unixSockets)
        options.ignore_process = toggle(configuration.ignoreProcess)
        options.timeout_ms = try configuration.timeout.map { try $0.milliseconds(for: "timeout") } ?? 0
        try setBounds(of: &options)

        options.broadcast = try memory.copy(configuration.broadcast, for: "broadcast")
        options.multicast = try memory.copy(configuration.multicast, for: "multicast")
        options.redis = try memory.copy(configuration.redis, for: "redis")
        options.interfaces = try memory.copy(configuration.interfaces?.joined(separator: ","), for: "interfaces")
        options.seeds = try memory.copy(configuration.seeds?.joined(separator: ","), for: "seeds")
        options.multicast_ttl = try number(configuration.multicastTTL, for: "multicastTTL")
        options.discovery_address = try memory.copy(configuration.discoveryAddress, for: "discoveryAddress")
        options.discovery_port = try number(configuration.discoveryPort, for: "discoveryPort")
        options.hello_interval_ms = try interval(configuration.helloInterval, for: "helloInterval")
        options.check_interval_ms = try interval(configuration.checkInterval, for: "checkInterval")
        options.node_timeout_ms = try interval(configuration.nodeTimeout, for: "nodeTimeout")
        options.breaker_failures =
            configuration.breakerFailures == 0
            ? COTE_NO_BREAKER : try number(configuration.breakerFailures, for: "breakerFailures")
        options.breaker_pause_ms = try interval(configuration.breakerPause, for: "breakerPause")
        options.breaker_max_pause_ms = try interval(configuration.breakerMaximumPause, for: "breakerMaximumPause")
        options.redelivery = configuration.redelivery.number
        options.deduplicate = try deduplicate()
        options.log = toggle(configuration.log)
        options.hello_logs = toggle(configuration.helloLogs)
        options.status_logs = toggle(configuration.statusLogs)
        options.log_unknown_events = toggle(configuration.logUnknownEvents)
        return try body(&options)
    }

    private func setBounds(of options: inout cote_options) throws {
        options.max_queued = try number(configuration.maximumQueuedRequests, for: "maximumQueuedRequests")
        options.max_queued_bytes = try number(configuration.maximumQueuedBytes, for: "maximumQueuedBytes")
        options.max_in_flight = try number(configuration.maximumRequestsInFlight, for: "maximumRequestsInFlight")
        options.max_running = try number(configuration.maximumRunningRequests, for: "maximumRunningRequests")
        options.max_depth = try number(configuration.maximumDepth, for: "maximumDepth")
        options.max_frame = try number(configuration.maximumFrameSize, for: "maximumFrameSize")
        options.max_unsent = try number(configuration.maximumUnsentBytes, for: "maximumUnsentBytes")
        options.overflow = configuration.overflow?.number ?? COTE_OVERFLOW_DEFAULT
        options.max_connections = try number(configuration.maximumConnections, for: "maximumConnections")
        options.frame_timeout_ms = try configuration.frameTimeout?.milliseconds(for: "frameTimeout") ?? 0
        options.idle_timeout_ms = try configuration.idleTimeout?.milliseconds(for: "idleTimeout") ?? 0
        options.max_peers = try number(configuration.maximumPeers, for: "maximumPeers")
        options.max_new_peers = try number(configuration.maximumNewPeers, for: "maximumNewPeers")
        options.max_hello = try number(configuration.maximumHelloSize, for: "maximumHelloSize")
    }

    private func number<N: FixedWidthInteger>(_ value: Int?, for field: String) throws -> N {
        guard let value else { return 0 }
        guard value > 0, let number = N(exactly: value) else {
            throw CoteError(.invalidArgument, "\(field): \(value) is not from 1 to \(N.max)")
        }
        return number
    }

    private func deduplicate() throws -> UInt32 {
        configuration.deduplicate == 0
            ? COTE_NO_DEDUPLICATION : try number(configuration.deduplicate, for: "deduplicate")
    }

    /// The core's `ports`, where its `port` does not say it.
    private func ports() throws -> String? {
        guard let ports = configuration.ports else { return configuration.port == 0 ? "0" : nil }
        guard configuration.port == nil else {
            throw CoteError(.invalidArgument, "ports: \(ports) and port: \(configuration.port!) are both given")
        }
        return "\(ports.lowerBound)-\(ports.upperBound)"
    }

    private func toggle(_ value: Bool?) -> cote_switch {
        value.map { $0 ? COTE_ON : COTE_OFF } ?? COTE_DEFAULT
    }

    private func interval(_ value: Duration?, for field: String) throws -> UInt32 {
        guard let milliseconds = try value?.milliseconds(for: field) else { return 0 }
        guard milliseconds != COTE_NO_TIMEOUT else {
            throw CoteError(.invalidArgument, "\(field): \(value!) is longer than 49 days")
        }
        return milliseconds
    }
}

extension Overflow {
    fileprivate var number: cote_overflow {
        switch self {
        case .dropOldest: COTE_DROP_OLDEST
        case .dropNewest: COTE_DROP_NEWEST
        case .disconnect: COTE_DISCONNECT
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up; what 32 bits do not hold is without end.
    func milliseconds(for field: String) throws -> UInt32 {
        guard self > .zero else { throw CoteError(.invalidArgument, "\(field): \(self) is not longer than nothing") }
        let (seconds, attoseconds) = components
        guard seconds < Int64(UInt32.max) / 1000 else { return UInt32.max }
        return UInt32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// Zero-terminated copies of strings, freed together.
final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var lists: [UnsafeMutablePointer<UnsafePointer<CChar>?>] = []

    func copy(_ string: String?, for field: String) throws -> UnsafePointer<CChar>? {
        guard let string else { return nil }
        guard !string.utf8.contains(0) else {
            throw CoteError(.invalidArgument, "\(field): \"\(string)\" holds a zero byte")
        }
        let bytes = string.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        bytes.withUnsafeBufferPointer { copy.initialize(from: $0.baseAddress!, count: $0.count) }
        strings.append(copy)
        return UnsafePointer(copy)
    }

    func copy(_ list: [String], for field: String) throws -> UnsafePointer<UnsafePointer<CChar>?> {
        let pointers = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: max(list.count, 1))
        pointers.initialize(repeating: nil, count: max(list.count, 1))
        lists.append(pointers)
        for (index, string) in list.enumerated() { pointers[index] = try copy(string, for: field) }
        return UnsafePointer(pointers)
    }

    func free() {
        for string in strings { string.deallocate() }
        for list in lists { list.deallocate() }
    }
}
