/// The elements of an array that is being decoded.
struct JSONUnkeyedDecoder: UnkeyedDecodingContainer {
    let tape: JSONTape
    let array: UInt32
    private var token: UInt32
    private(set) var currentIndex = 0

    init(tape: JSONTape, array: UInt32) {
        self.tape = tape
        self.array = array
        token = array + 1
    }

    var codingPath: [any CodingKey] { tape.path(of: array) }
    var count: Int? { Int(tape.tokens[Int(array)].count) }
    var isAtEnd: Bool { currentIndex >= Int(tape.tokens[Int(array)].count) }

    private mutating func advance() {
        if !isAtEnd { token = tape.next(token) }
        currentIndex += 1
    }

    /// Makes sure that there is an element.
    @inline(__always)
    private func check(_ type: any Any.Type, _ message: StaticString = "Unkeyed container is at end.") throws {
        guard isAtEnd else { return }
        throw DecodingError.valueNotFound(
            type,
            .init(
                codingPath: codingPath + CollectionOfOne(JSONKey.index(currentIndex) as any CodingKey),
                debugDescription: "\(message)"
            )
        )
    }

    /// Decodes the element with `read`.
    @inline(__always)
    private mutating func next<Value>(_ read: (UInt32) throws -> Value?) throws -> Value {
        try check(Value.self)
        guard let value = try read(token) else { throw tape.failure(token, Value.self) }
        advance()
        return value
    }

    /// Decodes the element with `read`, if there is one that is not null.
    @inline(__always)
    private mutating func nextIfPresent<Value>(_ read: (UInt32) throws -> Value?) throws -> Value? {
        if isAtEnd || tape.kind(token) == .null {
            advance()
            return nil
        }
        return try next(read)
    }

    mutating func decodeNil() throws -> Bool {
        try check(Never.self)
        guard tape.kind(token) == .null else { return false }
        advance()
        return true
    }

    private func bool(_ token: UInt32) -> Bool? { tape.bool(token) }
    private func string(_ token: UInt32) -> String? { tape.string(token) }
    private func double(_ token: UInt32) -> Double? { tape.double(token) ?? tape.nonConforming(token) }
    private func float(_ token: UInt32) -> Float? { tape.floating(token) ?? tape.nonConforming(token) }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try next(bool) }
    mutating func decode(_ type: String.Type) throws -> String { try next(string) }
    mutating func decode(_ type: Double.Type) throws -> Double { try next(double) }
    mutating func decode(_ type: Float.Type) throws -> Float { try next(float) }
    mutating func decode(_ type: Int.Type) throws -> Int { try next(integer) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next(integer) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next(integer) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next(integer) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next(integer) }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try next(integer) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next(integer) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next(integer) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next(integer) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next(integer) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next(integer) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try next(integer) }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try check(type)
        let value = try tape.value(token, as: type)
        advance()
        return value
    }

    mutating func decodeIfPresent(_ type: Bool.Type) throws -> Bool? { try nextIfPresent(bool) }
    mutating func decodeIfPresent(_ type: String.Type) throws -> String? { try nextIfPresent(string) }
    mutating func decodeIfPresent(_ type: Double.Type) throws -> Double? { try nextIfPresent(double) }
    mutating func decodeIfPresent(_ type: Float.Type) throws -> Float? { try nextIfPresent(float) }
    mutating func decodeIfPresent(_ type: Int.Type) throws -> Int? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: Int8.Type) throws -> Int8? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: Int16.Type) throws -> Int16? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: Int32.Type) throws -> Int32? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: Int64.Type) throws -> Int64? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: Int128.Type) throws -> Int128? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: UInt.Type) throws -> UInt? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: UInt8.Type) throws -> UInt8? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: UInt16.Type) throws -> UInt16? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: UInt32.Type) throws -> UInt32? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: UInt64.Type) throws -> UInt64? { try nextIfPresent(integer) }
    mutating func decodeIfPresent(_ type: UInt128.Type) throws -> UInt128? { try nextIfPresent(integer) }
    mutating func decodeIfPresent<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        if isAtEnd || tape.kind(token) == .null {
            advance()
            return nil
        }
        return try decode(type)
    }

    private func integer<Integer: FixedWidthInteger>(_ token: UInt32) -> Integer? {
        tape.integer(token, as: Integer.self)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try check(KeyedDecodingContainer<NestedKey>.self)
        let container = try decoder.container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try check((any UnkeyedDecodingContainer).self)
        let container = try decoder.unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        try check((any Decoder).self, "Cannot get superDecoder() -- unkeyed container is at end.")
        let decoder = decoder
        advance()
        return decoder
    }

    private var decoder: JSONValueDecoder {
        JSONValueDecoder(tape: tape, token: token)
    }
}
