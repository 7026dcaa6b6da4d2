internal import Cote
internal import Subprocess

#if canImport(System)
internal import System
#else
internal import SystemPackage
#endif
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A command of the shell that answers requests: one process for each, which reads the request and writes the answer.
struct ShellCommand: Sendable {
    let command: String

    /// More than this is not taken for an answer: it has to fit into a frame.
    static let outputLimit = 32 << 20
    /// Of standard error, that much of its end becomes the message of an error.
    static let messageLimit = 64 << 10

    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(5))
        ]
        return options
    }

    /// Runs the command with a request on its standard input.
    ///
    /// - Returns: Its standard output: JSON if it is JSON, else text.
    /// - Throws: `RemoteError` if the command fails. When the task is cancelled the command is ended, with all that it
    ///   started.
    func answer(to request: JSONValue) async throws -> JSONValue {
        let input = JSONText.line(request)
        let ended: ExecutionResult<(output: [UInt8], error: [UInt8]), SequenceOutput, SequenceOutput>
        do {
            ended = try await run(input)
        } catch let error as SubprocessError {
            throw RemoteError("the command cannot be run: \(error)", code: "exec")
        }
        let (output, error) = ended.closureResult
        switch ended.terminationStatus {
        case .exited(0):
            return Self.value(of: output)
        case .exited(let status):
            throw Self.error("exit", status, error)
        case .signaled(let signal):
            throw Self.error("signal", signal, error)
        }
    }

    private func run(
        _ input: [UInt8]
    ) async throws -> ExecutionResult<(output: [UInt8], error: [UInt8]), SequenceOutput, SequenceOutput> {
        var group: pid_t?
        defer {
            if let group {
                // Who ignored SIGTERM and outlived the shell is still there.
                if Task.isCancelled { kill(-group, SIGKILL) }
                ProcessGroups.remove(group)
            }
        }
        return try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", command],
            platformOptions: Self.options,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            group = execution.processIdentifier.value
            ProcessGroups.add(execution.processIdentifier.value)
            // All three at once, or a full pipe would hold up the command.
            async let written: Void = write(input, to: execution.standardInputWriter)
            async let error = collectMessage(execution.standardError)
            let output = try await collectOutput(execution.standardOutput)
            await written
            return (output, try await error)
        }
    }

    /// A command need not read its input: that it closes it is no failure.
    private func write(_ input: [UInt8], to writer: StandardInputWriter) async {
        _ = try? await writer.write(input)
        try? await writer.finish()
    }

    private func collectOutput(_ chunks: SubprocessOutputSequence) async throws -> [UInt8] {
        var output: [UInt8] = []
        for try await chunk in chunks {
            chunk.withUnsafeBytes { output.append(contentsOf: $0) }
            guard output.count <= Self.outputLimit else {
                throw RemoteError("the command writes more than \(Self.outputLimit) bytes", code: "tooLarge")
            }
        }
        return output
    }

    /// Passes standard error on as it comes, and keeps its end.
    private func collectMessage(_ chunks: SubprocessOutputSequence) async throws -> [UInt8] {
        var message: [UInt8] = []
        for try await chunk in chunks {
            let bytes = chunk.withUnsafeBytes { Array($0) }
            StandardStreams.report(bytes)
            message += bytes
            message.removeFirst(max(0, message.count - Self.messageLimit))
        }
        return message
    }

    // MARK: what the requester gets

    private static func value(of output: [UInt8]) -> JSONValue {
        if let value = try? JSONValue(parsing: output) { return value }
        guard let text = String(validating: output, as: UTF8.self) else {
            return ["type": "Buffer", "data": .array(output.map { JSONValue($0) })]
        }
        return .string(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }

    private static func error(_ kind: String, _ number: Int32, _ standardError: [UInt8]) -> RemoteError {
        var message = String(decoding: standardError, as: UTF8.self)
        if message.hasSuffix("\n") { message.removeLast() }
        return RemoteError(
            message.isEmpty ? "the command ended with \(kind) \(number)" : message,
            code: "\(kind) \(number)",
            details: [kind: JSONValue(number)]
        )
    }
}
