internal import ArgumentParser
internal import Glibc
internal import Subprocess

/// The folder of an installed cote of Node.js, which we run beside ours.
struct NodeModule: Sendable {
    static let script = "bench/peers/node.js"

    var folder: String

    /// Runs a process of it until `body` is through with that.
    func run<Result: Sendable>(
        core: Int?,
        arguments: [String],
        _ body: (WorkerProcess) async throws -> Result
    ) async throws -> Result {
        let words = [Self.script, "--module", folder] + arguments
        guard let core else { return try await WorkerProcess.run(.name("node"), arguments: words, body) }
        // It cannot pin itself.
        return try await WorkerProcess.run(
            .name("taskset"),
            arguments: ["--cpu-list", "\(core)", "node"] + words,
            body
        )
    }

    /// Whether it can be run, as far as can be told before.
    func check() throws {
        for tool in ["node", "taskset"] where !Self.isOnPath(tool) {
            throw ValidationError("--node: there is no \(tool) on PATH.")
        }
        guard access("\(folder)/package.json", R_OK) == 0 else {
            throw ValidationError("--node: \(folder) has no package.json; cote's folder is one as node_modules/cote.")
        }
        guard access(Self.script, R_OK) == 0 else {
            throw ValidationError("--node: \(Self.script) is not here; run it in the folder of this package.")
        }
    }

    private static func isOnPath(_ tool: String) -> Bool {
        guard let path = getenv("PATH") else { return false }
        return String(cString: path).split(separator: ":").contains { access("\($0)/\(tool)", X_OK) == 0 }
    }
}
