/// Values that are written to out of the order of the text.
///
/// `Encoder` lets a value hold on to its nested containers, and to the encoder for its superclass,
/// and write to them in turns. Each has a writer of its own; a zero byte keeps its place.
extension JSONWriter {
    /// The writer to use for a container: this one, if the container is what it is writing.
    ///
    /// - Returns: `nil` for a container that is complete: what is written to it is lost, as with
    ///   Foundation.
    @inline(__always)
    func target(_ serial: Int) -> JSONWriter? {
        top.serial == serial ? self : lateWriter(serial)
    }

    /// The writer for a container in which another value is being written at this moment.
    @inline(never)
    private func lateWriter(_ serial: Int) -> JSONWriter? {
        guard let frame = enclosing.last(where: { $0.serial == serial }) else { return nil }
        if let (writer, _) = late[serial] { return writer.target(Self.rootSerial) }
        let writer = JSONWriter(inside: self, path: Array(path.prefix(frame.pathCount)))
        writer.open(frame.kind)
        // Every member or element of it comes after one, and so after a comma.
        writer.top.count = frame.count
        late[serial] = (writer, frame.count)
        return writer
    }

    /// The keys that lead to a container; none if it is complete.
    func path(of serial: Int) -> [any CodingKey] {
        let frame = top.serial == serial ? top : enclosing.last { $0.serial == serial }
        return Array(path.prefix(frame?.pathCount ?? 0))
    }

    /// Appends what was written to the container meanwhile.
    @inline(never)
    func mergeLate() {
        guard let (writer, countBefore) = late.removeValue(forKey: top.serial) else { return }
        isTooDeep = isTooDeep || writer.isTooDeep
        if top.kind == .array {
            take(from: writer, (top.count == 0 ? 2 : 1)..<writer.count)
            top.count += writer.top.count - countBefore
            return
        }
        writer.forEachMember(from: 1, to: writer.count) { name, member, value in
            let (start, comma) = (count, top.count == 0 ? 0 : 1)
            take(from: writer, member.lowerBound + 1 - comma..<value.lowerBound)
            _ = noteName(from: start + comma, start: start)
            take(from: writer, value)
            return true
        }
    }

    /// Appends text of another writer with the nested values in it.
    private func take(from writer: JSONWriter, _ range: Range<Int>) {
        for inner in writer.nested where range.contains(inner.place) {
            nested.append((inner.place - range.lowerBound + count, inner.writer))
        }
        append(UnsafeBufferPointer(start: writer.base + range.lowerBound, count: range.count))
    }

    /// Begins a value that has a writer of its own, here.
    func nest(_ key: some CodingKey) -> JSONWriter {
        let writer = JSONWriter(inside: self, path: path + CollectionOfOne(key as any CodingKey))
        nested.append((count, writer))
        put(0)
        return writer
    }

    /// The writer of the container that was encoded for a name before; nil if there is none.
    func nestedBefore(_ name: String, _ key: some CodingKey) -> JSONWriter? {
        let start = count
        string(name)
        let length = count - start
        count = start
        guard top.names & filterBit(at: start, length) != 0,
            let value = findMember(UnsafeBufferPointer(start: base + start, count: length), in: top, end: start)?.value
        else { return nil }
        if base[value.lowerBound] == 0 { return nested.first { $0.place == value.lowerBound }?.writer }
        return extract(value, key)
    }

    /// Moves the text of a complete value to a writer of its own, that can go on with it.
    private func extract(_ value: Range<Int>, _ key: some CodingKey) -> JSONWriter {
        let writer = JSONWriter(inside: self, path: path + CollectionOfOne(key as any CodingKey))
        writer.take(from: self, value)
        writer.reopen()
        remove(value.lowerBound + 1..<value.upperBound)
        nested.removeAll { $0.place == value.lowerBound }
        base[value.lowerBound] = 0
        nested.append((value.lowerBound, writer))
        nested.sort { $0.place < $1.place }
        return writer
    }

    /// Takes the last bracket off the complete value that the text is, to add to it.
    private func reopen() {
        var element = 1
        switch base[0] {
        case UInt8(ascii: "{"):
            top.kind = .object
            top.names = ~0
            forEachMember(from: 1, to: count - 1) { _, _, _ in
                top.count += 1
                return true
            }
        case UInt8(ascii: "["):
            top.kind = .array
            while element < count - 1 {
                element = JSONBytes.endOfValue(base, at: element, limit: count - 1) + 1
                top.count += 1
            }
        default:
            top.kind = .scalar
            return
        }
        count -= 1
    }

    /// Puts the text of nested values into their places.
    @inline(__always)
    func insertNested() {
        if !nested.isEmpty { insertAll() }
    }

    private func insertAll() {
        let places = nested
        nested = []
        var end = count
        var shift = 0
        for (_, writer) in places {
            writer.closeText()
            writer.insertNested()
            isTooDeep = isTooDeep || writer.isTooDeep
            // The byte that kept its place goes.
            shift += writer.count - 1
        }
        _ = extend(by: shift)
        for (place, writer) in places.reversed() {
            let rest = base + place + 1
            (rest + shift).update(from: rest, count: end - place - 1)
            shift -= writer.count - 1
            (base + place + shift).update(from: writer.base, count: writer.count)
            end = place
            writer.retire()
        }
    }
}
