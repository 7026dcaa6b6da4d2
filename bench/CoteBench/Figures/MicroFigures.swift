internal import CBench
internal import Cote

extension Figure {
    /// Frames, in C: a request with raw bytes.
    static let amp: [Figure] = [64, 1024].flatMap { size in
        [
            Figure(title: "amp: pack a request of \(Table.grouped(Double(size))) B", unit: "ns") { effort in
                (0..<effort.rounds).map { _ in bench_request_pack(size, effort.seconds) }
            },
            Figure(title: "amp: parse a request of \(Table.grouped(Double(size))) B", unit: "ns") { effort in
                (0..<effort.rounds).map { _ in bench_request_parse(size, effort.seconds) }
            },
        ]
    }

    /// The coder of all that is `Codable`.
    static let json: [Figure] = coding(Conversion()) + coding(Order())

    private static func coding<Value: Codable & Sendable>(_ value: Value) -> [Figure] {
        guard let text = try? JSONCoder.standard.encode(value) else { fatalError("it can be encoded") }
        let size = Table.grouped(Double(text.count))
        return [
            Figure(title: "json: encode an object of \(size) B", unit: "ns") { effort in
                try (0..<effort.rounds).map { _ in
                    try nanoseconds(effort) { try JSONCoder.standard.encode(value).count == text.count }
                }
            },
            Figure(title: "json: decode an object of \(size) B", unit: "ns") { effort in
                try (0..<effort.rounds).map { _ in
                    try nanoseconds(effort) {
                        _ = try JSONCoder.standard.decode(Value.self, from: text)
                        return true
                    }
                }
            },
        ]
    }

    /// Of one operation, over a round; a little of it before is not counted.
    private static func nanoseconds(_ effort: Effort, _ operation: () throws -> Bool) rethrows -> Double {
        let most = UInt64(effort.seconds * 1e9)
        var passed: UInt64 = 0
        var times = 0
        for _ in 0..<1000 { _ = try operation() }
        let begun = bench_now()
        while passed < most {
            for _ in 0..<100 where try !operation() { fatalError("it came out differently") }
            times += 100
            passed = bench_now() - begun
        }
        return Double(passed) / Double(times)
    }
}

/// About as much as a service is sent.
private struct Order: Codable, Sendable {
    struct Customer: Codable, Sendable {
        var name = "Ada Lovelace"
        var email = "ada@example.org"
        var street = "12 St James's Square"
        var city = "London"
        var note: String?
    }

    struct Item: Codable, Sendable {
        var article = "notebook, ruled, A5"
        var count = 3
        var price = 4.75
        var tags = ["paper", "office"]
        var inStock = true
    }

    var id = 4_711_000_042
    var customer = Customer()
    var items = [Item](repeating: Item(), count: 8)
    var total = 114.0
    var paid = false
}
