import Logging

@testable import Cote

/// Keeps what is logged.
final class Record: Sendable {
    private let lines = Locked<[String]>([])
    private let arrived = Promise<String>()

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(record: self) }
    }

    private struct Handler: LogHandler {
        let record: Record
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(record: Record) {
            self.record = record
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level): \(event.message)"
            record.lines.withLock { $0.append(line) }
            record.arrived.fulfil(line)
        }
    }

    /// Waits for a line that holds `part`.
    func line(with part: String) async throws -> String {
        while true {
            if let line = all.first(where: { $0.contains(part) }) { return line }
            _ = try await arrived.value
        }
    }
}
