extension JSONTape {
    /// Objects of so many members are searched one by one, which is faster than hashing their names.
    private static let scanLimit: UInt32 = 32

    /// Whether names can be compared byte by byte, and are few enough for that.
    @inline(__always)
    func isSimple(_ object: UInt32) -> Bool {
        let token = tokens[Int(object)]
        return token.count <= Self.scanLimit && !token.flag
    }

    /// The value of the first member of this name.
    @inline(never)
    func find(_ name: String, in object: UInt32) -> UInt32? {
        if box.convertsKeysDecoding || !isSimple(object) { return index(of: object)[name] }
        var name = name
        return name.withUTF8 { key in
            var token = object &+ 1
            let end = tokens[Int(object)].next
            while token < end {
                if isName(token, key) { return token &+ 1 }
                token = tokens[Int(token &+ 1)].next
            }
            return nil
        }
    }

    /// Visits the members in their order.
    func forEachMember(of object: UInt32, _ visit: (_ name: String, _ value: UInt32) throws -> Void) rethrows {
        var token = object + 1
        let end = next(object)
        while token < end {
            try visit(string(token) ?? "", token + 1)
            token = next(token + 1)
        }
    }

    /// The values of an object by key, the first for each.
    private func index(of object: UInt32) -> [String: UInt32] {
        if let index = indices[object] { return index }
        var result: [String: UInt32] = [:]
        result.reserveCapacity(Int(tokens[Int(object)].count))
        let path = path(of: object)
        forEachMember(of: object) { name, value in
            let key = converted(name, at: path)
            if result[key] == nil { result[key] = value }
        }
        indices[object] = result
        return result
    }

    /// The keys in the order of the members, each once.
    func names(of object: UInt32) -> [String] {
        var known: Set<String> = []
        var result: [String] = []
        let path = path(of: object)
        forEachMember(of: object) { name, _ in
            let key = converted(name, at: path)
            if known.insert(key).inserted { result.append(key) }
        }
        return result
    }

    /// Visits the members in their order, of those with one name the first.
    func forEachUniqueMember(of object: UInt32, _ visit: (_ name: String, _ value: UInt32) -> Void) {
        var known: Set<String> = []
        let isSimple = isSimple(object)
        forEachMember(of: object) { name, value in
            if isSimple ? isFirst(value - 1, in: object) : known.insert(name).inserted { visit(name, value) }
        }
    }

    private func isFirst(_ name: UInt32, in object: UInt32) -> Bool {
        let text = text(name)
        var token = object + 1
        while token < name {
            if isName(token, text) { return false }
            token = next(token + 1)
        }
        return true
    }

    func converted(_ name: String, at path: [any CodingKey]) -> String {
        switch box.options.keyDecoding {
        case .useDefaultKeys: name
        case .convertFromSnakeCase: JSONKeyConversion.fromSnakeCase(name)
        case .custom(let convert): convert(path + CollectionOfOne(JSONKey.name(name) as any CodingKey)).stringValue
        }
    }
}
