internal import ArgumentParser
internal import Cote

/// How what went wrong is told: on standard error, and by the exit status.
enum Failure {
    /// Reports what `body` throws, and throws the exit status for it.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw report(error)
        }
    }

    /// Reports an error, unless it is just an exit status and so was reported before.
    ///
    /// - Returns: The exit status for it.
    static func report(_ error: any Error) -> ExitCode {
        switch error {
        case is CancellationError, is ExitCode:
            break
        case let error as CoteError:
            if let remote = error.remote {
                StandardStreams.report(JSONText.line(value(of: remote)))
            } else {
                report(error.code == .invalidArgument ? error.message : error.description)
            }
        default:
            report("\(error)")
        }
        return ExitCode(ExitStatus.of(error))
    }

    /// In one line, whatever of others is in it.
    private static func report(_ message: String) {
        StandardStreams.report("Error: \(message.printable)")
    }

    /// The responder's error as an object: whatever it sent, with a `message` in any case.
    private static func value(of error: RemoteError) -> JSONValue {
        guard var value = error.value, value.object != nil else { return ["message": .string(error.message)] }
        if value["message"] == nil { value["message"] = .string(error.message) }
        return value
    }
}
