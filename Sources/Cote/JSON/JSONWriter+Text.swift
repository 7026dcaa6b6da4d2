extension JSONWriter {
    func null() {
        put("null")
    }

    @inline(__always)
    func bool(_ value: Bool) {
        put(value ? "true" : "false")
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
        if isNegative { put(UInt8(ascii: "-")) }
        var length = 1
        var rest = magnitude
        while rest >= 10 {
            rest /= 10
            length &+= 1
        }
        var cursor = extend(by: length) + length
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
        if Number.self == Double.self, shortDecimal(unsafeBitCast(value, to: Double.self)) { return }
        let text = value.description
        number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

extension JSONWriter {
    /// Appends a number of few digits; false if it has more.
    ///
    /// A quotient of two numbers that are exact is rounded once, and of decimals of at most 15 digits no two are the same
    /// number: the first that reads back as the same is the shortest.
    private func shortDecimal(_ value: Double) -> Bool {
        var scale = 10.0
        for places in 1...4 {
            let scaled = (value.magnitude * scale).rounded()
            guard scaled < 1e15 else { return false }
            if scaled / scale == value.magnitude {
                decimal(UInt64(scaled), places: places, isNegative: value < 0)
                return true
            }
            scale *= 10
        }
        return false
    }

    private func decimal(_ magnitude: UInt64, places: Int, isNegative: Bool) {
        var divisor: UInt64 = 1
        for _ in 0..<places { divisor &*= 10 }
        digits(magnitude / divisor, isNegative: isNegative)
        // A one in front keeps the zeros; the point takes its place.
        let point = count
        digits(divisor &+ magnitude % divisor, isNegative: false)
        base[point] = UInt8(ascii: ".")
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
        put(UInt8(ascii: "\""))
        if let source = utf8.baseAddress {
            let plain = JSONBytes.plainPrefix(source, utf8.count)
            append(source, plain)
            if plain < utf8.count { escaped(source, from: plain, to: utf8.count) }
        }
        put(UInt8(ascii: "\""))
    }

    /// Appends the rest of a string, from the first byte on that has to be escaped.
    @inline(never)
    private func escaped(_ source: UnsafePointer<UInt8>, from start: Int, to end: Int) {
        var offset = start
        while offset < end {
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
            append(source + offset, plain)
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
