/// A JSON text and the places of all values in it.
///
/// The values stand on the tape in the order of the text: an object or array, then what is in it.
/// Strings and numbers stay in the text until they are asked for.
final class JSONTape {
    enum Kind: UInt8 {
        case null
        case bool
        case number
        case string
        case array
        case object
    }

    struct Token {
        /// Where the text of a number or, without its quotes, of a string is.
        var start: UInt32 = 0
        var end: UInt32 = 0
        /// The token after this value. While a container is open, the container around it.
        var next: UInt32 = 0
        var kind: Kind
        /// For a string: whether it has escapes. For a number: whether it has a fraction or an
        /// exponent. For an object: whether a name in it has escapes or is not ASCII. For a
        /// boolean: its value.
        var flag = false

        /// How many members or elements a container has; they need no place in the text.
        var count: UInt32 {
            get { start }
            set { start = newValue }
        }
    }

    /// The token of the whole document.
    static let root: UInt32 = 0

    private(set) var box: JSONCoder.Box
    /// The text, which is borrowed while it is being decoded.
    private(set) var base: UnsafePointer<UInt8>
    private var length = 0
    private var ownsText = false
    private(set) var tokens: UnsafeMutablePointer<Token>
    private var tokenCount = 0
    private var capacity: Int

    /// The keys under which values are being decoded, with their tokens: see `path(of:)`.
    @exclusivity(unchecked) var keys: [(token: UInt32, key: any CodingKey)] = []
    /// The values of large objects by key: see `index(of:)`.
    @exclusivity(unchecked) var indices: [UInt32: [String: UInt32]] = [:]
    /// The paths of values that are not in the text.
    @exclusivity(unchecked) private(set) var absentPaths: [UInt32: [any CodingKey]] = [:]

    private init(_ box: JSONCoder.Box) {
        self.box = box
        capacity = 64
        tokens = .allocate(capacity: capacity)
        base = ("" as StaticString).utf8Start
    }

    deinit {
        tokens.deallocate()
        if ownsText { base.deallocate() }
    }

    private static let spare = Spare<JSONTape>()
    /// More room for tokens is not kept.
    private static let keptCapacity = 4096

    /// A tape for a text. It is to be given back.
    static func ready(_ box: JSONCoder.Box) -> JSONTape {
        guard let tape = spare.take() else { return JSONTape(box) }
        if tape.box !== box { tape.box = box }
        return tape
    }

    /// Keeps a tape to be used again. One of which a decoder or container outlives the call that it was for becomes theirs,
    /// and is not left with borrowed bytes.
    static func giveBack(_ tape: inout JSONTape) {
        guard isKnownUniquelyReferenced(&tape) else { return tape.copyText() }
        guard tape.capacity <= keptCapacity else { return }
        if !tape.keys.isEmpty { tape.keys.removeAll(keepingCapacity: true) }
        if !tape.indices.isEmpty { tape.indices = [:] }
        if !tape.absentPaths.isEmpty { tape.absentPaths = [:] }
        spare.keep(tape)
    }

    /// Reads a text, all of it.
    ///
    /// - Throws: `DecodingError.dataCorrupted` if it is not a JSON text.
    func parse(_ bytes: UnsafeRawBufferPointer) throws {
        let text = bytes.assumingMemoryBound(to: UInt8.self)
        do {
            var parser = try JSONParser(text, tokens: tokens, capacity: capacity)
            defer { (tokens, tokenCount, capacity) = (parser.tokens, parser.count, parser.capacity) }
            try parser.parse()
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "The given data was not valid JSON: \(error).")
            )
        }
        // The parser refuses an empty text.
        base = text.baseAddress!
        length = text.count
    }

    /// Makes the tape independent of the bytes it was made from.
    func copyText() {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: length)
        copy.update(from: base, count: length)
        base = UnsafePointer(copy)
        ownsText = true
    }

    /// Adds a null that is not in the text, for a member that is missing.
    func absent(at path: [any CodingKey]) -> UInt32 {
        if tokenCount == capacity {
            let larger = UnsafeMutablePointer<Token>.allocate(capacity: capacity * 2)
            larger.moveInitialize(from: tokens, count: tokenCount)
            tokens.deallocate()
            tokens = larger
            capacity *= 2
        }
        let token = UInt32(tokenCount)
        (tokens + tokenCount).initialize(to: Token(next: token + 1, kind: .null))
        tokenCount += 1
        absentPaths[token] = path
        return token
    }

    @inline(__always)
    func kind(_ token: UInt32) -> Kind {
        tokens[Int(token)].kind
    }

    @inline(__always)
    func text(_ token: UInt32) -> UnsafeBufferPointer<UInt8> {
        let token = tokens[Int(token)]
        return UnsafeBufferPointer(start: base + Int(token.start), count: Int(token.end &- token.start))
    }

    @inline(__always)
    func next(_ token: UInt32) -> UInt32 {
        tokens[Int(token)].next
    }
}

extension JSONTape {
    /// The string that a token is; nil if it is none.
    @inline(__always)
    func string(_ token: UInt32) -> String? {
        guard kind(token) == .string else { return nil }
        return tokens[Int(token)].flag ? unescaped(token) : plain(text(token))
    }

    /// A string without escapes. Short ones, which need no memory of their own, are made the quicker way.
    private func plain(_ text: UnsafeBufferPointer<UInt8>) -> String {
        if text.count > 15 { return String(decoding: text, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: text.count) { memory in
            _ = memory.initialize(fromContentsOf: text)
            return text.count
        }
    }

    @inline(never)
    private func unescaped(_ token: UInt32) -> String {
        String(decoding: JSONBytes.unescaped(text(token)), as: UTF8.self)
    }

    /// Whether the name of a member is this key.
    @inline(__always)
    func isName(_ token: UInt32, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let name = tokens[Int(token)]
        guard Int(name.end &- name.start) == key.count else { return false }
        let start = base + Int(name.start)
        for offset in 0..<key.count where start[offset] != key[offset] { return false }
        return true
    }
}
