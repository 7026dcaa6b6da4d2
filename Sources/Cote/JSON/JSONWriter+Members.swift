extension JSONWriter {
    /// Up to so many members, a name that the filter takes for known is looked for in the text.
    /// Larger objects keep a set of their names.
    private static let scanLimit = 24

    /// Writes a member of the object being written: its name, and what `write` writes.
    ///
    /// An earlier member of that name gives way. When `write` throws, nothing of the member stays.
    @inline(__always)
    func member(_ name: String, _ write: () throws -> Void) rethrows {
        let start = begin(name)
        let depth = enclosing.count
        do {
            try write()
        } catch {
            rollBack(to: start, depth: depth)
            throw error
        }
    }

    /// Writes an element of the array being written. When `write` throws, nothing of it stays.
    @inline(__always)
    func element(_ write: () throws -> Void) rethrows {
        let (start, depth) = (count, enclosing.count)
        if top.count > 0 {
            put(UInt8(ascii: ","))
        }
        top.count &+= 1
        do {
            try write()
        } catch {
            rollBack(to: start, depth: depth)
            throw error
        }
    }

    /// Writes the comma and the name of a member, and returns where they begin.
    @inline(__always)
    private func begin(_ name: String) -> Int {
        var name = name
        return name.withUTF8 { name in
            let start = count
            if top.count > 0 { put(UInt8(ascii: ",")) }
            let nameStart = count
            quoted(name)
            put(UInt8(ascii: ":"))
            return noteName(from: nameStart, start: start)
        }
    }

    /// Counts the member whose quoted name was just written, and removes an earlier one of that
    /// name. Returns where the member begins, its comma included.
    @inline(__always)
    func noteName(from nameStart: Int, start: Int) -> Int {
        let bit = filterBit(at: nameStart, count &- 1 &- nameStart)
        var start = start
        if top.names & bit != 0 || top.count > Self.scanLimit { start = replaceEarlier(nameStart) }
        top.names |= bit
        top.count &+= 1
        return start
    }

    /// The bit of the filter that stands for a quoted name.
    @inline(__always)
    func filterBit(at start: Int, _ length: Int) -> UInt64 {
        let name = base + start
        let sample = UInt64(name[1]) | UInt64(name[length &- 2]) &<< 8 | UInt64(name[length / 2]) &<< 16
        let mixed = (sample ^ UInt64(truncatingIfNeeded: length) &<< 24) &* 0x9E37_79B9_7F4A_7C15
        return 1 &<< (mixed &>> 58)
    }

    @inline(never)
    private func replaceEarlier(_ nameStart: Int) -> Int {
        let start = nameStart - (top.count > 0 ? 1 : 0)
        let name = UnsafeBufferPointer(start: UnsafePointer(base + nameStart), count: count - 1 - nameStart)
        if top.count > Self.scanLimit {
            if names[top.serial] == nil { names[top.serial] = allNames(of: top, end: start) }
            if names[top.serial]!.insert(Array(name)).inserted { return start }
        }
        guard let earlier = findMember(name, in: top, end: start) else { return start }
        var range = earlier.member
        // The first member has no comma in front: the one behind it goes.
        if base[range.lowerBound] != UInt8(ascii: ",") { range = range.lowerBound..<range.upperBound + 1 }
        remove(range)
        top.count -= 1
        return start - range.count + (top.count == 0 ? 1 : 0)
    }

    private func allNames(of frame: JSONFrame, end: Int) -> Set<[UInt8]> {
        var result: Set<[UInt8]> = []
        forEachMember(from: frame.start + 1, to: end) { name, _, _ in
            result.insert(Array(name))
            return true
        }
        return result
    }

    /// Forgets the set of names of a large object that is complete.
    @inline(__always)
    func forgetNames() {
        if top.count > Self.scanLimit { names[top.serial] = nil }
    }
}

extension JSONWriter {
    /// The range of the member with this quoted name, and that of its value.
    func findMember(
        _ name: UnsafeBufferPointer<UInt8>,
        in frame: JSONFrame,
        end: Int
    ) -> (member: Range<Int>, value: Range<Int>)? {
        var found: (member: Range<Int>, value: Range<Int>)?
        forEachMember(from: frame.start + 1, to: end) { candidate, member, value in
            if candidate.elementsEqual(name) { found = (member, value) }
            return found == nil
        }
        return found
    }

    /// Visits members, each with the comma in front of it, until `visit` returns false.
    func forEachMember(
        from start: Int,
        to end: Int,
        _ visit: (_ name: UnsafeBufferPointer<UInt8>, _ member: Range<Int>, _ value: Range<Int>) -> Bool
    ) {
        var start = start
        while start < end {
            let nameStart = start + (base[start] == UInt8(ascii: ",") ? 1 : 0)
            let nameEnd = JSONBytes.endOfString(base, at: nameStart)
            let valueEnd = JSONBytes.endOfValue(base, at: nameEnd + 1, limit: end)
            let name = UnsafeBufferPointer(start: UnsafePointer(base + nameStart), count: nameEnd - nameStart)
            if !visit(name, start..<valueEnd, nameEnd + 1..<valueEnd) { return }
            start = valueEnd
        }
    }

    /// Cuts bytes out of the value being written, and the nested values that stand in them.
    func remove(_ range: Range<Int>) {
        nested.removeAll { range.contains($0.place) }
        for index in nested.indices where nested[index].place >= range.upperBound {
            nested[index].place -= range.count
        }
        (base + range.lowerBound).update(from: base + range.upperBound, count: count - range.upperBound)
        count -= range.count
    }
}
