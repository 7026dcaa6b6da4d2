extension JSONTape {
    @inline(__always)
    func bool(_ token: UInt32) -> Bool? {
        kind(token) == .bool ? tokens[Int(token)].flag : nil
    }

    /// The JSON value of a token, whatever it is.
    func json(_ token: UInt32) -> JSONValue {
        switch kind(token) {
        case .null: .null
        case .bool: .bool(tokens[Int(token)].flag)
        case .number: number(token)
        case .string: .string(string(token) ?? "")
        case .array: .array(array(token))
        case .object: .object(object(token))
        }
    }

    /// An integer if it is written as one and fits, else the nearest floating-point number.
    private func number(_ token: UInt32) -> JSONValue {
        if let value = shortInteger(token), value != 0 || text(token)[0] != UInt8(ascii: "-") { return .integer(value) }
        let text = String(decoding: text(token), as: UTF8.self)
        if !tokens[Int(token)].flag, text != "-0" {
            if let value = Int64(text) { return .integer(value) }
            if let value = UInt64(text) { return .unsigned(value) }
        }
        // Beyond the range of Double it is infinite or zero, as in JavaScript.
        return .number(double(token) ?? Double(text) ?? 0)
    }

    private func array(_ token: UInt32) -> [JSONValue] {
        var result: [JSONValue] = []
        result.reserveCapacity(Int(tokens[Int(token)].count))
        var element = token + 1
        let end = next(token)
        while element < end {
            result.append(json(element))
            element = next(element)
        }
        return result
    }

    func object(_ token: UInt32) -> JSONObject {
        var result = JSONObject()
        result.reserveCapacity(Int(tokens[Int(token)].count))
        forEachUniqueMember(of: token) { name, value in
            result.append(name, json(value))
        }
        return result
    }
}
