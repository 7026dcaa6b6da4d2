internal import CCoteCore

// Text comes from the network: nothing in a name, a type or an error may do something to a terminal, or break a log line.

extension String {
    /// The same as a terminal or a log may show it: control characters, what breaks a line, turns text around or is not
    /// seen are written out, as `\x1b` or `\u202e`.
    package var printable: String {
        var text = self
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                let size = cote_printable(characters.baseAddress, characters.count, nil, 0)
                if size == characters.count { return self }
                return String(unsafeUninitializedCapacity: size + 1) { room in
                    room.withMemoryRebound(to: CChar.self) { room in
                        cote_printable(characters.baseAddress, characters.count, room.baseAddress, room.count)
                    }
                }
            }
        }
    }
}

extension Unicode.Scalar {
    /// Whether `printable` of a string leaves it as it is.
    package var isPrintable: Bool {
        isASCII ? (0x20..<0x7F).contains(value) : String(self).printable.unicodeScalars.count == 1
    }
}
