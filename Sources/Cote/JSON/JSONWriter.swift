/// The text that is being encoded, and which values in it are still open.
///
/// Values are written straight into one buffer, front to back. The writer knows the value being
/// written (`top`) and the containers around it (`enclosing`). What may be written to out of that
/// order, such as a nested container, has a writer of its own: see `JSONWriter+Nesting`.
final class JSONWriter {
    /// Containers nest this deep at most.
    static let maximumDepth = 512
    /// The serial of the value that the whole text of a nested writer is.
    static let rootSerial = 1

    private(set) var box: JSONCoder.Box

    // Its own methods are the only ones to change these, a thousand times a call and never one inside of
    // another: Swift need not check that while the program runs.

    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    @exclusivity(unchecked) var count = 0

    /// The value being written.
    @exclusivity(unchecked) var top = JSONFrame(serial: JSONWriter.rootSerial)
    /// The containers around it, outermost first.
    @exclusivity(unchecked) var enclosing: [JSONFrame] = []
    private var lastSerial = JSONWriter.rootSerial
    /// The keys that lead to `top`.
    @exclusivity(unchecked) var path: [any CodingKey]
    /// The names in large objects that are open, by serial.
    @exclusivity(unchecked) var names: [Int: Set<[UInt8]>] = [:]

    /// The writers of nested values, in the order of their places in the text.
    @exclusivity(unchecked) var nested: [(place: Int, writer: JSONWriter)] = []
    /// What was written to an enclosing container while a value in it is being written, by serial.
    @exclusivity(unchecked) var late: [Int: (writer: JSONWriter, countBefore: Int)] = [:]

    /// How deep in the whole text the text of this writer stands.
    private let outerDepth: Int
    var isTooDeep = false

    private init(_ box: JSONCoder.Box) {
        self.box = box
        capacity = 1024
        base = .allocate(capacity: capacity)
        path = []
        outerDepth = 0
    }

    /// Creates a writer for a value inside of the one that another writer is writing.
    init(inside outer: JSONWriter, path: [any CodingKey]) {
        box = outer.box
        capacity = 128
        base = .allocate(capacity: capacity)
        self.path = path
        top.pathCount = path.count
        outerDepth = outer.outerDepth + outer.enclosing.count + 1
    }

    deinit {
        base.deallocate()
    }

    private static let spare = Spare<JSONWriter>()
    /// A larger buffer is not kept.
    private static let keptCapacity = 64 * 1024

    /// A writer in which nothing is written. It is to be given back.
    static func ready(_ box: JSONCoder.Box) -> JSONWriter {
        guard let writer = spare.take() else { return JSONWriter(box) }
        if writer.box !== box { writer.box = box }
        return writer
    }

    /// Keeps a writer to be used again, unless an encoder or container outlives the call that it was for.
    static func giveBack(_ writer: inout JSONWriter) {
        writer.retire()
        if isKnownUniquelyReferenced(&writer), writer.capacity <= keptCapacity { spare.keep(writer) }
    }

    /// Makes the writer harmless for encoders and containers that outlive the call they were for: it finds none of its
    /// values again, and so writes nothing.
    func retire() {
        top = JSONFrame(serial: nextSerial())
        count = 0
        isTooDeep = false
        if !enclosing.isEmpty { enclosing.removeAll(keepingCapacity: true) }
        if !path.isEmpty { path.removeAll(keepingCapacity: true) }
        if !names.isEmpty { names = [:] }
        if !nested.isEmpty { nested = [] }
        if !late.isEmpty { late = [:] }
    }

    /// Where so many bytes can be written, which then count as written.
    ///
    /// All that is written goes through here.
    @inline(__always)
    func extend(by bytes: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity &- count < bytes { grow(by: bytes) }
        defer { count &+= bytes }
        return base + count
    }

    @inline(never)
    private func grow(by bytes: Int) {
        let larger = max(capacity * 2, count + bytes)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: base, count: count)
        base.deallocate()
        base = moved
        capacity = larger
    }

    @inline(__always)
    func put(_ byte: UInt8) {
        extend(by: 1).pointee = byte
    }

    @inline(__always)
    func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        extend(by: count).update(from: bytes, count: count)
    }

    @inline(__always)
    func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        if let base = bytes.baseAddress { append(base, bytes.count) }
    }

    /// Appends ASCII text.
    @inline(__always)
    func put(_ text: StaticString) {
        append(text.utf8Start, text.utf8CodeUnitCount)
    }
}

/// A value that is being written, and is perhaps a container.
struct JSONFrame {
    enum Kind {
        /// Nothing was encoded yet.
        case empty
        /// A complete value that is no container.
        case scalar
        case object
        case array
    }

    /// Tells the frame from all others of its writer.
    let serial: Int
    var kind = Kind.empty
    /// Where its text begins.
    var start = 0
    /// How many members or elements it has.
    var count = 0
    /// A Bloom filter of the names of its members.
    var names: UInt64 = 0
    /// How many keys lead to it.
    var pathCount = 0

    init(serial: Int) {
        self.serial = serial
    }
}

extension JSONWriter {
    private func nextSerial() -> Int {
        lastSerial &+= 1
        return lastSerial
    }

    /// Makes the value being written a container, unless it is one already.
    func open(_ kind: JSONFrame.Kind) {
        if top.kind == kind { return }
        precondition(top.kind == .empty, "A value of another shape was already encoded here.")
        if enclosing.count + outerDepth >= Self.maximumDepth { isTooDeep = true }
        put(kind == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        top.kind = kind
    }

    /// Begins a value inside of the one being written.
    @inline(__always)
    func push(_ key: some CodingKey) {
        var frame = JSONFrame(serial: nextSerial())
        frame.start = count
        enclosing.append(top)
        path.append(key)
        frame.pathCount = path.count
        top = frame
    }

    /// Ends the value being written; one that encoded nothing is an empty object.
    @inline(__always)
    func pop() {
        closeText()
        top = enclosing.removeLast()
        path.removeLast(path.count &- top.pathCount)
        if !late.isEmpty { mergeLate() }
    }

    @inline(__always)
    func closeText() {
        switch top.kind {
        case .scalar:
            break
        case .object:
            put(UInt8(ascii: "}"))
            forgetNames()
        case .array:
            put(UInt8(ascii: "]"))
        case .empty:
            put(UInt8(ascii: "{"))
            put(UInt8(ascii: "}"))
        }
    }

    /// Takes back the last member or element, which begins at `start`, of the container at `depth`.
    func rollBack(to start: Int, depth: Int) {
        while enclosing.count > depth {
            top = enclosing.removeLast()
        }
        path.removeLast(path.count - top.pathCount)
        count = start
        top.count -= 1
        nested.removeAll { $0.place >= start }
        if !late.isEmpty { mergeLate() }
    }

    /// Encodes the value that the whole text is.
    func root<Value: Encodable>(_ value: Value) throws {
        top.start = count
        try self.value(inPlace: value)
        if top.kind == .empty {
            throw failure(value, "Top-level \(Value.self) did not encode any values.")
        }
        closeText()
        insertNested()
        if isTooDeep {
            throw failure(value, "Unable to encode the given top-level value to JSON.")
        }
    }

    func failure(_ value: Any, _ description: String) -> EncodingError {
        .invalidValue(value, .init(codingPath: path, debugDescription: description))
    }
}
