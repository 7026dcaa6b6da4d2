import Cote
import Testing

@Suite struct JSONObjectTests {
    @Test func membersKeepTheirOrder() {
        var object: JSONObject = ["c": 1, "a": 2, "b": 3]
        object["a"] = 20
        object["d"] = 4
        #expect(object.keys == ["c", "a", "b", "d"])
        #expect(object.values == [1, 20, 3, 4])
        #expect(object.removeValue(forKey: "c") == 1)
        #expect(object.removeValue(forKey: "c") == nil)
        #expect(object.updateValue(30, forKey: "b") == 3)
        #expect(object.map(\.key) == ["a", "b", "d"])
        #expect(object[1].value == 30)
        #expect(object.description == #"{"a":20,"b":30,"d":4}"#)
        #expect(object.dictionary == ["a": 20, "b": 30, "d": 4])
    }

    @Test func laterMembersOfANameCount() {
        let object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(object.description == #"{"a":3,"b":2}"#)
    }

    @Test func defaultsBecomeMembers() {
        var object = JSONObject()
        object["n", default: 1] = 5
        object["list", default: []][0] = "x"
        #expect(object["m", default: 7] == 7)
        #expect(object.description == #"{"n":5,"list":["x"]}"#)
    }

    @Test func orderIsOfNoAccountForEquality() {
        let left: JSONObject = ["a": 1, "b": [2]]
        let right: JSONObject = ["b": [2.0], "a": 1.0]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1, "b": [3]])
        #expect(left != ["a": 1])
        #expect(left != ["a": 1, "c": [2]])
    }

    /// The same changes are made to an object and to a dictionary with a list of its keys.
    @Test func manyMembersAreFound() {
        var random = JSONRandom(seed: 5)
        var object = JSONObject()
        var order: [String] = []
        var values: [String: JSONValue] = [:]
        for step in 0..<2000 {
            let name = "member \(random.below(60))"
            if random.chance(3) {
                object[name] = nil
                order.removeAll { $0 == name }
                values[name] = nil
            } else {
                object[name] = .integer(Int64(step))
                if values.updateValue(.integer(Int64(step)), forKey: name) == nil { order.append(name) }
            }
            #expect(object[name] == values[name])
        }
        #expect(object.keys == order)
        #expect(object.dictionary == values)
        #expect(object.count > 16)
    }
}
