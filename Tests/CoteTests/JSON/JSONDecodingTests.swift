import Cote
import Foundation
import Testing

/// Decoding, in particular what differs from Foundation's or is no part of it. The rest is in
/// `JSONDifferentialTests`.
@Suite struct JSONDecodingTests {
    struct Point: Codable, Equatable { var x: Int, y: Int? }

    @Test func allSourcesAreRead() throws {
        let text = #" {"x": 1, "y": null} "#
        let expected = Point(x: 1, y: nil)
        #expect(try JSONCoder().decode(Point.self, from: text) == expected)
        #expect(try JSONCoder().decode(from: Array(text.utf8)) == expected)
        #expect(try JSONCoder().decode(Point.self, from: Data(text.utf8)) == expected)
        #expect(try Array(text.utf8).withUnsafeBytes { try JSONCoder().decode(Point.self, from: $0) } == expected)
        #expect(try JSONCoder().decode(Int.self, from: [0xEF, 0xBB, 0xBF, UInt8(ascii: "7")]) == 7)
        #expect(throws: DecodingError.self) {
            try JSONCoder().decode(Point.self, from: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        #expect(throws: DecodingError.self) { try JSONCoder().decode(Point.self, from: [UInt8]()) }
    }

    @Test func theWholeTextIsCheckedFirst() {
        for unused in ["01", "\"\u{1}\"", "\"\\q\"", "\"\\udc00\"", "[1,]", "tru", "1e"] {
            #expect(throws: DecodingError.self, "\(unused)") {
                try JSONCoder().decode(Point.self, from: "{\"x\":1,\"unused\":\(unused)}")
            }
        }
        #expect(throws: DecodingError.self) { try JSONCoder().decode(String.self, from: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test func numbersOutOfRangeAreNamed() throws {
        struct Outer: Decodable { var points: [Point] }
        let error = #expect(throws: DecodingError.self) {
            try JSONCoder().decode(Outer.self, from: #"{"points":[{"x":1},{"x":1.5}]}"#)
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.debugDescription == "The number 1.5 at points.[1].x is not representable as Int.")
    }

    /// A value that keeps its decoder, and decodes later.
    struct Kept: Decodable {
        let decoder: any Decoder
        let container: KeyedDecodingContainer<JSONTestKey>

        init(from decoder: any Decoder) throws {
            self.decoder = decoder
            container = try decoder.container(keyedBy: JSONTestKey.self)
        }
    }

    @Test func decodersMayOutliveTheText() throws {
        var bytes = Array(#"{"kept":[{"x":5,"y":"a longer text than fits"}]}"#.utf8)
        let kept = try #require(try JSONCoder().decode([String: [Kept]].self, from: bytes)["kept"]?.first)
        for index in bytes.indices { bytes[index] = UInt8(ascii: "!") }
        #expect(try kept.container.decode(Int.self, forKey: JSONTestKey(stringValue: "x")) == 5)
        #expect(
            try kept.container.decode(String.self, forKey: JSONTestKey(stringValue: "y")) == "a longer text than fits"
        )
        #expect(kept.decoder.codingPath.map(\.stringValue) == ["kept", "Index 0"])
        let error = #expect(throws: DecodingError.self) { try Point(from: kept.decoder) }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["kept", "Index 0", "y"])
    }

    @Test func theFirstOfSeveralMembersCounts() throws {
        #expect(try JSONCoder().decode(Point.self, from: #"{"x":1,"x":2,"\u0078":3}"#) == Point(x: 1, y: nil))
        #expect(try JSONCoder().decode([String: Int].self, from: #"{"\u0078":1,"x":2}"#) == ["x": 1])
        let many = "{" + (0..<100).map { "\"k\($0 % 40)\":\($0)" }.joined(separator: ",") + "}"
        let decoded = try JSONCoder().decode([String: Int].self, from: many)
        #expect(decoded.count == 40)
        #expect(decoded["k7"] == 7)
    }

    /// `superDecoder` of a missing member is one of null, however many there are.
    @Test func missingSuperclassesAreNull() throws {
        struct Derived: Decodable {
            let base: [String]?

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: JSONTestKey.self)
                let parent = try container.superDecoder()
                #expect(parent.codingPath.last?.stringValue == "super")
                let value = try parent.singleValueContainer()
                #expect(value.decodeNil())
                #expect(try value.decode(JSONValue.self) == nil)
                base = try value.decode([String]?.self)
                let error = #expect(throws: DecodingError.self) { try value.decode([String].self) }
                guard case .valueNotFound(_, let context) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(context.codingPath.map(\.stringValue) == parent.codingPath.map(\.stringValue))
            }
        }
        let text = "[" + Array(repeating: "{}", count: 200).joined(separator: ",") + "]"
        #expect(try JSONCoder().decode([Derived].self, from: text).count == 200)
    }

    @Test func keysAreEqualAsStringsAre() throws {
        struct Composed: Decodable {
            var e: Int
            enum CodingKeys: String, CodingKey { case e = "\u{E9}" }
        }
        #expect(try JSONCoder().decode(Composed.self, from: "{\"e\u{301}\":1}").e == 1)
        #expect(try JSONCoder().decode(Composed.self, from: #"{"\u00e9":2}"#).e == 2)
    }

    @Test func keysOfPathsAreThoseOfTheTypes() throws {
        struct Outer: Decodable {
            var inner: Inner

            struct Inner: Decodable {
                init(from decoder: any Decoder) throws {
                    #expect(decoder.codingPath.first is Outer.CodingKeys)
                    throw CancellationError()
                }
            }

            enum CodingKeys: Int, CodingKey { case inner = 7 }
        }
        #expect(throws: CancellationError.self) { try JSONCoder().decode(Outer.self, from: #"{"inner":{}}"#) }
    }

    @Test func userInfoIsHandedOn() throws {
        struct Unit: Decodable {
            let unit: String?
            init(from decoder: any Decoder) throws {
                unit = CodingUserInfoKey(rawValue: "unit").flatMap { decoder.userInfo[$0] as? String }
            }
        }
        var coder = JSONCoder()
        coder.userInfo[try #require(CodingUserInfoKey(rawValue: "unit"))] = "eur"
        #expect(try coder.decode([Unit].self, from: "[{}]").first?.unit == "eur")
    }

    @Test func strategiesOfACopyAreItsOwn() throws {
        var coder = JSONCoder.standard
        coder.keyDecodingStrategy = .convertFromSnakeCase
        coder.keyEncodingStrategy = .convertToSnakeCase
        struct Long: Codable { var longName: Int }
        #expect(try coder.decode(Long.self, from: #"{"long_name":1}"#).longName == 1)
        #expect(try coder.decode(JSONValue.self, from: #"{"long_name":1}"#) == ["long_name": 1])
        #expect(try String(decoding: coder.encode(Long(longName: 2)), as: UTF8.self) == #"{"long_name":2}"#)
        #expect(try String(decoding: coder.encode(["longName": 2] as JSONValue), as: UTF8.self) == #"{"longName":2}"#)
        #expect(throws: DecodingError.self) { try JSONCoder.standard.decode(Long.self, from: #"{"long_name":1}"#) }
    }

    @Test func manyTasksShareACoder() async throws {
        let coder = JSONCoder()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask { try coder.decode(Point.self, from: coder.encode(Point(x: number, y: nil))).x }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 4950)
    }

    /// Keys of all kinds are converted as Foundation converts them.
    @Test func keysAreConvertedAsByFoundation() throws {
        var random = JSONRandom(seed: 6)
        let coders = JSONCoders.all[1]
        struct Keyed: Codable {
            var key: String

            init(key: String) { self.key = key }

            init(from decoder: any Decoder) throws {
                key = try decoder.container(keyedBy: JSONTestKey.self).allKeys.map(\.stringValue).joined(separator: " ")
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: JSONTestKey.self)
                try container.encode(1, forKey: JSONTestKey(stringValue: key))
            }
        }
        for _ in 0..<2000 {
            let key = String(random.list(upTo: 10) { $0.pick(Array("aabzABZ_19É")) })
            let (ours, theirs) = coders.encoded(Keyed(key: key))
            #expect(ours.description == theirs.description)
            let text = try JSONEncoder().encode([key: 1])
            #expect(
                try coders.ours.decode(Keyed.self, from: text).key == coders.decoder.decode(Keyed.self, from: text).key
            )
        }
    }
}
