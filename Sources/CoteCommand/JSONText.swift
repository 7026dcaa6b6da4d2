internal import Cote

/// JSON as users write it and as they get it: in one line.
enum JSONText {
    /// Parses what a user gave; what does not parse is a mistake in usage.
    static func parse(_ bytes: [UInt8], from source: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch DecodingError.dataCorrupted(let context) {
            throw CoteError(.invalidArgument, "\(source): \(context.debugDescription)")
        }
    }

    static func parse(_ text: String, from source: String) throws -> JSONValue {
        try parse(Array(text.utf8), from: source)
    }

    /// A value as one line of JSON.
    static func line(_ value: JSONValue) -> [UInt8] {
        value.bytes + [UInt8(ascii: "\n")]
    }
}
