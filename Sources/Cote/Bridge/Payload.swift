internal import CCoteCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How values of Swift travel: `[UInt8]` and `Data` raw, `String` as a string, everything else as JSON.
enum Payload {
    static func withValue(
        _ kind: cote_kind,
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafePointer<cote_value>) -> Void
    ) {
        var value = cote_value(kind: kind, data: bytes.baseAddress, size: bytes.count)
        body(&value)
    }

    // MARK: encoding

    /// Calls `body` with a request's payload, if it has one, and with whether it is complete: otherwise the core looks into
    /// it, and completes it with the type.
    static func withRequest<Value: Encodable>(
        _ value: Value,
        type: String,
        _ body: (UnsafePointer<cote_value>?, _ isComplete: Bool) -> Void
    ) throws {
        if Value.self == TypeAlone.self { return body(nil, false) }
        if let bytes = JSONCast.exact(value, [UInt8].self) {
            return bytes.withUnsafeBytes { withValue(COTE_KIND_BYTES, $0) { body($0, false) } }
        }
        if let data = JSONCast.exact(value, Data.self) {
            return data.withUnsafeBytes { withValue(COTE_KIND_BYTES, $0) { body($0, false) } }
        }
        // As in Node.js, an object may say who is to get it.
        if let json = JSONCast.exact(value, JSONValue.self), json["__subset"] != nil {
            return json.bytes.withUnsafeBytes { withValue(COTE_KIND_JSON, $0) { body($0, false) } }
        }
        do {
            try JSONCoder.standard.withText(of: value, leading: "type", type) { text in
                withValue(COTE_KIND_JSON, UnsafeRawBufferPointer(text)) { body($0, true) }
            }
        } catch {
            var failure = CoteError(.encodingFailed, "the request cannot be encoded", underlying: error)
            failure.requestType = type
            throw failure
        }
    }

    /// Calls `body` with the value to be sent as an answer or a message.
    static func withAnswer<Value: Encodable>(_ value: Value, _ body: (UnsafePointer<cote_value>) -> Void) throws {
        if let bytes = JSONCast.exact(value, [UInt8].self) {
            return bytes.withUnsafeBytes { withValue(COTE_KIND_BYTES, $0, body) }
        }
        if let data = JSONCast.exact(value, Data.self) {
            return data.withUnsafeBytes { withValue(COTE_KIND_BYTES, $0, body) }
        }
        // Node.js sends a string untyped by JSON, so that is what a string is here too.
        if var text = JSONCast.exact(value, String.self) ?? JSONCast.exact(value, JSONValue.self)?.string {
            return text.withUTF8 { withValue(COTE_KIND_STRING, UnsafeRawBufferPointer($0), body) }
        }
        try JSONCoder.standard.withText(of: value) { text in
            withValue(COTE_KIND_JSON, UnsafeRawBufferPointer(text), body)
        }
    }

    // MARK: decoding

    static func decode<Value: Decodable>(_ type: Value.Type, from value: cote_value) throws -> Value {
        let bytes = UnsafeRawBufferPointer(start: value.data, count: value.size)
        if type == [UInt8].self { return unsafeBitCast(buffer(value) ?? [UInt8](bytes), to: type) }
        if type == Data.self { return unsafeBitCast(buffer(value).map { Data($0) } ?? Data(bytes), to: type) }
        if type == Anything.self { return unsafeBitCast(Anything(), to: type) }
        switch value.kind {
        case COTE_KIND_STRING where type == String.self:
            return unsafeBitCast(String(decoding: bytes, as: UTF8.self), to: type)
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

/// The payload of a request that says nothing but its type. Not an optional payload: Swift would look up such a type
/// with each request.
struct TypeAlone: Encodable {}

/// Any value, of which nobody wants to know anything.
struct Anything: Decodable {
    init() {}
    init(from decoder: any Decoder) {}
}
