import Cote
import Foundation
import Testing

/// Encoding, in particular what differs from Foundation's or is no part of it. The rest is in
/// `JSONDifferentialTests`.
@Suite struct JSONEncodingTests {
    /// A value that encodes as its closure does.
    struct Encoding: Encodable {
        let body: (any Encoder) throws -> Void

        init(_ body: @escaping (any Encoder) throws -> Void) { self.body = body }

        func encode(to encoder: any Encoder) throws { try body(encoder) }
    }

    enum Key: String, CodingKey { case a, b, c, type }

    private func text(_ value: some Encodable, _ coder: JSONCoder = JSONCoder()) throws -> String {
        String(decoding: try coder.encode(value), as: UTF8.self)
    }

    /// The text by our coder, which Foundation's must agree with but for the order of members.
    private func checkedText(_ value: some Encodable) throws -> String {
        let coders = JSONCoders()
        let (ours, theirs) = coders.encoded(value)
        #expect(ours.description == theirs.description)
        return try text(value)
    }

    @Test func membersStandInTheOrderOfEncoding() throws {
        struct Request: Codable { var type = "convert", from = "usd", to = "eur", amount = 100 }
        #expect(try text(Request()) == #"{"type":"convert","from":"usd","to":"eur","amount":100}"#)
    }

    @Test func keysAreSortedOnRequest() throws {
        var coder = JSONCoder()
        coder.sortedKeys = true
        let value: JSONValue = ["b": [["z": 1, "": 2], []], "a\"": [:], "a!": nil, "é": "[{,", "a": -1.5]
        #expect(try text(value, coder) == #"{"a":-1.5,"a!":null,"a\"":{},"b":[{"":2,"z":1},[]],"é":"[{,"}"#)
    }

    @Test func textIsAppended() throws {
        var bytes = Array("head ".utf8)
        try JSONCoder().encode([1, 2], into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "head [1,2]")
        #expect(throws: EncodingError.self) { try JSONCoder().encode([1, .nan], into: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == "head [1,2]")
    }

    @Test func longTextsMoveToTheHeap() throws {
        let strings = (0..<500).map { String(repeating: "\"\u{1}é", count: $0 % 40) + "\($0)" }
        #expect(try JSONDecoder().decode([String].self, from: Data(JSONCoder().encode(strings))) == strings)
    }

    /// Whatever is written last before the buffer has to grow, nothing is lost.
    @Test func textsOfAllLengthsAreWritten() throws {
        let rest: JSONValue = ["": [1, -1.5, true, nil, "\u{1}", [], [:], .unsigned(.max), ["a": ["b": false]]]]
        let tail = rest.description
        for length in 0..<2200 where length < 10 || (900...1030).contains(length) || length > 1900 {
            let padding = String(repeating: "p", count: length)
            #expect(JSONValue.array([.string(padding), rest]).description == "[\"\(padding)\",\(tail)]")
            #expect(try text([JSONValue.string(padding), rest]) == "[\"\(padding)\",\(tail)]")
            let value = Encoding { encoder in
                var container = encoder.unkeyedContainer()
                try container.encode(padding)
                var object = container.nestedContainer(keyedBy: JSONTestKey.self)
                try object.encode(rest[""], forKey: JSONTestKey(stringValue: ""))
            }
            #expect(try text(value) == "[\"\(padding)\",\(tail)]")
        }
    }

    @Test func laterMembersReplaceEarlierOnes() throws {
        let value = Encoding { encoder in
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(1, forKey: .a)
            try container.encode([2], forKey: .b)
            try container.encode("x", forKey: .a)
            var again = encoder.container(keyedBy: Key.self)
            try again.encode(3, forKey: .c)
            try again.encode(4, forKey: .b)
            try container.encodeNil(forKey: .c)
        }
        #expect(try checkedText(value) == #"{"a":"x","b":4,"c":null}"#)
        let only = Encoding { encoder in
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(1, forKey: .a)
            try container.encode([2], forKey: .a)
        }
        #expect(try checkedText(only) == #"{"a":[2]}"#)
    }

    @Test func manyMembersAreReplacedToo() throws {
        let value = Encoding { encoder in
            var container = encoder.container(keyedBy: JSONTestKey.self)
            for number in 0..<200 { try container.encode(number, forKey: JSONTestKey(stringValue: "k\(number % 90)")) }
        }
        let decoded = try JSONValue(parsing: JSONCoder().encode(value))
        #expect(decoded.object?.count == 90)
        #expect(decoded["k5"] == 185)
        _ = try checkedText(value)
    }

    @Test func nestedContainersAreWrittenInTurns() throws {
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: Key.self)
            var list = outer.nestedUnkeyedContainer(forKey: .a)
            var object = outer.nestedContainer(keyedBy: Key.self, forKey: .b)
            try list.encode(1)
            try object.encode("x", forKey: .a)
            var inner = list.nestedContainer(keyedBy: Key.self)
            try outer.encode(true, forKey: .c)
            try inner.encode(2.5, forKey: .b)
            var innermost = list.nestedUnkeyedContainer()
            try list.encodeNil()
            try innermost.encode("deep")
            try object.encode(["y"], forKey: .b)
            var sameList = outer.nestedUnkeyedContainer(forKey: .a)
            try sameList.encode(list.count)
        }
        #expect(try checkedText(value) == #"{"a":[1,{"b":2.5},["deep"],null,4],"b":{"a":"x","b":["y"]},"c":true}"#)
    }

    @Test func completeValuesAreReopened() throws {
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: Key.self)
            try outer.encode(["a": ["x"]], forKey: .a)
            try outer.encode([[1], []], forKey: .b)
            try outer.encode(0, forKey: .c)
            var object = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
            try object.encode(2, forKey: .b)
            var list = object.nestedUnkeyedContainer(forKey: .a)
            try list.encode("y")
            var numbers = outer.nestedUnkeyedContainer(forKey: .b)
            try numbers.encode(numbers.count)
        }
        #expect(try checkedText(value) == #"{"a":{"a":["x","y"],"b":2},"b":[[1],[],2],"c":0}"#)
        let single = Encoding { encoder in
            var container = encoder.singleValueContainer()
            try container.encode(["a": 1])
            var object = encoder.container(keyedBy: Key.self)
            try object.encode(2, forKey: .b)
        }
        #expect(try checkedText(single) == #"{"a":1,"b":2}"#)
    }

    @Test func outerContainersAreWrittenFromInside() throws {
        let value = Encoding { outerEncoder in
            var outer = outerEncoder.container(keyedBy: Key.self)
            let inner = Encoding { encoder in
                var again = outerEncoder.container(keyedBy: Key.self)
                try again.encode("from inside", forKey: .b)
                var container = encoder.unkeyedContainer()
                try container.encode(1)
                try again.encode([2], forKey: .c)
            }
            try outer.encode(inner, forKey: .a)
        }
        #expect(try checkedText(value) == #"{"a":[1],"b":"from inside","c":[2]}"#)
    }

    @Test func superclassesHaveTheirPlace() throws {
        let value = Encoding { encoder in
            var object = encoder.container(keyedBy: Key.self)
            let first = object.superEncoder()
            var list = object.nestedUnkeyedContainer(forKey: .a)
            try 1.encode(to: list.superEncoder())
            try list.encode(2)
            _ = object.superEncoder(forKey: .b)
            try ["late"].encode(to: first)
        }
        #expect(try checkedText(value) == #"{"super":["late"],"a":[1,2],"b":{}}"#)
    }

    @Test func whatThrowsLeavesNothing() throws {
        struct Failure: Error {}
        let failing = Encoding { encoder in
            var container = encoder.container(keyedBy: Key.self)
            try container.encode([1], forKey: .a)
            _ = container.nestedContainer(keyedBy: Key.self, forKey: .b)
            throw Failure()
        }
        let value = Encoding { encoder in
            var container = encoder.container(keyedBy: Key.self)
            #expect(throws: Failure.self) { try container.encode(failing, forKey: .a) }
            try container.encode(1, forKey: .b)
            #expect(throws: Failure.self) { try container.encode([[failing]], forKey: .a) }
            #expect(throws: EncodingError.self) { try container.encode(Double.nan, forKey: .a) }
            var list = container.nestedUnkeyedContainer(forKey: .c)
            #expect(throws: Failure.self) { try list.encode(failing) }
            #expect(list.count == 0)
            try list.encode(2)
            #expect(throws: EncodingError.self) { try list.encode(Float.infinity) }
            try list.encode(3)
        }
        // Foundation stops the process here.
        #expect(try text(value) == #"{"b":1,"c":[2,3]}"#)
        let fallback = Encoding { encoder in
            var container = encoder.singleValueContainer()
            #expect(throws: EncodingError.self) { try container.encode([1, .nan]) }
            try container.encode("fallback")
        }
        #expect(try text([fallback]) == #"["fallback"]"#)
    }

    @Test func encodersThatOutliveTheCallAreHarmless() throws {
        var kept: (any Encoder)?
        var container: KeyedEncodingContainer<Key>?
        let value = Encoding { encoder in
            kept = encoder
            container = encoder.container(keyedBy: Key.self)
            try container?.encode(1, forKey: .a)
        }
        #expect(try text(value) == #"{"a":1}"#)
        try container?.encode([2], forKey: .b)
        var nested = container?.nestedUnkeyedContainer(forKey: .c)
        try nested?.encode(3)
        _ = container?.superEncoder()
        var list = kept?.unkeyedContainer()
        try list?.encode(4)
        #expect(list?.count == 0)
        var single = kept?.singleValueContainer()
        try single?.encode("late")
    }

    @Test func errorsTellWhere() throws {
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: Key.self)
            var nested = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
            #expect(nested.codingPath.map(\.stringValue) == ["a"])
            try nested.encode([["b": Double.nan]], forKey: .c)
        }
        guard
            case .invalidValue(let number, let context) = #expect(
                throws: EncodingError.self,
                performing: { try JSONCoder().encode(value) }
            )
        else { return }
        #expect((number as? Double)?.isNaN == true)
        #expect(context.codingPath.map(\.stringValue) == ["a", "c", "Index 0", "b"])
        #expect(throws: EncodingError.self) { try JSONCoder().encode(Decimal.nan) }
        #expect(throws: EncodingError.self) { try JSONCoder().encode(Encoding { _ in }) }
        #expect(try text([Encoding { _ in }]) == "[{}]")
    }

    @Test func userInfoIsHandedOn() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "unit"))
        var coder = JSONCoder()
        coder.userInfo[key] = "eur"
        let value = Encoding { encoder in try (encoder.userInfo[key] as? String).encode(to: encoder) }
        #expect(try text(["a": value], coder) == #"{"a":"eur"}"#)
        #expect(try text([value]) == "[null]")
    }
}
