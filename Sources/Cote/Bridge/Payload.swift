internal import CCoteCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How values of Swift travel: `[UInt8]` and `Data` raw, `String` as a string, everything else as JSON.
enum Payload {
    /// A request's payload, ready to be sent.
    enum Request {
        /// Nothing but its type.
        case none
        /// A whole JSON object, its type included.
        case object([UInt8])
        /// A JSON object that the core looks into, and completes.
        case members([UInt8])
        case raw([UInt8])

        var isEncoded: Bool {
            if case .object = self { true } else { false }
        }

        func withValue<R>(_ body: (UnsafePointer<cote_value>?) -> R) -> R {
            switch self {
            case .none: body(nil)
            case .object(let bytes), .members(let bytes): Payload.withValue(COTE_KIND_JSON, bytes, body)
            case .raw(let bytes): Payload.withValue(COTE_KIND_BYTES, bytes, body)
            }
        }
    }

    static func withValue<R>(
        _ kind: cote_kind,
        _ bytes: [UInt8],
        _ body: (UnsafePointer<cote_value>) -> R
    ) -> R {
        bytes.withUnsafeBytes { bytes in
            var value = cote_value(kind: kind, data: bytes.baseAddress, size: bytes.count)
            return body(&value)
        }
    }

    // MARK: encoding

    static func request<Value: Encodable>(_ value: Value, type: String) throws -> Request {
        if Value.self == [UInt8].self { return .raw(value as! [UInt8]) }
        if Value.self == Data.self { return .raw([UInt8](value as! Data)) }
        // As in Node.js, an object may say who is to get it.
        if Value.self == JSONValue.self, let json = value as? JSONValue, json["__subset"] != nil {
            return .members(json.bytes)
        }
        do {
            return .object(try JSONCoder.standard.encode(value, leading: "type", type))
        } catch {
            var failure = CoteError(.encodingFailed, "the request cannot be encoded", underlying: error)
            failure.requestType = type
            throw failure
        }
    }

    /// Calls `body` with the value to be sent as an answer.
    static func withAnswer<Value: Encodable, R>(
        _ value: Value,
        _ body: (UnsafePointer<cote_value>) -> R
    ) throws -> R {
        if Value.self == [UInt8].self { return withValue(COTE_KIND_BYTES, value as! [UInt8], body) }
        if Value.self == Data.self { return withValue(COTE_KIND_BYTES, [UInt8](value as! Data), body) }
        if let text = string(value) { return withValue(COTE_KIND_STRING, Array(text.utf8), body) }
        return try withValue(COTE_KIND_JSON, JSONCoder.standard.encode(value), body)
    }

    /// Node.js sends a string untyped by JSON, so that is what a string is here too.
    private static func string<Value: Encodable>(_ value: Value) -> String? {
        if Value.self == String.self { return (value as! String) }
        return Value.self == JSONValue.self ? (value as! JSONValue).string : nil
    }

    // MARK: decoding

    static func decode<Value: Decodable>(_ type: Value.Type, from value: cote_value) throws -> Value {
        let bytes = UnsafeRawBufferPointer(start: value.data, count: value.size)
        if type == [UInt8].self { return (buffer(value) ?? [UInt8](bytes)) as! Value }
        if type == Data.self { return (buffer(value).map { Data($0) } ?? Data(bytes)) as! Value }
        switch value.kind {
        case COTE_KIND_STRING where type == String.self:
            return String(decoding: bytes, as: UTF8.self) as! Value
        case COTE_KIND_STRING:
            let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
            return try JSONCoder.standard.decode(type, from: text.bytes)
        case COTE_KIND_BYTES where type == JSONValue.self:
            // What Node.js makes of them in JSON.
            return JSONValue(buffer: bytes) as! Value
        case COTE_KIND_BYTES:
            throw DecodingError.typeMismatch(
                type,
                .init(
                    codingPath: [],
                    debugDescription: "\(bytes.count) raw bytes; ask for [UInt8] or Data to get them"
                )
            )
        default:
            return try JSONCoder.standard.decode(type, from: bytes)
        }
    }

    /// The bytes of `{"type":"Buffer","data":[…]}`, which is how Node.js writes them inside of JSON, and how bytes travel
    /// that would be misread otherwise.
    private static func buffer(_ value: cote_value) -> [UInt8]? {
        let text = UnsafeRawBufferPointer(start: value.data, count: value.size)
        guard value.kind == COTE_KIND_JSON, text.starts(with: #"{"type":"Buffer","#.utf8),
            let json = try? decode(JSONValue.self, from: value)
        else { return nil }
        return json.buffer
    }
}
