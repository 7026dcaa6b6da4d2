import Cote
import Testing

/// Objects that get a first member on top of their own, as requests get their type.
@Suite struct JSONLeadingMemberTests {
    private func text(_ value: some Encodable, _ coder: JSONCoder = JSONCoder(), type: String = "convert") throws
        -> String
    {
        String(decoding: try coder.encode(value, leading: "type", type), as: UTF8.self)
    }

    @Test func theMemberComesFirst() throws {
        struct Conversion: Encodable { var from = "usd", amount = 100 }
        #expect(try text(Conversion()) == #"{"type":"convert","from":"usd","amount":100}"#)
        #expect(try text(["a": ["type": 1]]) == #"{"type":"convert","a":{"type":1}}"#)
        #expect(try text(["x": [], "y": nil] as JSONValue) == #"{"type":"convert","x":[],"y":null}"#)
        #expect(try text(Optional(["a": 1])) == #"{"type":"convert","a":1}"#)
    }

    @Test func emptyObjectsGetIt() throws {
        struct Empty: Encodable {}
        #expect(try text(Empty()) == #"{"type":"convert"}"#)
        #expect(try text([String: Int]()) == #"{"type":"convert"}"#)
        #expect(try text(JSONObject()) == #"{"type":"convert"}"#)
    }

    @Test func namesAreEscaped() throws {
        #expect(try text(["a": 1], type: "rate \"updated\"\n") == #"{"type":"rate \"updated\"\n","a":1}"#)
    }

    @Test(
        arguments: [
            ["type": "convert", "a": 1], ["a": 1, "type": "convert"], ["a": 1, "type": "convert", "b": []],
            ["type": "convert"],
        ] as [JSONObject]
    )
    func anEqualMemberIsNotRepeated(_ object: JSONObject) throws {
        let value = try JSONValue(parsing: text(object))
        #expect(value.object?.keys.first == "type")
        #expect(value == .object(object))
    }

    @Test(arguments: [["type": "other"], ["a": 1, "type": nil], ["type": ["convert"]]] as [JSONObject])
    func anotherMemberIsAnError(_ object: JSONObject) {
        #expect(throws: EncodingError.self) { try text(object) }
    }

    @Test(arguments: [nil, 1, "text", true, [], [["a": 1]]] as [JSONValue])
    func onlyObjectsHaveMembers(_ value: JSONValue) {
        #expect(throws: EncodingError.self) { try text(value) }
    }

    @Test func sortingLeavesItInFront() throws {
        var coder = JSONCoder()
        coder.sortedKeys = true
        #expect(try text(["b": 1, "a": 2] as JSONValue, coder) == #"{"type":"convert","a":2,"b":1}"#)
    }

    @Test func keyStrategiesLeaveItAlone() throws {
        struct Conversion: Encodable { var fromCurrency = "usd" }
        var coder = JSONCoder()
        coder.keyEncodingStrategy = .convertToSnakeCase
        #expect(
            try String(decoding: coder.encode(Conversion(), leading: "requestType", "x"), as: UTF8.self)
                == #"{"requestType":"x","from_currency":"usd"}"#
        )
    }
}
