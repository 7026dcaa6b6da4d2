#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONWriter {
    /// Writes a value as a member or element.
    @inline(__always)
    func value<Value: Encodable>(_ value: Value, key: some CodingKey) throws {
        if try scalar(value, { key }) { return }
        push(key)
        try self.value(inPlace: value)
        pop()
    }

    /// Writes a value of the commonest types, which need no `encode(to:)`. Returns false if it is
    /// of another type.
    @inline(__always)
    func scalar<Value>(_ value: Value, _ key: () -> (any CodingKey)?) throws -> Bool {
        if let string = JSONCast.exact(value, String.self) {
            self.string(string)
        } else if let integer = JSONCast.exact(value, Int.self) {
            self.integer(integer)
        } else if let number = JSONCast.exact(value, Double.self) {
            try double(number, key)
        } else if let flag = JSONCast.exact(value, Bool.self) {
            bool(flag)
        } else {
            return false
        }
        return true
    }

    /// Writes a value as the one being written, of which nothing was encoded yet.
    func value<Value: Encodable>(inPlace value: Value) throws {
        if try scalar(value, { nil }) {
            top.kind = .scalar
        } else if let date = JSONCast.exact(value, Date.self) {
            try self.date(date)
        } else if let data = JSONCast.exact(value, Data.self) {
            try self.data(data)
        } else if let url = JSONCast.exact(value, URL.self) {
            string(url.absoluteString)
            top.kind = .scalar
        } else if let decimal = JSONCast.exact(value, Decimal.self) {
            if decimal.isNaN { throw failure(value, "Unable to encode Decimal.nan directly in JSON.") }
            number(decimal.description)
            top.kind = .scalar
        } else if let json = JSONCast.exact(value, JSONValue.self) {
            try self.json(inPlace: json)
        } else if let object = JSONCast.exact(value, JSONObject.self) {
            try self.json(inPlace: .object(object))
        } else if box.convertsKeysEncoding, let dictionary = value as? any JSONEncodableDictionary {
            try dictionary.encodeMembers(to: self)
        } else {
            try value.encode(to: JSONValueEncoder(writer: self, serial: top.serial))
        }
    }

    /// Writes a value as the one being written. When it throws, nothing of it stays.
    func single<Value: Encodable>(_ value: Value) throws {
        let (before, depth) = (top, enclosing.count)
        do {
            try self.value(inPlace: value)
            // A value that encodes nothing is an empty object.
            if top.kind == .empty { open(.object) }
        } catch {
            enclosing.removeLast(enclosing.count - depth)
            path.removeLast(path.count - before.pathCount)
            nested.removeAll { $0.place >= before.start }
            top = before
            count = before.start
            throw error
        }
    }

    private func date(_ date: Date) throws {
        switch box.options.dateEncoding {
        case .deferredToDate:
            try double(date.timeIntervalSinceReferenceDate) { nil }
        case .secondsSince1970:
            try double(date.timeIntervalSince1970, strict: true) { nil }
        case .millisecondsSince1970:
            try double(1000 * date.timeIntervalSince1970, strict: true) { nil }
        case .iso8601:
            string(Date.ISO8601FormatStyle().format(date))
        case .custom(let encode):
            try encode(date, JSONValueEncoder(writer: self, serial: top.serial))
            if top.kind == .empty { open(.object) }
            return
        }
        top.kind = .scalar
    }

    private func data(_ data: Data) throws {
        switch box.options.dataEncoding {
        case .base64:
            string(data.base64EncodedString())
            top.kind = .scalar
        case .deferredToData:
            try data.encode(to: JSONValueEncoder(writer: self, serial: top.serial))
        case .custom(let encode):
            try encode(data, JSONValueEncoder(writer: self, serial: top.serial))
            if top.kind == .empty { open(.object) }
        }
    }
}

extension JSONWriter {
    /// Writes a floating-point number, which JSON may not be able to express.
    ///
    /// - Parameters:
    ///   - value: The number.
    ///   - strict: Whether no strategy has strings for those that JSON cannot express.
    ///   - key: Its key, where that is not in the path. Asked for by errors only: to make an optional of a key is slow.
    @inline(__always)
    func double<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ value: Number,
        strict: Bool = false,
        _ key: () -> (any CodingKey)?
    ) throws {
        if value.isFinite {
            finite(value)
        } else {
            try nonConforming(value, strict: strict, key())
        }
    }

    @inline(never)
    private func nonConforming<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ value: Number,
        strict: Bool,
        _ key: (any CodingKey)?
    ) throws {
        guard !strict, case .convertToString(let positive, let negative, let nan) = box.options.floatEncoding
        else {
            var path = path
            if let key { path.append(key) }
            throw EncodingError.invalidValue(
                value,
                .init(codingPath: path, debugDescription: "Unable to encode \(Number.self).\(value) directly in JSON.")
            )
        }
        string(value.isNaN ? nan : value < 0 ? negative : positive)
    }
}

/// Casts between a generic type and the type that it turns out to be.
enum JSONCast {
    /// The value, if it is of exactly this type.
    @inline(__always)
    static func exact<Value, Target>(_ value: Value, _ type: Target.Type) -> Target? {
        Value.self == Target.self ? unsafeBitCast(value, to: Target.self) : nil
    }
}

/// A dictionary that is a JSON object with its keys as names, which key strategies leave alone.
protocol JSONEncodableDictionary {
    func encodeMembers(to writer: JSONWriter) throws
}

extension Dictionary: JSONEncodableDictionary where Key == String, Value: Encodable {
    func encodeMembers(to writer: JSONWriter) throws {
        writer.open(.object)
        for (name, value) in self {
            try writer.member(name) { try writer.value(value, key: JSONKey.name(name)) }
        }
    }
}
