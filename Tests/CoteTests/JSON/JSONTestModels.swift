import Foundation

/// Every integer, at its limits too.
struct JSONIntegers: Codable, JSONRandomValue {
    var a: Int, b: Int8, c: Int16, d: Int32, e: Int64
    var f: UInt, g: UInt8, h: UInt16, i: UInt32, j: UInt64
    var k: Int128, l: UInt128

    static func random(_ random: inout JSONRandom) -> Self {
        Self(
            a: .random(&random),
            b: .random(&random),
            c: .random(&random),
            d: .random(&random),
            e: .random(&random),
            f: .random(&random),
            g: .random(&random),
            h: .random(&random),
            i: .random(&random),
            j: .random(&random),
            k: .random(&random),
            l: .random(&random)
        )
    }
}

/// Scalars, present and absent, under keys that strategies convert.
struct JSONScalars: Codable, JSONRandomValue {
    var id: Int?
    var name: String
    var oneTwo: String?
    var myURLValue: Double
    var small: Float?
    var flag: Bool?
    var big: Decimal?
    var link: URL?

    static func random(_ random: inout JSONRandom) -> Self {
        Self(
            id: .random(&random),
            name: .random(&random),
            oneTwo: .random(&random),
            myURLValue: .random(&random),
            small: .random(&random),
            flag: .random(&random),
            big: .random(&random),
            link: .random(&random)
        )
    }
}

/// Dates and data, which strategies convert.
struct JSONMoments: Codable, JSONRandomValue {
    var date: Date
    var dates: [Date?]
    var data: Data
    var map: [String: Data]

    static func random(_ random: inout JSONRandom) -> Self {
        Self(date: .random(&random), dates: .random(&random), data: .random(&random), map: .random(&random))
    }
}

enum JSONSuit: String, Codable, CodingKeyRepresentable, CaseIterable, JSONRandomValue {
    case hearts, spadesAndMore

    static func random(_ random: inout JSONRandom) -> Self { random.pick(allCases) }
}

/// Cases with and without values, some of them the enumeration itself.
indirect enum JSONShape: Codable, JSONRandomValue {
    case point
    case circle(radius: Double)
    case pair(JSONShape, JSONShape)
    case named(String, x: Int?, y: JSONSuit)

    static func random(_ random: inout JSONRandom) -> Self {
        switch random.below(5) {
        case 0: .circle(radius: .random(&random))
        case 1: .pair(.random(&random), .random(&random))
        case 2: .named(.random(&random), x: .random(&random), y: .random(&random))
        default: .point
        }
    }
}

/// A superclass that shares its container with `JSONDerived`, and one that gets its own.
class JSONBase: Codable {
    var a: Int
    var list: [String]

    init(_ random: inout JSONRandom) {
        a = .random(&random)
        list = .random(&random)
    }
}

final class JSONDerived: JSONBase, JSONRandomValue {
    var b: Double?
    private let ownContainer: Bool

    private enum Keys: String, CodingKey { case b, ownContainer }

    override init(_ random: inout JSONRandom) {
        b = .random(&random)
        ownContainer = random.chance(2)
        super.init(&random)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        ownContainer = try container.decode(Bool.self, forKey: .ownContainer)
        b = try container.decodeIfPresent(Double.self, forKey: .b)
        try super.init(from: ownContainer ? container.superDecoder() : decoder)
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(ownContainer, forKey: .ownContainer)
        try super.encode(to: ownContainer ? container.superEncoder() : encoder)
        try container.encode(b, forKey: .b)
    }

    static func random(_ random: inout JSONRandom) -> Self { Self(&random) }
}

/// Collections of all kinds, in one another.
struct JSONCollections: Codable, JSONRandomValue {
    var items: [[Int?]]
    var map: [String: JSONScalars]
    var numbers: [Int: Bool]
    var suits: [JSONSuit: Double]
    var shapes: [JSONShape]
    var pairs: [Double: String]
    var objects: [JSONDerived?]

    static func random(_ random: inout JSONRandom) -> Self {
        Self(
            items: .random(&random),
            map: .random(&random),
            numbers: .random(&random),
            suits: .random(&random),
            shapes: .random(&random),
            pairs: [.pi: .random(&random)],
            objects: .random(&random)
        )
    }
}

/// A list that nests deep.
final class JSONChain: Codable, JSONRandomValue {
    var value: Int
    var next: JSONChain?

    init(_ random: inout JSONRandom) {
        value = .random(&random)
        next = random.chance(4) ? nil : JSONChain(&random)
    }

    static func random(_ random: inout JSONRandom) -> Self { Self(&random) }
}

/// A value that asks its decoder for things in all the ways there are.
struct JSONByHand: Codable, JSONRandomValue {
    var x: Int
    var items: [Int]
    var inner: String?
    var rest: [String]

    private enum Keys: String, CodingKey { case x, items, value }
    private enum Inner: Int, CodingKey { case name = 1, list }

    static func random(_ random: inout JSONRandom) -> Self {
        Self(x: .random(&random), items: .random(&random), inner: .random(&random), rest: .random(&random))
    }

    init(x: Int, items: [Int], inner: String?, rest: [String]) {
        (self.x, self.items, self.inner, self.rest) = (x, items, inner, rest)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        x = try container.contains(.x) && !container.decodeNil(forKey: .x) ? container.decode(Int.self, forKey: .x) : 0
        var list = try container.nestedUnkeyedContainer(forKey: .items)
        items = []
        while !list.isAtEnd {
            if try list.decodeNil() { continue }
            items.append(try list.decode(Int.self))
        }
        let value = try container.nestedContainer(keyedBy: Inner.self, forKey: .value)
        inner = try value.decodeIfPresent(String.self, forKey: .name)
        rest = try value.superDecoder(forKey: .list).singleValueContainer().decode([String].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var list = container.nestedUnkeyedContainer(forKey: .items)
        var value = container.nestedContainer(keyedBy: Inner.self, forKey: .value)
        try container.encode(x, forKey: .x)
        for item in items { try list.encode(item) }
        try value.encodeIfPresent(inner, forKey: .name)
        try rest.encode(to: value.superEncoder(forKey: .list))
    }
}

/// A value that is decoded as the first of several types that fits.
enum JSONEither: Codable, JSONRandomValue {
    case number(Int8)
    case text(String)
    case list([JSONEither])

    static func random(_ random: inout JSONRandom) -> Self {
        switch random.below(4) {
        case 0: .list(.random(&random))
        case 1: .text(.random(&random))
        default: .number(.random(&random))
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int8.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([JSONEither].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        }
    }
}
