/// The elements of an array that is being encoded.
struct JSONUnkeyedEncoder: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let serial: Int

    var codingPath: [any CodingKey] { writer.path(of: serial) }
    var count: Int { writer.target(serial)?.top.count ?? 0 }

    @inline(__always)
    private func element(_ write: (JSONWriter, JSONKey) throws -> Void) rethrows {
        guard let writer = writer.target(serial) else { return }
        let key = JSONKey.index(writer.top.count)
        try writer.element { try write(writer, key) }
    }

    func encodeNil() { element { writer, _ in writer.null() } }
    func encode(_ value: Bool) { element { writer, _ in writer.bool(value) } }
    func encode(_ value: String) { element { writer, _ in writer.string(value) } }
    func encode(_ value: Double) throws { try element { writer, key in try writer.double(value) { key } } }
    func encode(_ value: Float) throws { try element { writer, key in try writer.double(value) { key } } }
    func encode(_ value: Int) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: Int8) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: Int16) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: Int32) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: Int64) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: Int128) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: UInt) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: UInt8) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: UInt16) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: UInt32) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: UInt64) { element { writer, _ in writer.integer(value) } }
    func encode(_ value: UInt128) { element { writer, _ in writer.integer(value) } }

    func encode<Value: Encodable>(_ value: Value) throws {
        try element { try $0.value(value, key: $1) }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        nested().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        nested().unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        nested()
    }

    private func nested() -> JSONValueEncoder {
        // What is nested in a complete array is lost.
        var inner: JSONWriter?
        element { inner = $0.nest($1) }
        return JSONValueEncoder(writer: inner ?? JSONWriter(inside: writer, path: []), serial: JSONWriter.rootSerial)
    }
}
