/// The conversions of keys between `camelCase` and `snake_case`, by the rules of Foundation.
enum JSONKeyConversion {
    /// `myURLProperty` becomes `my_url_property`.
    ///
    /// A word ends before a capital. Where several capitals stand together, the last one before a
    /// small letter begins the next word.
    static func toSnakeCase(_ key: String) -> String {
        let scalars = Array(key.unicodeScalars)
        var starts: Set<Int> = []
        var position = 1
        while let capital = first(in: scalars, from: position, where: isCapital) {
            starts.insert(capital)
            guard let small = first(in: scalars, from: capital, where: isSmall) else { break }
            starts.insert(small - 1)
            position = small + 1
        }
        var result = String.UnicodeScalarView()
        for (offset, scalar) in scalars.enumerated() {
            if starts.contains(offset) { result.append("_") }
            result.append(scalar)
        }
        return String(result).lowercased()
    }

    /// `my_url_property` becomes `myUrlProperty`. Underscores at the ends stay.
    static func fromSnakeCase(_ key: String) -> String {
        guard let first = key.firstIndex(where: { $0 != "_" }),
            let last = key.lastIndex(where: { $0 != "_" })
        else { return key }
        let words = key[first...last].split(separator: "_")
        guard words.count > 1 else { return key }
        let joined = words.dropFirst().reduce(into: words[0].lowercased()) { result, word in
            result += capitalized(word)
        }
        return key[..<first] + joined + key[key.index(after: last)...]
    }

    /// A letter that follows no other letter becomes a capital, the others small.
    private static func capitalized(_ word: Substring) -> String {
        var followsLetter = false
        return word.reduce(into: "") { result, character in
            result += followsLetter ? character.lowercased() : character.uppercased()
            followsLetter = character.isLetter
        }
    }

    private static func first(
        in scalars: [Unicode.Scalar],
        from start: Int,
        where matches: (Unicode.Scalar) -> Bool
    ) -> Int? {
        start < scalars.count ? scalars[start...].firstIndex(where: matches) : nil
    }

    private static func isCapital(_ scalar: Unicode.Scalar) -> Bool {
        let category = scalar.properties.generalCategory
        return category == .uppercaseLetter || category == .titlecaseLetter
    }

    private static func isSmall(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .lowercaseLetter
    }
}
