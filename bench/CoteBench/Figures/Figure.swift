internal import Cote

/// Something that is measured by itself, and is no row of the table.
struct Figure: Sendable {
    var title: String
    var unit: String
    /// What it is to be at most.
    var bar: Double?
    /// How often it is measured.
    var rounds = 5
    /// So many values as there are rounds.
    var measure: @Sendable (Effort) async throws -> [Double]

    static func all(with node: NodeModule?) -> [Figure] {
        startup(with: node) + memory + discovery + json + amp
    }

    func values(_ effort: Effort, rounds asked: Int?) async throws -> [Double] {
        var effort = effort
        effort.rounds = asked ?? (effort.isQuick ? 1 : rounds)
        return try await measure(effort)
    }
}

// MARK: what is shown

extension Figure {
    private static let columns = ["p50", "least", "most", "bar"]

    static var header: String {
        Table.pad("", 58, left: true) + columns.map { Table.pad($0, 10) }.joined()
    }

    func line(_ values: [Double]) -> String {
        let numbers = [values.median, values.min()!, values.max()!].map(Self.format)
        let all = numbers + [bar.map { Self.format($0) } ?? "-"]
        return Table.pad("\(title), \(unit)", 58, left: true) + all.map { Table.pad($0, 10) }.joined()
    }

    private static func format(_ value: Double) -> String {
        value >= 100 ? Table.grouped(value) : Table.decimal(value, 2)
    }

    /// For machines: one line of JSON.
    func json(_ values: [Double]) throws -> String {
        try JSONValue(encoding: Report(figure: title, unit: unit, bar: bar, values: values)).description
    }

    private struct Report: Encodable {
        var figure: String
        var unit: String
        var bar: Double?
        var values: [Double]
    }
}
