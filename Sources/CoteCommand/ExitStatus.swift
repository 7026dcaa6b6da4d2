internal import ArgumentParser
internal import Cote

/// What the command tells its caller by its exit status.
enum ExitStatus {
    /// The responder answered with an error.
    static let remoteError: Int32 = 1
    /// No answer within the timeout.
    static let timeout: Int32 = 2
    /// Anything else that went wrong, such as a connection that was lost.
    static let failure: Int32 = 3
    /// The command line, an environment variable or the request is not what it must be.
    static let usage = ExitCode.validationFailure.rawValue
    /// Nobody reads standard output any more; what a shell makes of death by SIGPIPE.
    static let brokenPipe = signal(13)

    /// Interrupted; what a shell makes of death by a signal.
    static func signal(_ number: Int32) -> Int32 {
        128 + number
    }

    static func of(_ error: any Error) -> Int32 {
        switch error {
        case let exit as ExitCode:
            exit.rawValue
        case let error as CoteError:
            switch error.code {
            case .remote, .noHandler: remoteError
            case .timeout: timeout
            case .invalidArgument, .encodingFailed: usage
            default: failure
            }
        default:
            failure
        }
    }
}
