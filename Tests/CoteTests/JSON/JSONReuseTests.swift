import Cote
import Testing

/// What one text leaves behind must not be seen in the next: the coder uses its memory over and over.
@Suite struct JSONReuseTests {
    private struct Point: Codable, Equatable {
        var x = 1
        var name = "a name that is longer than fifteen bytes"
        var rest: [String: [Double]] = ["values": [0.5, 2]]
    }

    private struct Failing: Encodable {
        struct Failure: Error {}

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: JSONTestKey.self)
            try container.encode(1, forKey: JSONTestKey(stringValue: "x"))
            var nested = container.nestedContainer(keyedBy: JSONTestKey.self, forKey: JSONTestKey(stringValue: "y"))
            try nested.encode([Point()], forKey: JSONTestKey(stringValue: "z"))
            throw Failure()
        }
    }

    private let text = #"{"x":1,"name":"a name that is longer than fifteen bytes","rest":{"values":[0.5,2]}}"#

    private func encoded(_ value: some Encodable) throws -> String {
        String(decoding: try JSONCoder.standard.encode(value), as: UTF8.self)
    }

    @Test func whatFailsLeavesNothingBehind() throws {
        for _ in 0..<3 {
            #expect(throws: Failing.Failure.self) { try JSONCoder.standard.encode(["a": [Failing()]]) }
            #expect(throws: EncodingError.self) { try JSONCoder.standard.encode([["a": Double.nan]]) }
            for wrong in [#"{"x":1,"#, #"{"x":1,"name":[2]}"#] {
                #expect(throws: DecodingError.self) { try JSONCoder.standard.decode(Point.self, from: wrong) }
            }
            #expect(try encoded(Point()) == text)
            #expect(try JSONCoder.standard.decode(Point.self, from: text) == Point())
        }
    }

    /// A value that keeps its encoder.
    private final class Keeper: Encodable {
        nonisolated(unsafe) var encoder: (any Encoder)?

        func encode(to encoder: any Encoder) throws {
            self.encoder = encoder
            var container = encoder.container(keyedBy: JSONTestKey.self)
            try container.encode(1, forKey: JSONTestKey(stringValue: "kept"))
        }
    }

    @Test func anEncoderThatIsKeptWritesIntoNoOtherText() throws {
        let keeper = Keeper()
        #expect(try encoded(keeper) == #"{"kept":1}"#)
        #expect(try encoded(["a": Intruder(keeper: keeper)]) == #"{"a":[1,2]}"#)
    }

    /// A value that writes by another's encoder too.
    private struct Intruder: Encodable {
        let keeper: Keeper

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(1)
            var other = keeper.encoder!.container(keyedBy: JSONTestKey.self)
            try other.encode("intruded", forKey: JSONTestKey(stringValue: "other"))
            try container.encode(2)
        }
    }

    @Test func valuesMayEncodeAndDecodeOthersMeanwhile() throws {
        struct Nesting: Codable, Equatable {
            var inner = ""

            init() {}

            init(from decoder: any Decoder) throws {
                inner = try decoder.singleValueContainer().decode(String.self)
                let innermost: [Int] = try JSONCoder.standard.decode(from: inner)
                #expect(innermost == [1, 2])
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(String(decoding: try JSONCoder.standard.encode([1, 2]), as: UTF8.self))
            }
        }
        let text = try encoded([Nesting(), Nesting()])
        #expect(text == #"["[1,2]","[1,2]"]"#)
        #expect(try JSONCoder.standard.decode([Nesting].self, from: text).map(\.inner) == ["[1,2]", "[1,2]"])
    }

    @Test func manyTasksDoNotShareMemory() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<500 {
                        let point = Point(x: task * 1000 + number, name: String(repeating: "n", count: number % 40))
                        let copy: Point = try JSONCoder.standard.decode(from: JSONCoder.standard.encode(point))
                        #expect(copy == point)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Numbers of a few digits are written without asking Swift: they must be what Swift writes.
    @Test func decimalsAreTheShortest() throws {
        var cases: [Double] = [
            0.1, 0.3, 1.0001, 0.00015, -2.5, 99_999_999_999.9999, 1e14 + 0.5, 4_503_599_627_370_495.5,
        ]
        for number in stride(from: 1, to: 2_000_000_011, by: 9_999_991) {
            for scale in [10.0, 100, 1000, 10_000, 100_000, 3] { cases.append(Double(number) / scale) }
        }
        for value in cases where value != value.rounded() {
            #expect(try encoded(value) == value.description)
        }
    }
}
