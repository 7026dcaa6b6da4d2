internal import Glibc
internal import Subprocess

#if canImport(System)
internal import System
#else
internal import SystemPackage
#endif

/// What one round of a pair of processes measured.
struct Round: Sendable {
    var messages: Int
    var seconds: Double
    var lost: Int
    /// Nanoseconds; 0 where latency is not what the work is about.
    var p50, p99, p999: Double
    /// Nanoseconds of all cores that both processes used, for each message.
    var cpu: Double
    /// Bytes that the two had resident at most, together.
    var memory: Int

    var rate: Double { Double(messages) / seconds }
}

/// A server and a client in processes of their own, which exist for one round.
struct Pair {
    /// Where the programs of other systems are.
    static let peersFolder = "build/bench/bench/peers"

    let work: Work
    let placement: Placement
    let effort: Effort

    func run() async throws -> Round {
        let mesh = Mesh()
        let gate = "/dev/shm/cote-\(mesh.key)"
        defer { unlink(gate) }
        return try await worker("server", core: placement.server, port: 0, mesh, gate) { server in
            let ready = try await server.line(beginning: "ready ")
            guard let port = Int(ready) else { throw WorkerFailure(description: "the server said \(ready)") }
            return try await worker("client", core: placement.client, port: port, mesh, gate) { client in
                _ = try await client.line(beginning: "begin")
                let before = try [server, client].map { try ProcessUse($0.pid) }
                let result = try await client.line(beginning: "{")
                let after = try [server, client].map { try ProcessUse($0.pid) }
                return try Round(result: "{" + result, before: before, after: after)
            }
        }
    }

    private func worker<Result: Sendable>(
        _ role: String,
        core: Int,
        port: Int,
        _ mesh: Mesh,
        _ gate: String,
        _ body: (WorkerProcess) async throws -> Result
    ) async throws -> Result {
        var list = ["worker", role, "--system", work.system.rawValue, "--size", "\(work.size)"]
        list += ["--core", "\(core)", "--port", "\(port)", "--key", mesh.key, "--gate", gate]
        list += ["--discovery-port", "\(mesh.discoveryPort)"]
        list += ["--warm-up", "\(effort.warmUp)", "--seconds", "\(effort.seconds)"]
        switch work.kind {
        case .request(let inFlight): list += ["--in-flight", "\(inFlight)"]
        case .publish(let subscribers): list += ["--subscribers", "\(subscribers)"]
        }
        if let rate = effort.rate { list += ["--rate", "\(rate)"] }
        if work.onPool { list.append("--pool") }
        switch work.system {
        case .node:
            guard let node = effort.node else { throw WorkerFailure(description: "no folder of Node.js cote") }
            return try await node.run(core: core, arguments: list, body)
        case .zeromq, .nng, .nats:
            let program = FilePath("\(Self.peersFolder)/bench-\(work.system.rawValue)")
            return try await WorkerProcess.run(.path(program), arguments: list, body)
        case .c, .cUnix, .swiftBytes, .swiftCodable, .floor:
            return try await WorkerProcess.run(arguments: list, body)
        }
    }
}
