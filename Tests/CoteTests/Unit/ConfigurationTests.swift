import Cote
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The message of the error that creating a requester of this configuration throws.
private func refusal(
    name: String = "x",
    key: String? = nil,
    namespace: String? = nil,
    _ change: (inout Configuration) -> Void
) -> String {
    do {
        _ = try Requester(
            name: name,
            key: key,
            namespace: namespace,
            configuration: Configuration {
                $0.broadcast = "127.255.255.255"
                $0.discoveryPort = 32_100
                change(&$0)
            }
        )
        return "nothing is refused"
    } catch {
        return (error as? CoteError)?.message ?? "\(error)"
    }
}

@Suite("Configuration")
struct ConfigurationTests {
    @Test func whatCannotBeIsNamedWithItsValue() {
        func expect(
            _ parts: String...,
            from message: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            for part in parts {
                #expect(message.contains(part), "\(message)", sourceLocation: sourceLocation)
            }
        }
        expect("port", "70000", from: refusal { $0.port = 70_000 })
        expect("port", "-1", from: refusal { $0.port = -1 })
        expect("deduplicate", "-1", from: refusal { $0.deduplicate = -1 })
        expect("deduplicate", "10000001", "10000000", from: refusal { $0.deduplicate = 10_000_001 })
        expect("ports", "9000-70000", from: refusal { $0.ports = 9000...70_000 })
        expect(
            "ports",
            "9000...9010",
            "port",
            "8000",
            from: refusal {
                $0.ports = 9000...9010
                $0.port = 8000
            }
        )
        expect("advertised_address", "here", from: refusal { $0.advertisedAddress = "here" })
        expect("multicastTTL", "256", from: refusal { $0.multicastTTL = 256 })
        expect(
            "interfaces",
            "none7",
            from: refusal {
                $0.broadcast = "255.255.255.255"
                $0.interfaces = ["none7"]
            }
        )
        expect("discoveryPort", "-1", from: refusal { $0.discoveryPort = -1 })
        expect("broadcast", "here", from: refusal { $0.broadcast = "here" })
        expect("multicast", "10.0.0.1", from: refusal { $0.multicast = "10.0.0.1" })
        expect("redis", "localhost:6379", from: refusal { $0.redis = "localhost:6379" })
        expect("redis", "TLS", from: refusal { $0.redis = "rediss://localhost" })
        expect("address", "localhost", from: refusal { $0.address = "localhost" })
        expect("timeout", from: refusal { $0.timeout = .zero })
        expect("timeout", from: refusal { $0.timeout = .seconds(-1) })
        expect("loops", "65", from: refusal { $0.loops = 65 })
        expect("maximumDepth", "513", from: refusal { $0.maximumDepth = 513 })
        expect("maximumFrameSize", "0", from: refusal { $0.maximumFrameSize = 0 })
        expect("maximumUnsentBytes", "-1", from: refusal { $0.maximumUnsentBytes = -1 })
        expect("maximumQueuedRequests", "99999999", from: refusal { $0.maximumQueuedRequests = 99_999_999 })
        expect("maximumPeers", "99999999", from: refusal { $0.maximumPeers = 99_999_999 })
        expect("maximumHelloSize", "70000", from: refusal { $0.maximumHelloSize = 70_000 })
        expect("frameTimeout", from: refusal { $0.frameTimeout = .zero })
        expect("breakerFailures", "-1", from: refusal { $0.breakerFailures = -1 })
        expect("breakerPause", from: refusal { $0.breakerPause = .zero })
        expect("breakerMaximumPause", "breakerPause", "31000", from: refusal { $0.breakerPause = .seconds(31) })
        expect("key", "empty", from: refusal(key: "") { _ in })
        expect("namespace", "empty", from: refusal(namespace: "") { _ in })
        expect("name", "empty", from: refusal(name: "") { _ in })
        expect("name", "zero byte", from: refusal(name: "a\0b") { _ in })
        expect(
            "nodeTimeout",
            "1000",
            "checkInterval",
            "2000",
            from: refusal {
                $0.checkInterval = .seconds(2)
                $0.nodeTimeout = .seconds(1)
            }
        )
    }

    @Test func componentsAreSpreadOverLoops() throws {
        let requesters = try (0..<4).map { number in
            try Requester(
                name: "\(number)",
                configuration: Configuration {
                    $0.loops = 2
                    $0.broadcast = "127.255.255.255"
                }
            )
        }
        let loops = Set(requesters.map { ObjectIdentifier($0.executor) })
        #expect(loops.count == 2)
        #expect(requesters[0].executor === requesters[2].executor)
    }

    @Test func anEnvironmentVariableThatCannotBeIsNamedWithItsValue() async {
        await #expect(processExitsWith: .success) {
            setenv("COTE_REQUEST_TIMEOUT", "soon", 1)
            let message = refusal { _ in }
            guard message.contains("COTE_REQUEST_TIMEOUT"), message.contains("soon") else { exit(1) }
            // An argument comes before it, and then it is not even looked at.
            guard refusal({ $0.timeout = .seconds(1) }) == "nothing is refused" else { exit(2) }
            exit(0)
        }
        await #expect(processExitsWith: .success) {
            setenv("COTE_OVERFLOW", "drop", 1)
            let message = refusal { _ in }
            guard message.contains("COTE_OVERFLOW"), message.contains("drop") else { exit(1) }
            exit(refusal { $0.overflow = .dropNewest } == "nothing is refused" ? 0 : 2)
        }
        await #expect(processExitsWith: .success) {
            setenv("COTE_LOG", "loud", 1)
            let message = refusal { _ in }
            exit(message.contains("COTE_LOG") && message.contains("loud") ? 0 : 1)
        }
        await #expect(processExitsWith: .success) {
            setenv("COTE_DISCOVERY_REDIS_TLS", "true", 1)
            let message = refusal { $0.broadcast = nil }
            exit(message.contains("COTE_DISCOVERY_REDIS_TLS") ? 0 : 1)
        }
        await #expect(processExitsWith: .success) {
            setenv("COTE_MULTICAST_ADDRESS", "127.0.0.1", 1)
            let message = refusal { $0.broadcast = nil }
            exit(message.contains("COTE_MULTICAST_ADDRESS") && message.contains("127.0.0.1") ? 0 : 1)
        }
    }

    /// What says where to listen at one level puts aside whatever says it at a lower one.
    @Test func ports() async {
        await #expect(processExitsWith: .success) {
            func portTaken(_ change: (inout Configuration) -> Void) async throws -> Int {
                let responder = try Responder(
                    name: "x",
                    configuration: Configuration {
                        $0.broadcast = "127.255.255.255"
                        $0.discoveryPort = 32_102
                        change(&$0)
                    }
                )
                await responder.close()
                return responder.port
            }
            do {
                let free = try await portTaken { $0.port = 0 }
                guard free > 0 else { exit(1) }
                setenv("COTE_PORTS", "\(free)-\(free)", 1)
                guard try await portTaken({ _ in }) == free else { exit(2) }
                let other = try await portTaken { $0.port = 0 }
                Cote.configuration.ports = other...other
                guard try await portTaken({ _ in }) == other else { exit(3) }
                guard try await portTaken({ $0.ports = free...free }) == free else { exit(4) }
                guard try await portTaken({ $0.port = free }) >= free else { exit(5) }
            } catch {
                exit(6)
            }
            exit(0)
        }
    }

    @Test func unixSockets() async {
        await #expect(processExitsWith: .success) {
            func unixConnections(_ change: (inout Configuration) -> Void) async throws -> Int {
                let settings = Configuration {
                    $0.broadcast = "127.255.255.255"
                    $0.discoveryPort = 32_103
                    change(&$0)
                }
                let responder = try Responder(name: "x", configuration: settings)
                let requester = try Requester(name: "y", configuration: settings)
                try await requester.ready()
                let traffic = requester.counters.traffic
                await requester.close()
                await responder.close()
                return traffic.connections == 1 ? traffic.unixConnections : -1
            }
            do {
                guard try await unixConnections({ _ in }) == 1 else { exit(1) }
                setenv("COTE_UNIX_SOCKETS", "false", 1)
                guard try await unixConnections({ _ in }) == 0 else { exit(2) }
                Cote.configuration.unixSockets = true
                guard try await unixConnections({ _ in }) == 1 else { exit(3) }
                guard try await unixConnections({ $0.unixSockets = false }) == 0 else { exit(4) }
            } catch {
                exit(5)
            }
            exit(0)
        }
    }

    /// Explicit argument over the module's configuration over the environment over the default, for one setting that can
    /// be watched from outside.
    @Test func precedence() async {
        await #expect(processExitsWith: .success) {
            func keyHeard(_ change: (inout Configuration) -> Void) async throws -> String? {
                let settings = Configuration {
                    $0.broadcast = "127.255.255.255"
                    $0.discoveryPort = 32_101
                    change(&$0)
                }
                let responder = try Responder(name: "x", configuration: settings)
                let requester = try Requester(name: "y", configuration: settings)
                for await case .added(let peer) in requester.peers {
                    await responder.close()
                    return peer.advertisement["key"]?.string
                }
                return nil
            }
            do {
                guard try await keyHeard({ _ in }) == "$$" else { exit(1) }
                setenv("COTE_ENV", "variable", 1)
                guard try await keyHeard({ _ in }) == "variable:$$" else { exit(2) }
                Cote.configuration.environment = "module"
                guard try await keyHeard({ _ in }) == "module:$$" else { exit(3) }
                guard try await keyHeard({ $0.environment = "argument" }) == "argument:$$" else { exit(4) }
                guard try await keyHeard({ $0.environment = "" }) == "$$" else { exit(5) }
            } catch {
                exit(6)
            }
            exit(0)
        }
    }
}
