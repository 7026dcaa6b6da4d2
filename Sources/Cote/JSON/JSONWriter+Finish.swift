extension JSONWriter {
    /// Writes what comes before the value of a request: the brace and a first member.
    ///
    /// - Returns: Where the value begins.
    func leading(_ key: String, _ member: String) -> Int {
        put(UInt8(ascii: "{"))
        string(key)
        put(UInt8(ascii: ":"))
        string(member)
        return count
    }

    /// Makes one object of the first member and the object that was encoded behind it.
    func join(_ prefix: Int, to value: Any, key: String, member: String) throws {
        guard base[prefix] == UInt8(ascii: "{") else {
            throw failure(value, "A value with a leading member \"\(key)\" must encode as a JSON object.")
        }
        // The text of the key, as it was written in front.
        let name = UnsafeBufferPointer(start: UnsafePointer(base + 1), count: JSONBytes.endOfString(base, at: 1) - 1)
        if top.names & filterBit(at: 1, name.count) != 0,
            let own = findMember(name, in: top, end: count - 1)
        {
            let first = UnsafeBufferPointer(start: base + name.count + 2, count: prefix - name.count - 2)
            guard first.elementsEqual(UnsafeBufferPointer(start: base + own.value.lowerBound, count: own.value.count))
            else {
                throw failure(value, "The value has a member \"\(key)\" that is not \"\(member)\".")
            }
            remove(own.member)
            top.count -= 1
            // Of the members that are left, the first has a comma only if it was not the first.
            if top.count > 0, base[prefix + 1] == UInt8(ascii: ",") { return remove(prefix..<prefix + 1) }
        }
        if top.count == 0 { return remove(prefix..<prefix + 1) }
        base[prefix] = UInt8(ascii: ",")
    }

    /// The finished text.
    func text(firstStays: Bool = false) -> UnsafeBufferPointer<UInt8> {
        if box.options.sortedKeys {
            let text = Array(UnsafeBufferPointer(start: base, count: count))
            count = 0
            text.withUnsafeBufferPointer {
                copySorted($0.baseAddress!, 0..<text.count, staying: firstStays ? 1 : 0)
            }
        }
        return UnsafeBufferPointer(start: base, count: count)
    }

    /// Appends a value, with members in the order of their names but for the first ones.
    private func copySorted(_ text: UnsafePointer<UInt8>, _ value: Range<Int>, staying: Int = 0) {
        switch text[value.lowerBound] {
        case UInt8(ascii: "{"):
            var members: [(name: [UInt8], text: Range<Int>, value: Range<Int>)] = []
            forEachPart(of: value, in: text) { part in
                let nameEnd = JSONBytes.endOfString(text, at: part.lowerBound)
                let name = UnsafeBufferPointer(start: text + part.lowerBound + 1, count: nameEnd - part.lowerBound - 2)
                members.append(
                    (JSONBytes.unescaped(name), part.lowerBound..<nameEnd + 1, nameEnd + 1..<part.upperBound)
                )
            }
            members[staying...].sort { $0.name.lexicographicallyPrecedes($1.name) }
            copyParts("{", members) { member in
                append(UnsafeBufferPointer(start: text + member.text.lowerBound, count: member.text.count))
                copySorted(text, member.value)
            }
            put(UInt8(ascii: "}"))
        case UInt8(ascii: "["):
            var elements: [Range<Int>] = []
            forEachPart(of: value, in: text) { elements.append($0) }
            copyParts("[", elements) { copySorted(text, $0) }
            put(UInt8(ascii: "]"))
        default:
            append(UnsafeBufferPointer(start: text + value.lowerBound, count: value.count))
        }
    }

    private func forEachPart(
        of container: Range<Int>,
        in text: UnsafePointer<UInt8>,
        _ visit: (Range<Int>) -> Void
    ) {
        var start = container.lowerBound + 1
        let limit = container.upperBound - 1
        while start < limit {
            var end = start
            if text[container.lowerBound] == UInt8(ascii: "{") {
                end = JSONBytes.endOfString(text, at: start) + 1
            }
            end = JSONBytes.endOfValue(text, at: end, limit: limit)
            visit(start..<end)
            start = end + 1
        }
    }

    /// Appends the opening bracket and the parts with commas between them.
    private func copyParts<Part>(_ bracket: Unicode.Scalar, _ parts: [Part], _ copy: (Part) -> Void) {
        var separator = UInt8(ascii: bracket)
        if parts.isEmpty { put(separator) }
        for part in parts {
            put(separator)
            copy(part)
            separator = UInt8(ascii: ",")
        }
    }
}
