#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension JSONTape {
    /// The integer that a token is; nil if it is no number, or not one of this type.
    @inline(__always)
    func integer<Integer: FixedWidthInteger>(_ token: UInt32, as type: Integer.Type) -> Integer? {
        guard kind(token) == .number else { return nil }
        if let value = shortInteger(token) { return Integer(exactly: value) }
        return longInteger(token)
    }

    /// An integer of at most 18 digits, which no sum of digits can overflow.
    @inline(__always)
    func shortInteger(_ token: UInt32) -> Int64? {
        let text = text(token)
        guard text.count <= 18, !tokens[Int(token)].flag else { return nil }
        let isNegative = text[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        for offset in (isNegative ? 1 : 0)..<text.count {
            value = value &* 10 &+ Int64(text[offset] &- UInt8(ascii: "0"))
        }
        return isNegative ? 0 &- value : value
    }

    @inline(never)
    func longInteger<Integer: FixedWidthInteger>(_ token: UInt32) -> Integer? {
        let text = String(decoding: text(token), as: UTF8.self)
        if !tokens[Int(token)].flag { return Integer(text) }
        // A fraction or an exponent: whole values are integers, as with Foundation. Above 2⁵³ a
        // Double has no fraction, and Decimal knows better.
        guard let double = Double(text), let value = Integer(exactly: double) else { return nil }
        if double.magnitude < 0x1p53 { return value }
        return whole(text)
    }

    /// The whole part of a number, as far as its digits without the point are one of 64 bits.
    private func whole<Integer: FixedWidthInteger>(_ text: String) -> Integer? {
        guard let decimal = Decimal(string: text) else { return nil }
        let parts = decimal.description.split(separator: ".")
        let digits = parts.joined().drop { $0 == "-" }
        guard var magnitude = UInt64(digits) else { return nil }
        for _ in 0..<(parts.count > 1 ? parts[1].count : 0) { magnitude /= 10 }
        guard let value = Integer(exactly: magnitude) else { return nil }
        return text.hasPrefix("-") ? 0 - value : value
    }

    /// The floating-point number that a token is; nil if it is no number, or not one of this type.
    @inline(__always)
    func double(_ token: UInt32) -> Double? {
        guard kind(token) == .number else { return nil }
        if let value = shortInteger(token) {
            // Zero may have a sign, and more than 53 bits are for the precise way.
            if value != 0 && value.magnitude < 1 << 53 { return Double(value) }
        } else if let value = shortDecimal(token) {
            return value
        }
        return floating(token)
    }

    /// A number of at most 15 digits and a small power of ten: both are exact as Double, and so
    /// one operation on them rounds correctly.
    private func shortDecimal(_ token: UInt32) -> Double? {
        let text = text(token)
        guard text.count <= 17 else { return nil }
        var mantissa: Int64 = 0
        var (digits, fraction, isFraction) = (0, 0, false)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"):
                continue
            case UInt8(ascii: "."):
                isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                mantissa = mantissa &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
                digits += 1
                if isFraction { fraction += 1 }
            default:
                return nil
            }
        }
        guard digits <= 15, mantissa != 0 else { return nil }
        let value = Double(mantissa) / Self.powersOfTen[fraction]
        return text[0] == UInt8(ascii: "-") ? -value : value
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// A number of any length, in the type that is asked for.
    @inline(never)
    func floating<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ token: UInt32) -> Number? {
        guard kind(token) == .number else { return nil }
        let text = text(token)
        guard let value = Number(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        // What only rounds to zero is too small.
        return value != 0 || isZero(text) ? value : nil
    }

    private func isZero(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.prefix { $0 | 0x20 != UInt8(ascii: "e") }.allSatisfy {
            !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0)
        }
    }

    /// The number that a string stands for, where the strategy has strings for some.
    func nonConforming<Number: BinaryFloatingPoint>(_ token: UInt32) -> Number? {
        guard case .convertFromString(let positive, let negative, let nan) = box.options.floatDecoding,
            let text = string(token)
        else { return nil }
        return text == positive ? .infinity : text == negative ? -.infinity : text == nan ? .nan : nil
    }
}
