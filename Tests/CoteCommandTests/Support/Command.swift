import Foundation
import Subprocess
import Testing

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// The `cote` executable that was built with these tests.
enum Command {
    static let executable: String = {
        signal(SIGPIPE, SIG_IGN)  // some do not read what they are given
        #if os(macOS)
        let products = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent()
        #else
        let products = Bundle.main.bundleURL
        #endif
        return products.appendingPathComponent("cote").path
    }()

    private final class Marker {}

    /// The environment of this process, without anything that cote reads.
    static func environment(_ added: [String: String] = [:]) -> Environment {
        let own = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("COTE_") }
        return .custom(
            Dictionary(
                uniqueKeysWithValues: own.merging(added) { $1 }.map { (Environment.Key(stringLiteral: $0), $1) }
            )
        )
    }

    /// What became of one run of the command.
    struct Outcome {
        /// The exit status; minus the signal's number, if one ended the process.
        var status: Int32
        var output: String
        var error: String

        var lines: [Substring] { output.split(separator: "\n") }

        /// Whether the output is one line, with its end.
        var isOneLine: Bool { output.utf8.firstIndex(of: UInt8(ascii: "\n")) == output.utf8.indices.last }
    }

    /// Runs the command to its end.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> Outcome {
        try await run(arguments, environment: environment) { running in
            _ = try? await running.write(input)
            try? await running.finish()
        }.0
    }

    /// Runs the command beside `body`, and returns when both have ended.
    static func run<Value: Sendable>(
        _ arguments: [String],
        environment added: [String: String] = [:],
        beside body: (Running) async throws -> Value
    ) async throws -> (Outcome, Value) {
        let ended = try await Subprocess.run(
            .path(FilePath(executable)),
            arguments: Arguments(arguments),
            environment: environment(added),
            input: .inputWriter,
            output: .bytes(limit: 100_000_000),
            error: .bytes(limit: 100_000_000)
        ) { execution in
            let running = Running(
                send: { try execution.send(signal: $0) },
                write: { try await execution.standardInputWriter.write($0) },
                finish: { try await execution.standardInputWriter.finish() }
            )
            do {
                return try await body(running)
            } catch {
                // The run ends when it does, and it would not.
                try? execution.send(signal: .kill)
                throw error
            }
        }
        let outcome = Outcome(
            status: status(ended.terminationStatus),
            output: String(decoding: ended.standardOutput, as: UTF8.self),
            error: String(decoding: ended.standardError, as: UTF8.self)
        )
        return (outcome, ended.closureResult)
    }

    /// The command while it runs.
    struct Running {
        /// Sends it a signal.
        let send: (Signal) throws -> Void
        /// Writes to its standard input, which stays open; returns how many bytes it took.
        let write: (String) async throws -> Int
        /// Closes its standard input.
        let finish: () async throws -> Void

        func terminate() throws {
            try send(.terminate)
        }
    }

    static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}
