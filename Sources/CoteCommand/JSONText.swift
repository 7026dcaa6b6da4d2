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

    /// A value as one line of JSON, in which nothing does something to a terminal: JSON may have any character as an escape.
    static func line(_ value: JSONValue) -> [UInt8] {
        let bytes = value.bytes
        guard bytes.contains(where: { $0 >= 0x7F }) else { return bytes + [UInt8(ascii: "\n")] }
        var text = ""
        text.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.isPrintable {
                text.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar)! {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return Array("\(text)\n".utf8)
    }
}
