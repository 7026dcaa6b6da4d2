extension JSONValue {
    /// Reads a JSON text.
    ///
    /// Of members with one name the first counts, as for types that are decoded.
    ///
    /// - Throws: `DecodingError.dataCorrupted` if it is not a JSON text.
    public init(parsing bytes: UnsafeRawBufferPointer) throws {
        var tape = JSONTape.ready(JSONCoder.standard.box)
        defer { JSONTape.giveBack(&tape) }
        try tape.parse(bytes)
        self = tape.json(JSONTape.root)
    }

    /// Reads a JSON text.
    public init(parsing bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    /// Reads a JSON text.
    public init(parsing text: String) throws {
        var text = text
        self = try text.withUTF8 { try JSONValue(parsing: UnsafeRawBufferPointer($0)) }
    }

    /// The value as a compact JSON text in UTF-8, members in their order.
    ///
    /// As with `JSON.stringify` of JavaScript, numbers that JSON cannot express become `null`. A
    /// ``JSONCoder`` follows its strategy for them instead.
    public var bytes: [UInt8] {
        var writer = JSONWriter.ready(JSONCoder.standard.box)
        defer { JSONWriter.giveBack(&writer) }
        writer.lenient(self)
        return Array(UnsafeBufferPointer(start: writer.base, count: writer.count))
    }

    /// The JSON value that a value encodes to.
    public init(encoding value: some Encodable, with coder: JSONCoder = .standard) throws {
        self = try JSONValue(parsing: coder.encode(value))
    }

    /// Decodes a value of a type of yours from this one.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        with coder: JSONCoder = .standard
    ) throws -> Value {
        try coder.decode(type, from: bytes)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as a compact JSON text.
    public var description: String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// Coding with any coder. ``JSONCoder`` does not go through this: it keeps the order of members,
/// and reads and writes the value in one go.
extension JSONValue: Codable {
    /// Decodes a value with any decoder.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let elements = try? container.decode([JSONValue].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode(JSONObject.self))
        }
    }

    /// Encodes the value with any encoder.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONObject: Codable {
    /// Decodes an object with any decoder.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: JSONKey.self)
        for key in container.allKeys {
            self[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
        }
    }

    /// Encodes the object with any encoder.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: JSONKey.self)
        for (name, value) in self { try container.encode(value, forKey: .name(name)) }
    }
}

extension JSONWriter {
    /// Writes a JSON value, `null` in place of numbers that JSON cannot express.
    fileprivate func lenient(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .unsigned(let value): integer(value)
        case .number(let value): if value.isFinite { finite(value) } else { null() }
        case .string(let value): string(value)
        case .array(let elements):
            list("[", "]", elements) { lenient($0) }
        case .object(let members):
            list("{", "}", members) { name, value in
                string(name)
                put(UInt8(ascii: ":"))
                lenient(value)
            }
        }
    }

    private func list<Parts: Sequence>(
        _ opening: Unicode.Scalar,
        _ closing: Unicode.Scalar,
        _ parts: Parts,
        _ write: (Parts.Element) -> Void
    ) {
        put(UInt8(ascii: opening))
        var isFirst = true
        for part in parts {
            if !isFirst { put(UInt8(ascii: ",")) }
            isFirst = false
            write(part)
        }
        put(UInt8(ascii: closing))
    }
}
