import Cote
import Foundation
import Testing

@Suite struct JSONValueTests {
    @Test func literalsMakeValues() {
        let name = "eur"
        let value: JSONValue = [
            "type": "convert", "amount": 100, "rate": 1.5, "ok": true, "none": nil, "to": "\(name)",
            "list": [1, "two", [3]],
        ]
        #expect(
            value.description
                == #"{"type":"convert","amount":100,"rate":1.5,"ok":true,"none":null,"to":"eur","list":[1,"two",[3]]}"#
        )
        #expect(value["type"]?.string == "convert")
        #expect(value["amount"]?.int == 100)
        #expect(value["amount"]?.double == 100)
        #expect(value["ok"]?.bool == true)
        #expect(value["none"]?.isNull == true)
        #expect(value["list"]?[2]?[0]?.int == 3)
        #expect(value["list"]?.array?.count == 3)
        #expect(value.object?.keys.first == "type")
    }

    @Test func accessorsAreNilForOtherKinds() {
        let value: JSONValue = "text"
        #expect(
            value.bool == nil && value.int == nil && value.double == nil && value.array == nil && value.object == nil
        )
        #expect(value["member"] == nil && value[0] == nil && !value.isNull)
        #expect(JSONValue.bool(true).string == nil)
        #expect(JSONValue.number(1.5).int == nil)
        #expect(JSONValue.number(2).int == 2)
        #expect(JSONValue.unsigned(.max).int == nil)
        #expect(JSONValue.unsigned(.max).double == 0x1p64)
    }

    @Test func membersAndElementsAreSet() {
        var value: JSONValue = nil
        value["a"] = 1
        value["b"] = [1, 2]
        value["b"]?[0] = "first"
        value["b"]?[2] = 3
        value["b"]?[1] = nil
        value["c"] = true
        value["a"] = nil
        #expect(value.description == #"{"b":["first",3],"c":true}"#)
        value["missing"] = nil
        #expect(value.object?.count == 2)
    }

    @Test func settingElsewhereHasNoEffect() {
        for original: JSONValue in [1, "text", true, [1, 2], [:]] {
            var value = original
            if value.object == nil { value["member"] = 1 }
            value[5] = 1
            value[-1] = nil
            #expect(value == original)
        }
    }

    @Test func numbersAreEqualAcrossCases() {
        let ones: [JSONValue] = [1, 1.0, .number(1), .integer(1), .unsigned(1), JSONValue(Int8(1))]
        for left in ones {
            for right in ones {
                #expect(left == right)
                #expect(left.hashValue == right.hashValue)
            }
        }
        #expect(JSONValue.integer(0) == .number(-0.0))
        #expect(JSONValue.integer(.max) != .number(0x1p63))
        #expect(JSONValue.unsigned(1 << 63) == .number(0x1p63))
        #expect(JSONValue.number(.nan) != .number(.nan))
        #expect(JSONValue.integer(1) != .bool(true) && JSONValue.integer(1) != "1" && JSONValue.null != .bool(false))
        #expect(Set<JSONValue>([1, 1.0, 1.5, "1", nil]).count == 4)
    }

    @Test(arguments: [
        ("9223372036854775807", JSONValue.integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .unsigned(1 << 63)), ("18446744073709551615", .unsigned(.max)),
        ("18446744073709551616", .number(0x1p64)), ("1.0", .number(1)), ("1e2", .number(100)), ("0", .integer(0)),
        ("1e400", .number(.infinity)), ("-1e400", .number(-.infinity)), ("1e-400", .number(0)),
    ])
    func numbersAreExactOrNearest(_ text: String, _ expected: JSONValue) throws {
        let value = try JSONValue(parsing: text)
        #expect(value == expected)
        switch (value, expected) {
        case (.integer, .integer), (.unsigned, .unsigned), (.number, .number): break
        default: Issue.record("\(text) is in another case: \(value)")
        }
    }

    @Test func negativeZeroStaysNegative() throws {
        #expect(try JSONValue(parsing: "-0").double?.sign == .minus)
        #expect(try JSONValue(parsing: "[-0.0]").description == "[-0]")
    }

    @Test func integersOfAllTypesAreTaken() {
        #expect(JSONValue(UInt64.max) == .unsigned(.max))
        #expect(JSONValue(Int128.max) == .number(0x1p127))
        #expect(JSONValue(UInt8(7)).description == "7")
    }

    @Test func textIsWrittenAsNodeDoes() throws {
        let value: JSONValue = ["a/b": "\u{8}\u{c}\n\r\t\u{1}\"\\/\u{7f}é\u{2028}😀"]
        #expect(value.description == "{\"a/b\":\"\\b\\f\\n\\r\\t\\u0001\\\"\\\\/\u{7f}é\u{2028}😀\"}")
        #expect(try JSONValue(parsing: value.bytes) == value)
        #expect(
            JSONValue.array([.number(.nan), .number(-.infinity), .number(1e21), .number(0.1)]).description
                == "[null,null,1e+21,0.1]"
        )
    }

    @Test func orderAndFirstMembersSurvive() throws {
        let text = #"{"z":1,"a":{"y":[],"b":{}},"z":2,"m":null}"#
        let value = try JSONValue(parsing: text)
        #expect(value.description == #"{"z":1,"a":{"y":[],"b":{}},"m":null}"#)
        #expect(try JSONCoder().decode(JSONValue.self, from: text) == value)
        #expect(String(decoding: try JSONCoder().encode(value), as: UTF8.self) == value.description)
    }

    @Test func otherCodersCodeIt() throws {
        let value: JSONValue = ["a": [1, -1, 1.5, nil, true, "x"], "big": .unsigned(.max), "o": ["p": [:]]]
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: data) == value)
        #expect(try JSONDecoder().decode(JSONObject.self, from: data) == value.object)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONObject.self, from: Data("[]".utf8)) }
    }

    @Test func valuesBecomeTypesAndBack() throws {
        struct Point: Codable, Equatable { var x: Int, y: Int? }
        let value = try JSONValue(encoding: [Point(x: 1, y: nil), Point(x: 2, y: 3)])
        #expect(value == [["x": 1], ["x": 2, "y": 3]])
        #expect(try value.decode([Point].self) == [Point(x: 1, y: nil), Point(x: 2, y: 3)])
        #expect(throws: DecodingError.self) { try value.decode(Point.self) }
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", "+1", "nul", "\"\\ud800\"", "\"\\x\"", "[1] 2", "\u{FEFF}",
    ])
    func malformedTextIsRefused(_ text: String) {
        let error = #expect(throws: DecodingError.self) { try JSONValue(parsing: text) }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.isEmpty)
        #expect(context.debugDescription.hasPrefix("The given data was not valid JSON: "))
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let deepest = try JSONValue(parsing: nested(512))
        #expect(deepest.description == nested(512))
        #expect(String(decoding: try JSONCoder().encode(deepest), as: UTF8.self) == nested(512))
        #expect(throws: DecodingError.self) { try JSONValue(parsing: nested(513)) }
        #expect(throws: DecodingError.self) { try JSONValue(parsing: nested(100_000)) }
        #expect(throws: EncodingError.self) { try JSONCoder().encode([deepest]) }
    }
}
