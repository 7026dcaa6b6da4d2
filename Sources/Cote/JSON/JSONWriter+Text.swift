extension JSONWriter {
    func null() {
        reserve(4)
        put("null")
    }

    @inline(__always)
    func bool(_ value: Bool) {
        reserve(5)
        put(value ? "true" : "false")
    }

    /// Appends ASCII text that there is room for.
    @inline(__always)
    func put(_ text: StaticString) {
        (base + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count &+= text.utf8CodeUnitCount
    }

    @inline(__always)
    func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).update(from: source, count: bytes.count)
        count &+= bytes.count
    }

    /// Appends the digits of an integer.
    @inline(__always)
    func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        if Integer.bitWidth <= 64 {
            digits(UInt64(truncatingIfNeeded: value.magnitude), isNegative: value < 0)
        } else {
            number(String(value))
        }
    }

    /// Appends the text of a number that Swift prints as JSON would.
    func number(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    private func digits(_ magnitude: UInt64, isNegative: Bool) {
        reserve(20)
        if isNegative { put(UInt8(ascii: "-")) }
        var length = 1
        var rest = magnitude
        while rest >= 10 {
            rest /= 10
            length &+= 1
        }
        var cursor = base + count + length
        count &+= length
        rest = magnitude
        repeat {
            cursor -= 1
            cursor.pointee = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    /// Appends a finite number in the shortest form that reads back as the same; a whole one
    /// without its fraction.
    @inline(__always)
    func finite<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Number) {
        // Up to here every whole number is exact, and Swift prints it without an exponent.
        let limit = Number(sign: .plus, exponent: Number.Exponent(Number.significandBitCount), significand: 1)
        if value.magnitude < limit, value == value.rounded(.towardZero) {
            if value == 0 && value.sign == .minus { return number("-0") }
            return integer(Int64(value))
        }
        let text = value.description
        number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

extension JSONWriter {
    /// Appends a string with its quotes.
    @inline(__always)
    func string(_ text: String) {
        var text = text
        text.withUTF8 { quoted($0) }
    }

    /// Appends UTF-8 between quotes, escaping what JSON demands and no more.
    @inline(__always)
    func quoted(_ utf8: UnsafeBufferPointer<UInt8>) {
        let length = utf8.count
        reserve(length &+ 2)
        put(UInt8(ascii: "\""))
        guard let source = utf8.baseAddress else { return put(UInt8(ascii: "\"")) }
        let plain = JSONBytes.plainPrefix(source, length)
        (base + count).update(from: source, count: plain)
        count &+= plain
        if plain < length { escaped(source, from: plain, to: length) }
        put(UInt8(ascii: "\""))
    }

    /// Appends the rest of a string, from the first byte on that has to be escaped, and makes sure
    /// of room for the closing quote.
    @inline(never)
    private func escaped(_ source: UnsafePointer<UInt8>, from start: Int, to end: Int) {
        var offset = start
        while offset < end {
            reserve(end - offset + 8)
            let byte = source[offset]
            if let escape = Self.shortEscape(byte) {
                put(UInt8(ascii: "\\"))
                put(escape)
            } else {
                put("\\u00")
                put(Self.hexDigit(byte >> 4))
                put(Self.hexDigit(byte & 15))
            }
            offset += 1
            let plain = JSONBytes.plainPrefix(source + offset, end - offset)
            (base + count).update(from: source + offset, count: plain)
            count += plain
            offset += plain
        }
    }

    private static func shortEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
