#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Encodes `Codable` values to JSON bytes and decodes them again.
///
/// A coder is a small value: copy it, change it, and use it from any number of tasks at once. What
/// it reads and writes is what `JSONEncoder` and `JSONDecoder` of Foundation read and write under
/// the same strategies, a few times faster, but for these differences:
///
/// - A slash is written as `/`, not as `\/`, as Node.js does.
/// - Keys keep the order in which they were encoded.
/// - A text is checked as a whole before anything is decoded. Foundation finds a malformed number
///   or string only when it is asked for it, and accepts a comma before a closing bracket.
/// - Text is UTF-8, with or without a byte order mark; UTF-16 and UTF-32 are refused.
/// - A `Decimal` that is not a number throws, where Foundation writes the malformed text `NaN`.
/// - Values nest 512 deep both ways; Foundation encodes 511.
/// - Coding paths are complete. Foundation leaves out the keys of nested containers when encoding,
///   and the key of a malformed ISO 8601 date. As with Foundation, the error for a number that its
///   type cannot hold has no path; here its description names the number and the place.
public struct JSONCoder: Sendable {
    /// A coder with the default strategies, those of a new `JSONEncoder` and `JSONDecoder`.
    public static let standard = JSONCoder()

    /// The settings, shared by copies of the coder until one of them changes.
    var box = Box(Options())

    /// Creates a coder with the default strategies.
    public init() {}
}

extension JSONCoder {
    /// Encodes a value.
    ///
    /// - Returns: The JSON text as UTF-8.
    /// - Throws: `EncodingError.invalidValue`, or what the value's own `encode(to:)` throws.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try withText(of: value) { bytes = Array($0) }
        return bytes
    }

    /// Encodes a value and appends its JSON text to bytes that are there already.
    ///
    /// When it throws, `bytes` is as it was.
    public func encode(_ value: some Encodable, into bytes: inout [UInt8]) throws {
        try withText(of: value) { bytes.append(contentsOf: $0) }
    }

    /// Encodes a value that is a JSON object, with one more member in front of its own.
    ///
    /// This is how a request gets its `type`. A value that has a member of that name already keeps
    /// it, once, if it is the same text.
    ///
    /// - Throws: `EncodingError.invalidValue` if the value is no JSON object or has the member with
    ///   another value, and whatever ``encode(_:)`` throws.
    public func encode(
        _ value: some Encodable,
        leading key: String,
        _ member: String
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try withText(of: value, leading: key, member) { bytes = Array($0) }
        return bytes
    }

    /// Encodes a value, and lends its JSON text to `body`, which may encode other values.
    func withText(of value: some Encodable, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws {
        var writer = JSONWriter.ready(box)
        defer { JSONWriter.giveBack(&writer) }
        try writer.root(value)
        body(writer.text())
    }

    /// As above, with one more member in front.
    func withText(
        of value: some Encodable,
        leading key: String,
        _ member: String,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws {
        var writer = JSONWriter.ready(box)
        defer { JSONWriter.giveBack(&writer) }
        let prefix = writer.leading(key, member)
        try writer.root(value)
        try writer.join(prefix, to: value, key: key, member: member)
        body(writer.text(firstStays: true))
    }
}

extension JSONCoder {
    /// Decodes a value from JSON text in borrowed bytes, which are not copied.
    ///
    /// - Throws: `DecodingError`, or what the type's own `init(from:)` throws.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from bytes: UnsafeRawBufferPointer
    ) throws -> Value {
        var tape = JSONTape.ready(box)
        defer { JSONTape.giveBack(&tape) }
        try tape.parse(bytes)
        return try tape.value(JSONTape.root, as: type)
    }

    /// Decodes a value from JSON text.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from bytes: [UInt8]
    ) throws -> Value {
        try decode(type, at: bytes, count: bytes.count)
    }

    /// Decodes from the bytes of an array, which Swift lends as a pointer.
    private func decode<Value: Decodable>(_ type: Value.Type, at bytes: UnsafeRawPointer, count: Int) throws -> Value {
        try decode(type, from: UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// Decodes a value from JSON text.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from text: String
    ) throws -> Value {
        var text = text
        return try text.withUTF8 { try decode(type, from: UnsafeRawBufferPointer($0)) }
    }

    /// Decodes a value from JSON text.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from data: Data
    ) throws -> Value {
        try data.withUnsafeBytes { try decode(type, from: $0) }
    }
}
