#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONTape {
    /// Decodes the value of a token. Strings and the commonest numbers need no `init(from:)`.
    @inline(__always)
    func value<Value: Decodable>(_ token: UInt32, as type: Value.Type) throws -> Value {
        try common(token, as: type) { try anyValue(token, as: type) }
    }

    /// Decodes the value of a member.
    @inline(__always)
    func value<Value: Decodable>(_ token: UInt32, as type: Value.Type, key: some CodingKey) throws -> Value {
        try common(token, as: type) {
            // While the value is being decoded, its path goes by the key as it was given.
            let depth = keys.count
            keys.append((token, key))
            defer { keys.removeLast(keys.count - depth) }
            return try anyValue(token, as: type)
        }
    }

    @inline(__always)
    private func common<Value>(_ token: UInt32, as type: Value.Type, _ other: () throws -> Value) rethrows -> Value {
        if Value.self == String.self, let string = string(token) { return unsafeBitCast(string, to: Value.self) }
        if Value.self == Int.self, let integer = integer(token, as: Int.self) {
            return unsafeBitCast(integer, to: Value.self)
        }
        if Value.self == Double.self, let double = double(token) { return unsafeBitCast(double, to: Value.self) }
        return try other()
    }

    @inline(never)
    private func anyValue<Value: Decodable>(_ token: UInt32, as type: Value.Type) throws -> Value {
        if Value.self == Date.self { return try unsafeBitCast(date(token), to: Value.self) }
        if Value.self == Data.self { return try unsafeBitCast(data(token), to: Value.self) }
        if Value.self == URL.self { return try unsafeBitCast(url(token), to: Value.self) }
        if Value.self == Decimal.self { return try unsafeBitCast(decimal(token), to: Value.self) }
        if Value.self == JSONValue.self { return unsafeBitCast(json(token), to: Value.self) }
        if Value.self == JSONObject.self, kind(token) == .object { return unsafeBitCast(object(token), to: Value.self) }
        if box.convertsKeysDecoding, let dictionary = Value.self as? any JSONDecodableDictionary.Type {
            return try dictionary.decode(token, of: self) as! Value
        }
        return try Value(from: JSONValueDecoder(tape: self, token: token))
    }

    private func date(_ token: UInt32) throws -> Date {
        guard kind(token) != .null else { throw failure(token, Date.self) }
        switch box.options.dateDecoding {
        case .deferredToDate:
            return try Date(from: JSONValueDecoder(tape: self, token: token))
        case .secondsSince1970:
            return try Date(timeIntervalSince1970: number(token))
        case .millisecondsSince1970:
            return try Date(timeIntervalSince1970: number(token) / 1000)
        case .iso8601:
            guard let text = string(token) else { throw failure(token, String.self) }
            guard let date = try? Date.ISO8601FormatStyle().parse(text) else {
                throw corrupted(token, "Expected date string to be ISO8601-formatted.")
            }
            return date
        case .custom(let decode):
            return try decode(JSONValueDecoder(tape: self, token: token))
        }
    }

    private func number(_ token: UInt32) throws -> Double {
        guard let value = double(token) ?? nonConforming(token) else { throw failure(token, Double.self) }
        return value
    }

    private func data(_ token: UInt32) throws -> Data {
        guard kind(token) != .null else { throw failure(token, Data.self) }
        switch box.options.dataDecoding {
        case .deferredToData:
            return try Data(from: JSONValueDecoder(tape: self, token: token))
        case .base64:
            guard let text = string(token) else { throw failure(token, String.self) }
            guard let data = Data(base64Encoded: text) else {
                throw corrupted(token, "Encountered Data is not valid Base64.")
            }
            return data
        case .custom(let decode):
            return try decode(JSONValueDecoder(tape: self, token: token))
        }
    }

    private func url(_ token: UInt32) throws -> URL {
        guard kind(token) != .null else { throw failure(token, URL.self) }
        guard let text = string(token) else { throw failure(token, String.self) }
        guard let url = URL(string: text) else { throw corrupted(token, "Invalid URL string.") }
        return url
    }

    private func decimal(_ token: UInt32) throws -> Decimal {
        guard kind(token) == .number,
            let value = Decimal(string: String(decoding: text(token), as: UTF8.self)), value.isFinite
        else { throw failure(token, Decimal.self) }
        return value
    }
}

/// A dictionary that an object decodes to with its names as keys, which key strategies leave alone.
protocol JSONDecodableDictionary {
    static func decode(_ token: UInt32, of tape: JSONTape) throws -> Self
}

extension Dictionary: JSONDecodableDictionary where Key == String, Value: Decodable {
    static func decode(_ token: UInt32, of tape: JSONTape) throws -> [String: Value] {
        guard tape.kind(token) == .object else {
            throw tape.kind(token) == .null
                ? tape.failure(token, [String: Any].self)
                : tape.mismatch(token, [String: Any].self, at: tape.path(of: token))
        }
        var result: [String: Value] = [:]
        try tape.forEachMember(of: token) { name, member in
            let value = try tape.value(member, as: Value.self, key: JSONKey.name(name))
            if result[name] == nil { result[name] = value }
        }
        return result
    }
}
