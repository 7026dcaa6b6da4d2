extension JSONTape {
    /// The keys that lead to a value.
    ///
    /// They are found in the text, from the top down: nothing has to be noted while all goes well,
    /// but the keys that the types themselves gave, for as long as their values are being decoded.
    func path(of token: UInt32) -> [any CodingKey] {
        if let path = absentPaths[token] { return path }
        var result: [any CodingKey] = []
        var ancestor = Self.root
        while ancestor != token, ancestor < token, token < next(ancestor) {
            let isObject = kind(ancestor) == .object
            var child = ancestor + (isObject ? 2 : 1)
            var index = 0
            while next(child) <= token {
                child = next(child) + (isObject ? 1 : 0)
                index += 1
            }
            if let noted = keys.last(where: { $0.token == child }) {
                result.append(noted.key)
            } else if isObject {
                result.append(JSONKey.name(converted(string(child - 1) ?? "", at: result)))
            } else {
                result.append(JSONKey.index(index))
            }
            ancestor = child
        }
        return result
    }

    /// The keys that lead to a value whose own key is known.
    private func path(of token: UInt32, key: (any CodingKey)?) -> [any CodingKey] {
        var path = path(of: token)
        if let key, !path.isEmpty { path[path.count - 1] = key }
        return path
    }

    func corrupted(_ token: UInt32, _ description: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(of: token), debugDescription: description))
    }

    /// Why a token is not a value of the type that was asked for.
    ///
    /// - Parameter key: The key of the value, where it is not noted.
    func failure(_ token: UInt32, _ type: any Any.Type, key: (any CodingKey)? = nil) -> DecodingError {
        let path = path(of: token, key: key)
        if kind(token) == .null, type != Bool.self {
            return .valueNotFound(
                type,
                .init(
                    codingPath: path,
                    debugDescription: "Cannot get value of type \(type) -- found null value instead"
                )
            )
        }
        if kind(token) == .number, type != String.self, type != Bool.self {
            // Such an error has no coding path, as with Foundation; the description tells it.
            let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
            let number = String(decoding: text(token), as: UTF8.self) + (place.isEmpty ? "" : " at \(place)")
            return .dataCorrupted(
                .init(codingPath: [], debugDescription: "The number \(number) is not representable as \(type).")
            )
        }
        return mismatch(token, type, at: path)
    }

    /// Why a value is not of the kind that was asked for.
    func mismatch(_ token: UInt32, _ type: any Any.Type, at path: [any CodingKey]) -> DecodingError {
        let found =
            switch kind(token) {
            case .null: "null"
            case .bool: "bool"
            case .number: "number"
            case .string: "a string"
            case .array: "an array"
            case .object: "a dictionary"
            }
        return .typeMismatch(
            type,
            .init(codingPath: path, debugDescription: "Expected to decode \(type) but found \(found) instead.")
        )
    }
}
