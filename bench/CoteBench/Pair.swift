internal import Subprocess

#if canImport(System)
internal import System
#else
internal import SystemPackage
#endif
internal import Glibc

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

struct PairFailure: Error, CustomStringConvertible {
    let description: String
}

/// A server and a client in processes of their own, which exist for one round.
struct Pair {
    /// Where the programs of other systems are.
    static let peersFolder = "build/bench/bench/peers"

    let work: Work
    let placement: Placement
    let effort: Effort

    func run() async throws -> Round {
        let mesh = "bench-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let gate = "/dev/shm/cote-\(mesh)"
        let discoveryPort = Int.random(in: 20_000..<30_000)
        defer { unlink(gate) }
        func arguments(_ role: String, core: Int, port: Int = 0) -> Arguments {
            var list = ["worker", role, "--system", work.system.rawValue, "--size", "\(work.size)"]
            list += ["--core", "\(core)", "--port", "\(port)", "--key", mesh, "--gate", gate]
            list += ["--discovery-port", "\(discoveryPort)"]
            list += ["--warm-up", "\(effort.warmUp)", "--seconds", "\(effort.seconds)"]
            switch work.kind {
            case .request(let inFlight): list += ["--in-flight", "\(inFlight)"]
            case .publish(let subscribers): list += ["--subscribers", "\(subscribers)"]
            }
            if let rate = effort.rate { list += ["--rate", "\(rate)"] }
            if work.onPool { list.append("--pool") }
            return Arguments(list)
        }
        return try await process(arguments("server", core: placement.server)) { server, said in
            let ready = try await said.line(beginning: "ready ")
            guard let port = Int(ready) else { throw PairFailure(description: "the server said \(ready)") }
            return try await process(arguments("client", core: placement.client, port: port)) { client, said in
                _ = try await said.line(beginning: "begin")
                let before = try [server, client].map(ProcessUse.init)
                let result = try await said.line(beginning: "{")
                let after = try [server, client].map(ProcessUse.init)
                return try Round(result: "{" + result, before: before, after: after)
            }
        }
    }

    private var program: FilePath {
        Work.System.peers.contains(work.system)
            ? FilePath("\(Self.peersFolder)/bench-\(work.system.rawValue)") : FilePath("/proc/self/exe")
    }

    /// Runs a worker with arguments until `body` is through with it, and no longer.
    private func process<Result: Sendable>(
        _ arguments: Arguments,
        _ body: (pid_t, inout Speech) async throws -> Result
    ) async throws -> Result {
        try await Subprocess.run(
            .path(program),
            arguments: arguments,
            input: .inputWriter,
            output: .sequence,
            error: .currentStandardError
        ) { execution in
            var said = Speech(lines: execution.standardOutput.strings().makeAsyncIterator())
            let pid = execution.processIdentifier.value
            // A worker that hangs is a failure, and not a wait without end.
            let guardian = Task {
                try await Task.sleep(for: .seconds(60))
                kill(pid, SIGKILL)
            }
            defer {
                guardian.cancel()
                kill(pid, SIGKILL)
            }
            return try await body(pid, &said)
        }.closureResult
    }
}

/// What a worker says, line by line.
struct Speech {
    var lines: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

    /// The rest of the next line that begins so.
    mutating func line(beginning: String) async throws -> String {
        while let line = try await lines.next() {
            guard line.hasPrefix(beginning) else { continue }
            return String(line.dropFirst(beginning.count)).trimmed
        }
        throw PairFailure(description: "a worker ended early")
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
