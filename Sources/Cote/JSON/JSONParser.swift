/// Reads a JSON text and lays out a tape of its values.
///
/// It follows RFC 8259 to the letter, and refuses strings that are not Unicode: ill-formed UTF-8
/// and halves of surrogate pairs. It uses no recursion.
struct JSONParser {
    static let maximumDepth = 512

    private let base: UnsafePointer<UInt8>
    private let end: Int
    private var offset: Int
    private(set) var tokens: UnsafeMutablePointer<JSONTape.Token>
    private(set) var count = 0
    private(set) var capacity: Int

    /// Lays out tokens in memory of the caller's, or in larger memory that takes its place.
    init(
        _ text: UnsafeBufferPointer<UInt8>,
        tokens: UnsafeMutablePointer<JSONTape.Token>,
        capacity: Int
    ) throws(JSONSyntaxError) {
        guard let base = text.baseAddress, !text.isEmpty else {
            throw JSONSyntaxError(reason: "the text is empty", offset: 0)
        }
        guard text.count < UInt32.max else {
            throw JSONSyntaxError(reason: "the text is longer than 4 GiB", offset: 0)
        }
        self.base = base
        end = text.count
        // A byte order mark is no part of the text.
        offset = end > 2 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF ? 3 : 0
        self.tokens = tokens
        self.capacity = capacity
    }

    /// Reads the text.
    mutating func parse() throws(JSONSyntaxError) {
        var open: UInt32 = 0
        var depth = 0
        while true {
            // A value begins here, or at least white space before one.
            switch try skipSpace() {
            case UInt8(ascii: "\""):
                _ = try parseString()
            case UInt8(ascii: "{"):
                open = try begin(.object, in: open, depth: &depth)
                if try skipSpace() != UInt8(ascii: "}") {
                    try parseName(in: open)
                    continue
                }
                open = close(open, depth: &depth)
            case UInt8(ascii: "["):
                open = try begin(.array, in: open, depth: &depth)
                if try skipSpace() != UInt8(ascii: "]") { continue }
                open = close(open, depth: &depth)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                try parseNumber()
            case UInt8(ascii: "t"):
                try parseWord("true", JSONTape.Token(kind: .bool, flag: true))
            case UInt8(ascii: "f"):
                try parseWord("false", JSONTape.Token(kind: .bool))
            case UInt8(ascii: "n"):
                try parseWord("null", JSONTape.Token(kind: .null))
            default:
                throw unexpected()
            }
            // A value ended here, and containers may end with it.
            while depth > 0 {
                let byte = try skipSpace()
                let isObject = tokens[Int(open)].kind == .object
                tokens[Int(open)].count &+= 1
                if byte == UInt8(ascii: ",") {
                    offset &+= 1
                    if isObject {
                        _ = try skipSpace()
                        try parseName(in: open)
                    }
                    break
                }
                guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw unexpected() }
                open = close(open, depth: &depth)
            }
            if depth == 0 { break }
        }
        while offset < end {
            guard isSpace(base[offset]) else { throw unexpected() }
            offset += 1
        }
    }

    @inline(__always)
    private mutating func begin(
        _ kind: JSONTape.Kind,
        in open: UInt32,
        depth: inout Int
    ) throws(JSONSyntaxError) -> UInt32 {
        guard depth < Self.maximumDepth else { throw failure("more than \(Self.maximumDepth) nested values") }
        depth &+= 1
        offset &+= 1
        let index = UInt32(truncatingIfNeeded: count)
        append(JSONTape.Token(next: open, kind: kind))
        return index
    }

    private mutating func close(_ open: UInt32, depth: inout Int) -> UInt32 {
        offset &+= 1
        depth &-= 1
        let outer = tokens[Int(open)].next
        tokens[Int(open)].next = UInt32(truncatingIfNeeded: count)
        return outer
    }

    /// Reads the name of a member and the colon behind it.
    @inline(__always)
    private mutating func parseName(in object: UInt32) throws(JSONSyntaxError) {
        guard base[offset] == UInt8(ascii: "\"") else { throw unexpected() }
        if try !parseString() { tokens[Int(object)].flag = true }
        guard try skipSpace() == UInt8(ascii: ":") else { throw unexpected() }
        offset &+= 1
    }

    private mutating func parseWord(_ word: StaticString, _ token: JSONTape.Token) throws(JSONSyntaxError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset < end else { throw failure("unexpected end") }
            guard base[offset] == word.utf8Start[index] else { throw unexpected() }
            offset &+= 1
        }
        appendScalar(token)
    }

    private mutating func parseNumber() throws(JSONSyntaxError) {
        var token = JSONTape.Token(start: UInt32(truncatingIfNeeded: offset), kind: .number)
        if base[offset] == UInt8(ascii: "-") { offset &+= 1 }
        if offset < end, base[offset] == UInt8(ascii: "0") {
            offset &+= 1
        } else {
            try skipDigits()
        }
        if offset < end, base[offset] == UInt8(ascii: ".") {
            offset &+= 1
            try skipDigits()
            token.flag = true
        }
        if offset < end, base[offset] | 0x20 == UInt8(ascii: "e") {
            offset &+= 1
            if offset < end, base[offset] == UInt8(ascii: "+") || base[offset] == UInt8(ascii: "-") { offset &+= 1 }
            try skipDigits()
            token.flag = true
        }
        token.end = UInt32(truncatingIfNeeded: offset)
        appendScalar(token)
    }

    /// Skips digits, of which there must be one.
    @inline(__always)
    private mutating func skipDigits() throws(JSONSyntaxError) {
        let start = offset
        while offset < end, base[offset] &- UInt8(ascii: "0") < 10 { offset &+= 1 }
        if offset == start { throw unexpected() }
    }

    /// Reads a string, and returns whether it is ASCII without escapes.
    @inline(__always)
    private mutating func parseString() throws(JSONSyntaxError) -> Bool {
        offset &+= 1
        var token = JSONTape.Token(start: UInt32(truncatingIfNeeded: offset), kind: .string)
        var string = JSONStringScanner(base: base, offset: offset, end: end)
        try string.scan()
        offset = string.offset
        token.flag = string.hasEscapes
        token.end = UInt32(truncatingIfNeeded: offset)
        offset &+= 1
        appendScalar(token)
        return string.isPlain
    }

    @inline(__always)
    private mutating func appendScalar(_ token: JSONTape.Token) {
        var token = token
        token.next = UInt32(truncatingIfNeeded: count &+ 1)
        append(token)
    }

    @inline(__always)
    private mutating func append(_ token: JSONTape.Token) {
        if count == capacity { grow() }
        (tokens + count).initialize(to: token)
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<JSONTape.Token>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: tokens, count: count)
        tokens.deallocate()
        tokens = larger
        capacity *= 2
    }

    @inline(__always)
    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// Skips white space and returns the byte behind it.
    @inline(__always)
    private mutating func skipSpace() throws(JSONSyntaxError) -> UInt8 {
        while offset < end {
            let byte = base[offset]
            if !isSpace(byte) { return byte }
            offset &+= 1
        }
        throw failure("unexpected end")
    }

    @inline(never)
    private func failure(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: offset)
    }

    @inline(never)
    private func unexpected() -> JSONSyntaxError {
        offset < end ? JSONSyntaxError(unexpected: base[offset], offset: offset) : failure("unexpected end")
    }
}

/// What is wrong with a text that is not JSON, and where.
struct JSONSyntaxError: Error, CustomStringConvertible {
    let reason: String
    let offset: Int

    init(reason: String, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    init(unexpected byte: UInt8, offset: Int) {
        let shown = (0x21..<0x7F).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
        self.init(reason: "unexpected \(shown)", offset: offset)
    }

    var description: String { "\(reason) at offset \(offset)" }
}
