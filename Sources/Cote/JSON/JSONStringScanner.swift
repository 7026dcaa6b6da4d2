/// Finds the end of a string and checks what is in it: its escapes, and that it is Unicode.
struct JSONStringScanner {
    let base: UnsafePointer<UInt8>
    var offset: Int
    let end: Int
    var hasEscapes = false
    /// Whether the string is ASCII without escapes so far.
    var isPlain = true

    /// Goes from the first byte of the string to its closing quote.
    @inline(__always)
    mutating func scan() throws(JSONSyntaxError) {
        while true {
            while end &- offset >= 8 {
                let word = JSONBytes.word(at: base + offset)
                let marks = JSONBytes.specialMarks(word) | JSONBytes.nonASCIIMarks(word)
                if marks != 0 {
                    offset &+= marks.trailingZeroBitCount &>> 3
                    break
                }
                offset &+= 8
            }
            guard offset < end else { throw JSONSyntaxError(reason: "unterminated string", offset: end) }
            let byte = base[offset]
            if byte == UInt8(ascii: "\"") { return }
            if JSONBytes.isPlain(byte) && byte < 0x80 {
                offset &+= 1
            } else {
                try special(byte)
            }
        }
    }

    @inline(never)
    private mutating func special(_ byte: UInt8) throws(JSONSyntaxError) {
        isPlain = false
        if byte == UInt8(ascii: "\\") {
            hasEscapes = true
            try escape()
        } else if byte >= 0x80 {
            try character(byte)
        } else {
            throw JSONSyntaxError(reason: "unescaped control character \(byte)", offset: offset)
        }
    }

    /// Skips one escape sequence; both, if it is a surrogate pair.
    private mutating func escape() throws(JSONSyntaxError) {
        guard end - offset > 1 else { throw JSONSyntaxError(reason: "unterminated string", offset: end) }
        guard base[offset + 1] == UInt8(ascii: "u") else {
            switch base[offset + 1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                offset += 2
            default:
                throw JSONSyntaxError(unexpected: base[offset + 1], offset: offset + 1)
            }
            return
        }
        let unit = try codeUnit()
        if UTF16.isLeadSurrogate(unit) {
            guard try UTF16.isTrailSurrogate(codeUnit()) else {
                throw JSONSyntaxError(reason: "half of a surrogate pair", offset: offset)
            }
        } else if UTF16.isTrailSurrogate(unit) {
            throw JSONSyntaxError(reason: "half of a surrogate pair", offset: offset)
        }
    }

    /// Skips an escape of the form `\u0041`.
    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        guard end - offset >= 6 else { throw JSONSyntaxError(reason: "unterminated string", offset: end) }
        guard base[offset] == UInt8(ascii: "\\"), base[offset + 1] == UInt8(ascii: "u") else {
            throw JSONSyntaxError(reason: "half of a surrogate pair", offset: offset)
        }
        var unit: UInt16 = 0
        for digit in 2..<6 {
            guard let value = JSONBytes.hexValue(base[offset + digit]) else {
                throw JSONSyntaxError(unexpected: base[offset + digit], offset: offset + digit)
            }
            unit = unit << 4 | value
        }
        offset += 6
        return unit
    }

    /// Skips a character of two to four bytes. The table is that of the Unicode standard, 3-7.
    private mutating func character(_ first: UInt8) throws(JSONSyntaxError) {
        let second: ClosedRange<UInt8>
        switch first {
        case 0xE0: second = 0xA0...0xBF
        case 0xED: second = 0x80...0x9F
        case 0xF0: second = 0x90...0xBF
        case 0xF4: second = 0x80...0x8F
        case 0xC2...0xF3: second = 0x80...0xBF
        default: throw JSONSyntaxError(reason: "ill-formed UTF-8", offset: offset)
        }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard end - offset >= length, second.contains(base[offset + 1]),
            (2..<length).allSatisfy({ base[offset + $0] & 0xC0 == 0x80 })
        else { throw JSONSyntaxError(reason: "ill-formed UTF-8", offset: offset) }
        offset += length
    }
}

extension JSONBytes {
    static func hexValue(_ digit: UInt8) -> UInt16? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The UTF-8 of a string that is well-formed, its escapes replaced by what they stand for.
    static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var offset = 0
        while offset < text.count {
            guard text[offset] == UInt8(ascii: "\\") else {
                result.append(text[offset])
                offset += 1
                continue
            }
            switch text[offset + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let unit = codeUnit(text, at: offset)
                if UTF16.isLeadSurrogate(unit) {
                    let pair = UTF16.EncodedScalar([unit, codeUnit(text, at: offset + 6)])
                    result.append(contentsOf: UTF8.encode(UTF16.decode(pair))!)
                    offset += 12
                } else {
                    // Well-formed text has no other surrogates.
                    result.append(contentsOf: UTF8.encode(Unicode.Scalar(unit)!)!)
                    offset += 6
                }
                continue
            case let other: result.append(other)
            }
            offset += 2
        }
        return result
    }

    private static func codeUnit(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> UInt16 {
        text[(offset + 2)..<(offset + 6)].reduce(0) { $0 << 4 | (hexValue($1) ?? 0) }
    }
}
