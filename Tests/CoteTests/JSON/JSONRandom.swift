import Foundation

/// A generator of the same numbers in every run.
struct JSONRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }

    mutating func chance(_ oneIn: Int) -> Bool {
        below(oneIn) == 0
    }

    mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[below(choices.count)]
    }

    mutating func list<Element>(upTo count: Int, _ element: (inout JSONRandom) -> Element) -> [Element] {
        (0..<below(count + 1)).map { _ in element(&self) }
    }
}

/// A type with values to try at random, those at its limits more often than others.
protocol JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Self
}

extension FixedWidthInteger {
    static func random(_ random: inout JSONRandom) -> Self {
        switch random.below(5) {
        case 0: random.pick([.min, .max, 0, 1, .max - 1, .min + 1])
        case 1: Self(truncatingIfNeeded: random.below(200))
        case 2: Self(truncatingIfNeeded: random.next() >> UInt64(random.below(64)))
        default: .random(in: .min ... .max, using: &random)
        }
    }
}

extension Int: JSONRandomValue {}
extension Int8: JSONRandomValue {}
extension Int16: JSONRandomValue {}
extension Int32: JSONRandomValue {}
extension Int64: JSONRandomValue {}
extension Int128: JSONRandomValue {}
extension UInt: JSONRandomValue {}
extension UInt8: JSONRandomValue {}
extension UInt16: JSONRandomValue {}
extension UInt32: JSONRandomValue {}
extension UInt64: JSONRandomValue {}
extension UInt128: JSONRandomValue {}

extension Bool: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Bool { random.chance(2) }
}

extension Double: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Double {
        switch random.below(6) {
        case 0:
            random.pick([
                0, -0.0, 1, -1, 0.1, .pi, 1e15, 1e16, -1e17, 0x1p53, 0x1p54, .leastNonzeroMagnitude,
                .greatestFiniteMagnitude,
                .leastNormalMagnitude, 123_456_789.125, 1e-7, 1e21, 1e22, 1e23,
            ])
        case 1: Double(random.below(10_000)) / 100
        case 2: Double(Int.random(&random))
        case 3 where random.chance(20): random.pick([.nan, .infinity, -.infinity])
        default: finite(bits: random.next())
        }
    }

    private static func finite(bits: UInt64) -> Double {
        let value = Double(bitPattern: bits)
        return value.isFinite ? value : 1.5
    }
}

extension Float: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Float {
        switch random.below(3) {
        case 0:
            return random.pick([
                0, -0.0, 1, 0.1, 16_777_216, 16_777_218, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            ])
        case 1: return Float(random.below(10_000)) / 64
        default:
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            return value.isFinite ? value : 2.5
        }
    }
}

extension String: JSONRandomValue {
    private static let pieces = [
        "a", "B", "z9", "_", " ", "/", "\\", "\"", "\n", "\t", "\r", "\u{8}", "\u{C}", "\u{0}", "\u{1F}", "\u{7F}", "é",
        "e\u{301}", "ß", "日本", "😀", "👩‍👩‍👧", "\u{2028}", "\u{FFFF}", "\u{10FFFF}", "name", "longer text ",
    ]

    static func random(_ random: inout JSONRandom) -> String {
        random.list(upTo: random.pick([3, 3, 12])) { $0.pick(pieces) }.joined()
    }

    /// A string that is probably a name of a member in one of the models.
    static func randomName(_ random: inout JSONRandom) -> String {
        random.chance(12)
            ? .random(&random)
            : random.pick([
                "a", "b", "c", "id", "name", "next", "items", "super", "oneTwo", "one_two", "myURLValue", "_0", "x",
                "y", "1",
                "value", "small", "big", "flag", "list", "map", "e\u{301}", "é",
            ])
    }
}

extension Date: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Date {
        switch random.below(3) {
        case 0: Date(timeIntervalSinceReferenceDate: Double(random.below(1_000_000_000)))
        case 1: Date(timeIntervalSince1970: Double(random.below(2_000_000_000)) / 7)
        default: Date(timeIntervalSinceReferenceDate: -Double(random.below(1_000_000)) * 1.5)
        }
    }
}

extension Data: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Data { Data(random.list(upTo: 20, UInt8.random)) }
}

extension Decimal: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Decimal {
        Decimal(Int32.random(&random)) / random.pick([1, 10, 100, 1024, 3])
    }
}

extension URL: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> URL {
        URL(string: "https://example.com/\(random.below(1000))?q=\(random.below(10))#part")!
    }
}

extension Optional: JSONRandomValue where Wrapped: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> Wrapped? {
        random.chance(3) ? nil : Wrapped.random(&random)
    }
}

extension Array: JSONRandomValue where Element: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> [Element] { random.list(upTo: 4, Element.random) }
}

extension Dictionary: JSONRandomValue where Key: JSONRandomValue, Value: JSONRandomValue {
    static func random(_ random: inout JSONRandom) -> [Key: Value] {
        Dictionary(
            random.list(upTo: random.pick([2, 5, 60])) { (Key.random(&$0), Value.random(&$0)) },
            uniquingKeysWith: { $1 }
        )
    }
}
