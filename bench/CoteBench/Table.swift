/// What was measured, for people.
enum Table {
    private static let columns: [(title: String, width: Int)] = [
        ("messages/s", 12), ("±", 6), ("p50 µs", 9), ("p99 µs", 9), ("p99.9 µs", 10), ("CPU µs", 8), ("MiB", 6),
        ("floor/s", 12), ("ratio", 6),
    ]

    static var header: String {
        pad("", 40, left: true) + pad("cores", 10, left: true) + columns.map { pad($0.title, $0.width) }.joined()
    }

    static func line(_ measurement: Measurement) -> String {
        let isTimed = measurement.median(\.p50) > 0
        func latency(_ value: (Round) -> Double) -> String {
            isTimed ? decimal(measurement.median(value) / 1000, 1) : "-"
        }
        let floor = measurement.floor.map(\.rate)
        let cells = [
            grouped(measurement.median(\.rate)),
            "\(Int((measurement.spread * 50).rounded()))%",
            latency(\.p50), latency(\.p99), latency(\.p999),
            decimal(measurement.median(\.cpu) / 1000, 2),
            decimal(measurement.median { Double($0.memory) / 1_048_576 }, 0),
            floor.isEmpty ? "-" : grouped(floor.median),
            floor.isEmpty ? "-" : decimal(measurement.ratios.median, 2),
        ]
        let title = "\(measurement.work.title), \(measurement.work.size) B"
        return pad(title, 40, left: true) + pad(measurement.placement.rawValue, 10, left: true)
            + zip(cells, columns).map { pad($0, $1.width) }.joined()
            + (measurement.lost > 0 ? "  LOST \(measurement.lost)" : "")
    }

    // MARK: text

    static func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? text + space : space + text
    }

    static func decimal(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { factor, _ in factor * 10 }
        let scaled = Int((value * scale).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let rest = "\(scaled % Int(scale))"
        return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - rest.count) + rest
    }

    static func grouped(_ value: Double) -> String {
        var digits = Array("\(Int(value.rounded()))")
        for index in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: index) }
        return String(digits)
    }
}
