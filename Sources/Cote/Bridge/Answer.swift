internal import CCoteCore

extension Payload {
    /// Calls `body` with the values to be sent as an answer: one, and any JSON behind it, of which `Buffer` objects go as
    /// the raw bytes that Node.js would send for them.
    static func withAnswer<Value: Encodable>(
        _ value: Value,
        extra: [JSONValue],
        _ body: (UnsafePointer<cote_value>, Int) -> Void
    ) throws {
        var bytes: [UInt8] = []
        var parts: [(kind: cote_kind, start: Int)] = []
        let append: (UnsafePointer<cote_value>) -> Void = { value in
            parts.append((value.pointee.kind, bytes.count))
            bytes += UnsafeRawBufferPointer(start: value.pointee.data, count: value.pointee.size)
        }
        try withAnswer(value, append)
        for value in extra {
            if let buffer = value.buffer {
                buffer.withUnsafeBytes { withValue(COTE_KIND_BYTES, $0, append) }
            } else {
                try withAnswer(value, append)
            }
        }
        bytes.withUnsafeBytes { bytes in
            let ends = parts.dropFirst().map(\.start) + [bytes.count]
            let values = zip(parts, ends).map { part, end in
                cote_value(kind: part.kind, data: bytes.baseAddress.map { $0 + part.start }, size: end - part.start)
            }
            body(values, values.count)
        }
    }
}
