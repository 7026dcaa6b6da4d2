/// The decoder that a value gets for itself.
struct JSONValueDecoder: Decoder {
    let tape: JSONTape
    let token: UInt32

    var codingPath: [any CodingKey] { tape.path(of: token) }
    var userInfo: [CodingUserInfoKey: Any] { tape.box.options.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard tape.kind(token) == .object else { throw noContainer("keyed", [String: Any].self) }
        return KeyedDecodingContainer(JSONKeyedDecoder<Key>(tape: tape, object: token))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard tape.kind(token) == .array else { throw noContainer("unkeyed", [Any].self) }
        return JSONUnkeyedDecoder(tape: tape, array: token)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    private func noContainer(_ name: String, _ type: any Any.Type) -> DecodingError {
        guard tape.kind(token) == .null else { return tape.mismatch(token, type, at: codingPath) }
        return .valueNotFound(
            type,
            .init(
                codingPath: codingPath,
                debugDescription: "Cannot get \(name) decoding container -- found null value instead"
            )
        )
    }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    /// What was read, or else the reason why it could not be.
    @inline(__always)
    private func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw tape.failure(token, Value.self) }
        return value
    }

    func decodeNil() -> Bool { tape.kind(token) == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try require(tape.bool(token)) }
    func decode(_ type: String.Type) throws -> String { try require(tape.string(token)) }
    func decode(_ type: Double.Type) throws -> Double { try require(tape.double(token) ?? tape.nonConforming(token)) }
    func decode(_ type: Float.Type) throws -> Float { try require(tape.floating(token) ?? tape.nonConforming(token)) }
    func decode(_ type: Int.Type) throws -> Int { try require(tape.integer(token, as: type)) }
    func decode(_ type: Int8.Type) throws -> Int8 { try require(tape.integer(token, as: type)) }
    func decode(_ type: Int16.Type) throws -> Int16 { try require(tape.integer(token, as: type)) }
    func decode(_ type: Int32.Type) throws -> Int32 { try require(tape.integer(token, as: type)) }
    func decode(_ type: Int64.Type) throws -> Int64 { try require(tape.integer(token, as: type)) }
    func decode(_ type: Int128.Type) throws -> Int128 { try require(tape.integer(token, as: type)) }
    func decode(_ type: UInt.Type) throws -> UInt { try require(tape.integer(token, as: type)) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try require(tape.integer(token, as: type)) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try require(tape.integer(token, as: type)) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try require(tape.integer(token, as: type)) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try require(tape.integer(token, as: type)) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try require(tape.integer(token, as: type)) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try tape.value(token, as: type)
    }
}
