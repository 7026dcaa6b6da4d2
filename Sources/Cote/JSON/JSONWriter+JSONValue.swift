extension JSONWriter {
    /// Writes a JSON value as the value being written; an object or array stays open.
    func json(inPlace value: JSONValue) throws {
        switch value {
        case .object(let object):
            open(.object)
            for (name, value) in object {
                try member(name) { try json(value, key: .name(name)) }
            }
        case .array(let elements):
            open(.array)
            for value in elements {
                try element { try json(value, key: .index(top.count - 1)) }
            }
        default:
            try json(scalar: value, key: nil)
            top.kind = .scalar
        }
    }

    private func json(_ value: JSONValue, key: JSONKey) throws {
        switch value {
        case .object, .array:
            push(key)
            try json(inPlace: value)
            pop()
        default:
            try json(scalar: value, key: key)
        }
    }

    private func json(scalar value: JSONValue, key: JSONKey?) throws {
        switch value {
        case .bool(let flag): bool(flag)
        case .integer(let integer): self.integer(integer)
        case .unsigned(let integer): self.integer(integer)
        case .number(let number): try double(number) { key }
        case .string(let text): string(text)
        case .null, .object, .array: null()
        }
    }
}
