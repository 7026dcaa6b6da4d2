internal import Glibc
internal import Subprocess

#if canImport(System)
internal import System
#else
internal import SystemPackage
#endif

/// Something that a process was to do and did not.
struct WorkerFailure: Error, CustomStringConvertible {
    let description: String
}

/// A process of a measurement, which exists until that is through with it.
final class WorkerProcess {
    let pid: pid_t
    private var said: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator
    private let input: StandardInputWriter

    private init(pid: pid_t, output: SubprocessOutputSequence, input: StandardInputWriter) {
        self.pid = pid
        self.said = output.strings().makeAsyncIterator()
        self.input = input
    }

    /// Runs a program, or this one again, until `body` is through with it, and no longer.
    static func run<Result: Sendable>(
        _ program: Executable = .path("/proc/self/exe"),
        arguments: [String],
        _ body: (WorkerProcess) async throws -> Result
    ) async throws -> Result {
        try await Subprocess.run(
            program,
            arguments: Arguments(arguments),
            input: .inputWriter,
            output: .sequence,
            error: .currentStandardError
        ) { execution in
            let pid = execution.processIdentifier.value
            defer { kill(pid, SIGKILL) }
            return try await body(
                WorkerProcess(pid: pid, output: execution.standardOutput, input: execution.standardInputWriter)
            )
        }.closureResult
    }

    /// The rest of the next line that it says which begins so.
    func line(beginning: String) async throws -> String {
        while let line = try await next() {
            guard line.hasPrefix(beginning) else { continue }
            return String(line.dropFirst(beginning.count)).trimmed
        }
        throw WorkerFailure(description: "a worker ended early")
    }

    /// Says an empty line to it: once more.
    func again() async throws {
        _ = try await input.write("\n")
    }

    /// Ends its input, upon which it is to end, and waits for that.
    func end() async throws {
        try await input.finish()
        while try await next() != nil {}
    }

    /// A worker that hangs is a failure, and not a wait without end.
    private func next() async throws -> String? {
        let guardian = Task { [pid] in
            try await Task.sleep(for: .seconds(60))
            kill(pid, SIGKILL)
        }
        defer { guardian.cancel() }
        return try await said.next()
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
