/// Searches in the bytes of strings and of text that is known to be well-formed.
enum JSONBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Marks, by its highest bit, the first byte of eight that is a quote, a backslash or a control
    /// character. Bytes after the first one may be marked wrongly.
    @inline(__always)
    static func specialMarks(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let marks =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            | ((word &- ones &* 0x20) & ~word)
        return marks & highs
    }

    /// Marks, by their highest bit, the bytes of eight that are not ASCII.
    @inline(__always)
    static func nonASCIIMarks(_ word: UInt64) -> UInt64 {
        word & highs
    }

    /// Reads eight bytes, the first as the lowest.
    @inline(__always)
    static func word(at pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    /// How many bytes stand before the first quote, backslash or control character.
    @inline(__always)
    static func plainPrefix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var offset = 0
        while count &- offset >= 8 {
            let marks = specialMarks(word(at: bytes + offset))
            if marks != 0 { return offset &+ marks.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        while offset < count, isPlain(bytes[offset]) {
            offset &+= 1
        }
        return offset
    }

    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Where the string that begins at `start` ends, in well-formed text without white space.
    static func endOfString(_ text: UnsafePointer<UInt8>, at start: Int) -> Int {
        var offset = start + 1
        while text[offset] != UInt8(ascii: "\"") {
            offset += text[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        return offset + 1
    }

    /// Where the value that begins at `start` ends, in well-formed text without white space that
    /// goes on to `limit`.
    static func endOfValue(_ text: UnsafePointer<UInt8>, at start: Int, limit: Int) -> Int {
        var depth = 0
        var offset = start
        while offset < limit {
            switch text[offset] {
            case UInt8(ascii: "\""):
                offset = endOfString(text, at: offset)
                if depth == 0 { return offset }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The bracket is the value's own, or that of the container around a scalar.
                if depth <= 1 { return depth == 1 ? offset + 1 : offset }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                return offset
            default:
                break
            }
            offset += 1
        }
        return offset
    }
}
