import Cote
import Foundation
import Testing

/// A mesh of a test's own, on this host only: nothing else that runs here meets it.
struct Mesh {
    /// What the command is told of it.
    let options: [String]
    /// The same for components in this process.
    let configuration: Configuration

    init() {
        let port = 20_000 + Int.random(in: 0..<12_000)
        let key = "test-\(UUID())"
        options = ["--broadcast", "127.255.255.255", "--discovery-port", "\(port)", "--key", key, "--environment", ""]
        configuration = Configuration {
            $0.broadcast = "127.255.255.255"
            $0.discoveryPort = port
            $0.key = key
            $0.environment = ""
        }
    }

    /// Runs `cote call` with these arguments.
    func call(
        _ arguments: String...,
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> Command.Outcome {
        try await Command.run(["call"] + options + arguments, environment: environment, input: input)
    }

    /// Runs `cote respond` with these arguments while `body` runs, ends it with SIGTERM, and checks that it ends as it
    /// should: with status 0, and nothing on standard output.
    func responding(_ arguments: String..., during body: () async throws -> Void) async throws {
        let (outcome, _) = try await Command.run(["respond"] + options + arguments) { responder in
            try await body()
            try responder.terminate()
        }
        outcome.expectCleanEnd()
    }
}
