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
        if let log = log ?? variable("COTE_LOG") { return log }
        return helloLogs ?? variable("COTE_HELLO_LOGS_ENABLED") == true
            || statusLogs ?? variable("COTE_STATUS_LOGS_ENABLED") == true
    }

    private func variable(_ name: String) -> Bool? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return ["true", "1"].contains(value)
    }
}
