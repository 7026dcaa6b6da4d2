/// Well-formed JSON texts that fit the models now and then.
enum JSONRandomText {
    /// A text, in whose objects names may come twice unless they are to be unique.
    static func text(_ random: inout JSONRandom, depth: Int = 0, unique: Bool = false) -> String {
        switch random.below(depth > 3 ? 6 : 10) {
        case 0: random.pick(["null", "true", "false"])
        case 1: string(&random)
        case 2, 3: number(&random)
        case 4:
            random.pick([
                "\"AAEC\"", "\"2001-01-01T00:00:01Z\"", "\"hearts\"", "\"http://a/b\"", "\"+\"", "\"?\"", "[]", "{}",
            ])
        case 5: "\(random.below(300))"
        case 6, 7:
            "["
                + random.list(upTo: 3) { text(&$0, depth: depth + 1, unique: unique) }.joined(
                    separator: space(&random) + ","
                ) + "]"
        default: object(&random, depth: depth, unique: unique)
        }
    }

    private static func object(_ random: inout JSONRandom, depth: Int, unique: Bool) -> String {
        var names = random.list(upTo: 6) { String.randomName(&$0) }
        if unique { names = Array(Set(names)).sorted() }
        let members = names.map { name in
            space(&random) + quoted(name, &random) + space(&random) + ":"
                + text(&random, depth: depth + 1, unique: unique)
        }
        return "{" + members.joined(separator: ",") + space(&random) + "}"
    }

    private static func space(_ random: inout JSONRandom) -> String {
        random.chance(10) ? random.pick([" ", "\n", "\t ", "\r\n"]) : ""
    }

    private static func string(_ random: inout JSONRandom) -> String {
        quoted(.random(&random), &random)
    }

    /// A string with some of its characters escaped, as they need be or not.
    private static func quoted(_ string: String, _ random: inout JSONRandom) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || random.chance(15) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func number(_ random: inout JSONRandom) -> String {
        switch random.below(4) {
        case 0: "\(Int64.random(&random))"
        case 1: "\(UInt64.random(&random))"
        case 2:
            random.pick([
                "0", "-0", "0.0", "-0.0", "1.0", "1e2", "1E+2", "1.5e1", "10e-1", "300", "-129", "1e400", "-1e400",
                "1e-400", "0e-400",
                "9007199254740993", "9007199254740993.0", "9007199254740992.5", "9223372036854775807",
                "9223372036854775808",
                "18446744073709551615", "18446744073709551616", "18446744073709551615.0", "-9223372036854775808",
                "-9223372036854775808.0", "12345678901234567.5", "1.0000000000000000000000001", "9.2e18", "1e20",
                "1e39", "3.4e38",
                "170141183460469231731687303715884105727", "0.1", "123456.789", "4.35", "0.3",
                "2.2250738585072011e-308",
            ])
        default:
            "\(random.below(1000)).\(random.below(100_000))" + (random.chance(3) ? "e\(random.below(60) - 30)" : "")
        }
    }
}
