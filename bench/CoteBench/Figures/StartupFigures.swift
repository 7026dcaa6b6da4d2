internal import CBench

extension Figure {
    /// How long a process takes until it has its first answer or has given it, from just before it is started.
    static func startup(with node: NodeModule?) -> [Figure] {
        let empty = Figure(title: "startup: a process without components", unit: "ms", rounds: 20) { effort in
            try await repeated(effort) { try await untilReady() }
        }
        let systems = [("C", Starter(system: .c)), ("Swift", Starter(system: .swiftBytes))]
        let others = node.map { [("Node.js", Starter(system: .node, node: $0))] } ?? []
        return [empty]
            + (systems + others).flatMap { title, starter in
                let bar = starter.node == nil ? 15.0 : nil
                return [
                    Figure(title: "startup: \(title), the responder last", unit: "ms", bar: bar, rounds: 20) { effort in
                        try await responderLast(starter, effort)
                    },
                    Figure(title: "startup: \(title), the requester last", unit: "ms", bar: bar, rounds: 20) { effort in
                        try await requesterLast(starter, effort)
                    },
                ]
            }
    }

    /// The first one finds nothing in the machine's caches, and does not count.
    private static func repeated(_ effort: Effort, _ round: () async throws -> Double) async throws -> [Double] {
        var values: [Double] = []
        for _ in 0...effort.rounds { values.append(try await round()) }
        return Array(values.dropFirst())
    }

    private static func untilReady() async throws -> Double {
        let begun = bench_now()
        return try await Part(.idle, in: Mesh()).run { process in
            milliseconds(from: begun, to: try await time(process, "ready "))
        }
    }

    /// A requester has asked, and waits.
    private static func responderLast(_ starter: Starter, _ effort: Effort) async throws -> [Double] {
        let mesh = Mesh()
        return try await starter.run(.asker, in: mesh) { requester in
            try await repeated(effort) {
                _ = try await requester.line(beginning: "asked")
                let begun = bench_now()
                let answered = try await starter.run(.responder, in: mesh) { _ in
                    try await time(requester, "answered ")
                }
                try await requester.again()
                return milliseconds(from: begun, to: answered)
            }
        }
    }

    /// A responder runs. Each requester says goodbye, so that the next one comes to a mesh where nobody has died.
    private static func requesterLast(_ starter: Starter, _ effort: Effort) async throws -> [Double] {
        let mesh = Mesh()
        return try await starter.run(.responder, in: mesh) { responder in
            _ = try await responder.line(beginning: "ready")
            return try await repeated(effort) {
                let begun = bench_now()
                let answered = try await starter.run(.asker, in: mesh) { requester in
                    let answered = try await time(requester, "answered ")
                    try await requester.end()
                    return answered
                }
                return milliseconds(from: begun, to: answered)
            }
        }
    }

    private static func time(_ process: WorkerProcess, _ what: String) async throws -> UInt64 {
        let said = try await process.line(beginning: what)
        guard let time = UInt64(said) else { throw WorkerFailure(description: "a worker said \(what)\(said)") }
        return time
    }

    private static func milliseconds(from begun: UInt64, to end: UInt64) -> Double {
        Double(end - begun) / 1_000_000
    }
}

/// What is started: of this library, or of Node.js.
private struct Starter: Sendable {
    var system: Work.System
    var node: NodeModule?

    func run<Result: Sendable>(
        _ kind: Part.Kind,
        in mesh: Mesh,
        _ body: (WorkerProcess) async throws -> Result
    ) async throws -> Result {
        guard let node else { return try await Part(kind, by: system, in: mesh).run(body) }
        let role = kind == .asker ? "asker" : "server"
        let arguments = ["worker", role, "--key", mesh.key, "--discovery-port", "\(mesh.discoveryPort)"]
        return try await node.run(core: nil, arguments: arguments, body)
    }
}
