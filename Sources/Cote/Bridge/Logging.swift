internal import Logging

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

extension Configuration {
    /// The logger that was given; else one of our own if logging is on, and a silent one if it is off.
    var effectiveLogger: Logger {
        if let logger { return logger }
        return isLogging ? Logger(label: "cote") : Logger(label: "cote", factory: { _ in SwiftLogNoOpLogHandler() })
    }

    /// What the core makes of the same values; it refuses any others.
    private var isLogging: Bool {
        if let log { return log }
        guard let variable = getenv("COTE_LOG") else { return false }
        return ["true", "1"].contains(String(cString: variable))
    }
}
