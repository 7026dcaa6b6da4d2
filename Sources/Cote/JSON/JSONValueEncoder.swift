/// The encoder that a value gets for itself.
struct JSONValueEncoder: Encoder {
    let writer: JSONWriter
    let serial: Int

    var codingPath: [any CodingKey] { writer.path(of: serial) }
    var userInfo: [CodingUserInfoKey: Any] { writer.box.options.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.target(serial)?.open(.object)
        return KeyedEncodingContainer(JSONKeyedEncoder<Key>(writer: writer, serial: serial))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.target(serial)?.open(.array)
        return JSONUnkeyedEncoder(writer: writer, serial: serial)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        self
    }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    @inline(__always)
    private func scalar(_ write: (JSONWriter) throws -> Void) rethrows {
        guard let writer = writer.target(serial) else { return }
        precondition(writer.top.kind == .empty, "A value was already encoded here.")
        try write(writer)
        writer.top.kind = .scalar
    }

    func encodeNil() { scalar { $0.null() } }
    func encode(_ value: Bool) { scalar { $0.bool(value) } }
    func encode(_ value: String) { scalar { $0.string(value) } }
    func encode(_ value: Double) throws { try scalar { try $0.double(value) { nil } } }
    func encode(_ value: Float) throws { try scalar { try $0.double(value) { nil } } }
    func encode(_ value: Int) { scalar { $0.integer(value) } }
    func encode(_ value: Int8) { scalar { $0.integer(value) } }
    func encode(_ value: Int16) { scalar { $0.integer(value) } }
    func encode(_ value: Int32) { scalar { $0.integer(value) } }
    func encode(_ value: Int64) { scalar { $0.integer(value) } }
    func encode(_ value: Int128) { scalar { $0.integer(value) } }
    func encode(_ value: UInt) { scalar { $0.integer(value) } }
    func encode(_ value: UInt8) { scalar { $0.integer(value) } }
    func encode(_ value: UInt16) { scalar { $0.integer(value) } }
    func encode(_ value: UInt32) { scalar { $0.integer(value) } }
    func encode(_ value: UInt64) { scalar { $0.integer(value) } }
    func encode(_ value: UInt128) { scalar { $0.integer(value) } }

    func encode<Value: Encodable>(_ value: Value) throws {
        guard let writer = writer.target(serial) else { return }
        precondition(writer.top.kind == .empty, "A value was already encoded here.")
        try writer.single(value)
    }
}
