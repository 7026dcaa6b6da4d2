/// What was measured, for people.
enum Table {
    private static let columns: [(title: String, width: Int)] = [
        ("messages/s", 12), ("±", 6), ("p50 µs", 9), ("p99 µs", 9), ("p99.9 µs", 10), ("CPU µs", 8), ("MiB", 6),
        ("floor/s", 12), ("ratio", 6),
    ]

    static var header: String {
        pad("", 42, left: true) + pad("cores", 10, left: true) + columns.map { pad($0.title, $0.width) }.joined()
    }

    static func lines(_ measurement: Measurement) -> [String] {
        let floor = measurement.floor
        let besideFloor =
            floor.isEmpty ? ["-", "-"] : [grouped(floor.median(\.rate)), decimal(measurement.ratio(to: floor), 2)]
        let ours = line(
            "\(measurement.work.title), \(measurement.work.size) B",
            measurement.placement.rawValue,
            cells(measurement.rounds) + besideFloor
        )
        return [ours]
            + measurement.peers.map { peer in
                let ratio = decimal(measurement.ratio(to: peer.rounds), 2)
                return line("", peer.system.title, cells(peer.rounds) + ["ours/theirs", ratio])
            }
    }

    private static func line(_ title: String, _ place: String, _ cells: [String]) -> String {
        pad(title, 42, left: true) + pad(place, 10, left: true) + zip(cells, columns).map { pad($0, $1.width) }.joined()
    }

    private static func cells(_ rounds: [Round]) -> [String] {
        let isTimed = rounds.median(\.p50) > 0
        func latency(_ value: (Round) -> Double) -> String {
            isTimed ? decimal(rounds.median(value) / 1000, 1) : "-"
        }
        return [
            grouped(rounds.median(\.rate)),
            "\(Int((rounds.spread * 50).rounded()))%",
            latency(\.p50), latency(\.p99), latency(\.p999),
            decimal(rounds.median(\.cpu) / 1000, 2),
            decimal(rounds.median { Double($0.memory) / 1_048_576 }, 0),
        ]
    }

    /// Each at the better of its two placements: ours by the floor, and by the others.
    static func summary(_ measurements: [Measurement]) -> [String] {
        var works: [Work] = []
        for measurement in measurements where !works.contains(measurement.work) { works.append(measurement.work) }
        return works.map { work in
            let both = measurements.filter { $0.work == work }
            func best(_ rounds: (Measurement) -> [Round]) -> Double { both.map { rounds($0).median(\.rate) }.max()! }
            let ours = best(\.rounds)
            var others = [("floor", best(\.floor))]
            for (index, peer) in both[0].peers.enumerated() {
                others.append((peer.system.title, best { $0.peers[index].rounds }))
            }
            let ratios = others.map { pad("\($0.0) \(decimal(ours / $0.1, 2))", 14) }
            return pad("\(work.title), \(work.size) B", 42, left: true) + ratios.joined()
        }
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
