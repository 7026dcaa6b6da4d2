/// The members of an object that is being encoded.
struct JSONKeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let serial: Int

    var codingPath: [any CodingKey] { writer.path(of: serial) }

    /// The name that a key is written as.
    @inline(__always)
    private func name(_ key: some CodingKey) -> String {
        writer.box.convertsKeysEncoding ? converted(key) : key.stringValue
    }

    private func converted(_ key: some CodingKey) -> String {
        switch writer.box.options.keyEncoding {
        case .useDefaultKeys: key.stringValue
        case .convertToSnakeCase: JSONKeyConversion.toSnakeCase(key.stringValue)
        case .custom(let convert): convert(codingPath + CollectionOfOne(key as any CodingKey)).stringValue
        }
    }

    @inline(__always)
    private func member(_ key: Key, _ write: (JSONWriter) throws -> Void) rethrows {
        guard let writer = writer.target(serial) else { return }
        try writer.member(name(key)) { try write(writer) }
    }

    func encodeNil(forKey key: Key) { member(key) { $0.null() } }
    func encode(_ value: Bool, forKey key: Key) { member(key) { $0.bool(value) } }
    func encode(_ value: String, forKey key: Key) { member(key) { $0.string(value) } }
    func encode(_ value: Double, forKey key: Key) throws { try member(key) { try $0.double(value) { key } } }
    func encode(_ value: Float, forKey key: Key) throws { try member(key) { try $0.double(value) { key } } }
    func encode(_ value: Int, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: Int8, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: Int16, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: Int32, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: Int64, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: Int128, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: UInt, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: UInt8, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: UInt16, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: UInt32, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: UInt64, forKey key: Key) { member(key) { $0.integer(value) } }
    func encode(_ value: UInt128, forKey key: Key) { member(key) { $0.integer(value) } }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try member(key) { try $0.value(value, key: key) }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key).unkeyedContainer()
    }

    /// An encoder for what is nested under a key, and was perhaps encoded in part before.
    private func nested(_ key: Key) -> JSONValueEncoder {
        let name = name(key)
        let before = writer.target(serial)?.nestedBefore(name, key)
        return JSONValueEncoder(writer: before ?? nest(name, key), serial: JSONWriter.rootSerial)
    }

    private func nest(_ name: String, _ key: some CodingKey) -> JSONWriter {
        // What is nested in a complete object is lost.
        guard let writer = writer.target(serial) else { return JSONWriter(inside: writer, path: []) }
        var inner: JSONWriter?
        writer.member(name) { inner = writer.nest(key) }
        return inner!
    }

    func superEncoder() -> any Encoder {
        JSONValueEncoder(writer: nest(name(JSONKey.super), JSONKey.super), serial: JSONWriter.rootSerial)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        JSONValueEncoder(writer: nest(name(key), key), serial: JSONWriter.rootSerial)
    }
}
