/// The members of an object that is being decoded. Of members with one name the first counts.
struct JSONKeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let tape: JSONTape
    let object: UInt32

    var codingPath: [any CodingKey] { tape.path(of: object) }
    var allKeys: [Key] { tape.names(of: object).compactMap { Key(stringValue: $0) } }

    @inline(__always)
    private func find(_ key: some CodingKey) -> UInt32? {
        tape.find(key.stringValue, in: object)
    }

    /// The token of the value for a key.
    @inline(__always)
    private func value(_ key: some CodingKey) throws -> UInt32 {
        guard let token = find(key) else { throw missing(key) }
        return token
    }

    private func missing(_ key: some CodingKey) -> DecodingError {
        .keyNotFound(
            key,
            .init(
                codingPath: codingPath,
                debugDescription: "No value associated with key \(key) (\"\(key.stringValue)\")."
            )
        )
    }

    /// Decodes the value for a key with `read`.
    @inline(__always)
    private func require<Value>(_ key: Key, _ read: (UInt32) throws -> Value?) throws -> Value {
        let token = try value(key)
        guard let value = try read(token) else { throw tape.failure(token, Value.self, key: key) }
        return value
    }

    /// Decodes the value for a key with `read`, if there is one that is not null.
    @inline(__always)
    private func optional<Value>(_ key: Key, _ read: (UInt32) throws -> Value?) throws -> Value? {
        guard let token = find(key), tape.kind(token) != .null else { return nil }
        guard let value = try read(token) else { throw tape.failure(token, Value.self, key: key) }
        return value
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { tape.kind(try value(key)) == .null }

    private func double(_ token: UInt32) -> Double? { tape.double(token) ?? tape.nonConforming(token) }
    private func float(_ token: UInt32) -> Float? { tape.floating(token) ?? tape.nonConforming(token) }

    @inline(__always)
    private func integer<Integer: FixedWidthInteger>(_ token: UInt32) -> Integer? {
        tape.integer(token, as: Integer.self)
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try require(key, tape.bool) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try require(key) { tape.string($0) } }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try require(key, double) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try require(key, float) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try require(key) { integer($0) } }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try require(key) { integer($0) } }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try require(key) { integer($0) } }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try require(key) { integer($0) } }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try require(key) { integer($0) } }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try require(key) { integer($0) } }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try require(key) { integer($0) } }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try require(key) { integer($0) } }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try require(key) { integer($0) } }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try require(key) { integer($0) } }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try require(key) { integer($0) } }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try require(key) { integer($0) } }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let token = try value(key)
        return try tape.value(token, as: type, key: key)
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(key, tape.bool) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try optional(key) { tape.string($0) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(key, double) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try optional(key, float) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try optional(key) { integer($0) } }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? { try optional(key) { integer($0) } }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let token = find(key), tape.kind(token) != .null else { return nil }
        return try tape.value(token, as: type, key: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(key, value(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key, value(key)).unkeyedContainer()
    }

    func superDecoder() -> any Decoder {
        superDecoder(key: JSONKey.super)
    }

    func superDecoder(forKey key: Key) -> any Decoder {
        superDecoder(key: key)
    }

    private func superDecoder(key: some CodingKey) -> any Decoder {
        guard let token = find(key) else {
            let path = codingPath + CollectionOfOne(key as any CodingKey)
            return JSONValueDecoder(tape: tape, token: tape.absent(at: path))
        }
        return decoder(key, token)
    }

    private func decoder(_ key: some CodingKey, _ token: UInt32) -> JSONValueDecoder {
        tape.keys.append((token, key))
        return JSONValueDecoder(tape: tape, token: token)
    }
}
