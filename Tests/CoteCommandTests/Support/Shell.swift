import Foundation
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// Runs a script of the shell to its end.
func shell(_ script: String) async throws -> Command.Outcome {
    let ended = try await Subprocess.run(
        .path("/bin/sh"),
        arguments: ["-c", script],
        environment: Command.environment(),
        input: .none,
        output: .string(limit: 1_000_000),
        error: .string(limit: 1_000_000)
    )
    return Command.Outcome(
        status: Command.status(ended.terminationStatus),
        output: ended.standardOutput,
        error: ended.standardError
    )
}

/// A folder that is there as long as this is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cote-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
