internal import Cote

/// A component, as it is shown.
struct Node {
    let peer: Peer
    var status: Monitor.Status?

    var kind: String {
        if text("type") == "monitor" { return "monitor" }
        return switch text("axon_type") {
        case "req": "requester"
        case "rep": "responder"
        case "pub-emitter": "publisher"
        case "sub-emitter": "subscriber"
        case let other: other ?? "unknown"
        }
    }

    /// The key as its user gave it: it is announced behind the environment.
    private var key: String? {
        guard let whole = text("key"), let mark = whole.firstRange(of: "$$") else { return text("key") }
        return mark.upperBound == whole.endIndex ? nil : String(whole[mark.upperBound...])
    }

    private func text(_ name: String) -> String? {
        peer.advertisement[name]?.string
    }

    // MARK: JSON

    var json: JSONValue {
        [
            "id": .string(peer.id),
            "name": .string(peer.name),
            "kind": .string(kind),
            "key": key.map { .string($0) } ?? .null,
            "namespace": text("namespace").map { .string($0) } ?? .null,
            "address": .string(peer.address),
            "port": peer.port.map { .init($0) } ?? .null,
            "host": .string(peer.host),
            "process": .string(peer.processID),
            "advertisement": peer.advertisement,
            "connectedTo": status.map { .array($0.connectedTo.map { .string($0) }) } ?? .null,
            "counters": status?.counters.map { $0.json(of: kind) } ?? .null,
        ]
    }

    // MARK: text

    private static let titles = [
        "NAME", "KIND", "KEY", "NAMESPACE", "ADDRESS", "COUNT", "FAILED", "P50", "P99", "HOST", "ID",
    ]

    private var cells: [String] {
        let address = peer.port.map { "\(peer.address):\($0)" } ?? peer.address
        let numbers = status?.counters?.cells(of: kind) ?? ["-", "-", "-", "-"]
        let place = [peer.name, kind, key ?? "-", text("namespace") ?? "-", address]
        return (place + numbers + [peer.host, peer.id]).map(\.printable)
    }

    static func table(_ nodes: [Node]) -> [UInt8] {
        let rows = [titles] + nodes.map(\.cells)
        let widths = titles.indices.map { column in rows.map { $0[column].count }.max()! }
        return rows.flatMap { line($0, widths: widths) }
    }

    /// A line of what changes, whose columns cannot know how wide the next line is.
    func line(after sign: String) -> [UInt8] {
        Self.line([sign] + cells, widths: [1, 24, 10, 12, 10, 21, 8, 6, 7, 7, 12, 0])
    }

    private static func line(_ cells: [String], widths: [Int]) -> [UInt8] {
        let padded = zip(cells, widths).dropLast().map { cell, width in
            cell + String(repeating: " ", count: max(width - cell.count, 0))
        }
        return Array(((padded + cells.suffix(1)).joined(separator: "  ") + "\n").utf8)
    }
}
