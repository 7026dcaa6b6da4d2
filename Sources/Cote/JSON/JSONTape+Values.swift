#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JSONTape {
    /// Decodes the value of a token.
    ///
    /// Strings and the commonest numbers need no `init(from:)`, and no path if all is well.
    @inline(__always)
    func value<Value: Decodable>(
        _ token: UInt32, as type: Value.Type, at path: @autoclosure () -> JSONPath
    ) throws -> Value {
        if Value.self == String.self, let string = string(token) { return unsafeBitCast(string, to: Value.self) }
        if Value.self == Int.self, let integer = integer(token, as: Int.self) {
            return unsafeBitCast(integer, to: Value.self)
        }
        if Value.self == Double.self, let double = double(token) { return unsafeBitCast(double, to: Value.self) }
        return try anyValue(token, as: type, at: path())
    }

    private func anyValue<Value: Decodable>(_ token: UInt32, as type: Value.Type, at path: JSONPath) throws -> Value {
        if Value.self == Date.self { return try unsafeBitCast(date(token, at: path), to: Value.self) }
        if Value.self == Data.self { return try unsafeBitCast(data(token, at: path), to: Value.self) }
        if Value.self == URL.self { return try unsafeBitCast(url(token, at: path), to: Value.self) }
        if Value.self == Decimal.self { return try unsafeBitCast(decimal(token, at: path), to: Value.self) }
        if Value.self == JSONValue.self { return unsafeBitCast(json(token), to: Value.self) }
        if Value.self == JSONObject.self, kind(token) == .object { return unsafeBitCast(object(token), to: Value.self) }
        if box.convertsKeysDecoding, let dictionary = Value.self as? any JSONDecodableDictionary.Type {
            return try dictionary.decode(token, of: self, at: path) as! Value
        }
        return try Value(from: JSONValueDecoder(tape: self, token: token, path: path))
    }

    private func date(_ token: UInt32, at path: JSONPath) throws -> Date {
        guard kind(token) != .null else { throw failure(token, Date.self, at: path) }
        switch box.options.dateDecoding {
        case .deferredToDate:
            return try Date(from: JSONValueDecoder(tape: self, token: token, path: path))
        case .secondsSince1970:
            return try Date(timeIntervalSince1970: number(token, at: path))
        case .millisecondsSince1970:
            return try Date(timeIntervalSince1970: number(token, at: path) / 1000)
        case .iso8601:
            guard let text = string(token) else { throw failure(token, String.self, at: path) }
            guard let date = try? Date.ISO8601FormatStyle().parse(text) else {
                throw corrupted("Expected date string to be ISO8601-formatted.", at: path)
            }
            return date
        case .custom(let decode):
            return try decode(JSONValueDecoder(tape: self, token: token, path: path))
        }
    }

    private func number(_ token: UInt32, at path: JSONPath) throws -> Double {
        guard let value = double(token) ?? nonConforming(token) else { throw failure(token, Double.self, at: path) }
        return value
    }

    private func data(_ token: UInt32, at path: JSONPath) throws -> Data {
        guard kind(token) != .null else { throw failure(token, Data.self, at: path) }
        switch box.options.dataDecoding {
        case .deferredToData:
            return try Data(from: JSONValueDecoder(tape: self, token: token, path: path))
        case .base64:
            guard let text = string(token) else { throw failure(token, String.self, at: path) }
            guard let data = Data(base64Encoded: text) else {
                throw corrupted("Encountered Data is not valid Base64.", at: path)
            }
            return data
        case .custom(let decode):
            return try decode(JSONValueDecoder(tape: self, token: token, path: path))
        }
    }

    private func url(_ token: UInt32, at path: JSONPath) throws -> URL {
        guard kind(token) != .null else { throw failure(token, URL.self, at: path) }
        guard let text = string(token) else { throw failure(token, String.self, at: path) }
        guard let url = URL(string: text) else { throw corrupted("Invalid URL string.", at: path) }
        return url
    }

    private func decimal(_ token: UInt32, at path: JSONPath) throws -> Decimal {
        guard kind(token) == .number,
            let value = Decimal(string: String(decoding: text(token), as: UTF8.self)), value.isFinite
        else { throw failure(token, Decimal.self, at: path) }
        return value
    }
}

extension JSONTape {
    func corrupted(_ description: String, at path: JSONPath) -> DecodingError {
        .dataCorrupted(.init(codingPath: path.keys, debugDescription: description))
    }

    /// Why a token is not a value of the type that was asked for.
    ///
    /// A number out of the type's range has no coding path, as with Foundation: the description has it.
    func failure(_ token: UInt32, _ type: any Any.Type, at path: JSONPath) -> DecodingError {
        if kind(token) == .null, type != Bool.self {
            return .valueNotFound(
                type, .init(codingPath: path.keys, debugDescription: "Cannot get value of type \(type) -- found null value instead"))
        }
        if kind(token) == .number, type != String.self, type != Bool.self {
            let place = path.keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
            let number = String(decoding: text(token), as: UTF8.self)
            return .dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription: "Number \(number)\(place.isEmpty ? "" : " at \(place)") is not representable as \(type)."))
        }
        return mismatch(token, type, at: path)
    }

    func mismatch(_ token: UInt32, _ type: any Any.Type, at path: JSONPath) -> DecodingError {
        let found =
            switch kind(token) {
            case .null: "null"
            case .bool: "bool"
            case .number: "number"
            case .string: "a string"
            case .array: "an array"
            case .object: "a dictionary"
            }
        return .typeMismatch(
            type, .init(codingPath: path.keys, debugDescription: "Expected to decode \(type) but found \(found) instead."))
    }
}

/// A dictionary that an object decodes to with its names as keys, which key strategies leave alone.
protocol JSONDecodableDictionary {
    static func decode(_ token: UInt32, of tape: JSONTape, at path: JSONPath) throws -> Self
}

extension Dictionary: JSONDecodableDictionary where Key == String, Value: Decodable {
    static func decode(_ token: UInt32, of tape: JSONTape, at path: JSONPath) throws -> [String: Value] {
        guard tape.kind(token) == .object else {
            throw tape.kind(token) == .null
                ? tape.failure(token, [String: Any].self, at: path) : tape.mismatch(token, [String: Any].self, at: path)
        }
        var result: [String: Value] = [:]
        try tape.forEachMember(of: token) { name, member in
            let value = try tape.value(member, as: Value.self, at: path.appending(JSONKey.name(name)))
            if result[name] == nil { result[name] = value }
        }
        return result
    }
}
