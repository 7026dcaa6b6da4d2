import Foundation

/// How long, and from where on, our coder is tried against Foundation's.
///
/// Every round has a seed of its own, which a failure tells. `COTE_TEST_JSON_SEED` is the first one, 1 by default, and
/// `COTE_TEST_JSON_ROUNDS` how many times the usual number of rounds there are: a run with the seed of a failure fails in its
/// first round.
enum JSONFuzz {
    private static func number(_ variable: String) -> Int {
        max(1, Int(ProcessInfo.processInfo.environment[variable] ?? "") ?? 1)
    }

    static func seeds(_ usual: Int) -> Range<UInt64> {
        let first = UInt64(number("COTE_TEST_JSON_SEED"))
        return first..<first + UInt64(usual * number("COTE_TEST_JSON_ROUNDS"))
    }

    /// The corpus of the core's own fuzzer for JSON.
    static let corpus: [[UInt8]] = {
        let folder = URL(filePath: #filePath).appending(path: "../../../CCoreTests/fuzz/corpus/json").standardized
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.lastPathComponent < $1.lastPathComponent }.compactMap {
            try? Array(Data(contentsOf: $0))
        }
    }()

    /// A text from the corpus or made up, with a few bytes changed.
    static func mutated(_ random: inout JSONRandom) -> [UInt8] {
        var text = random.chance(4) ? random.pick(corpus) : Array(JSONRandomText.text(&random, unique: true).utf8)
        for _ in 0..<random.below(4) where !text.isEmpty { change(&text, &random) }
        return text
    }

    private static func change(_ text: inout [UInt8], _ random: inout JSONRandom) {
        let place = random.below(text.count)
        switch random.below(8) {
        case 0: text.remove(at: place)
        case 1: text[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: text.insert(random.pick(Array("{}[],:\"\\0123456789eE+-.tfnu \u{1}".utf8)), at: place)
        case 3: text.removeSubrange(place...)
        case 4: text.insert(contentsOf: text[place...].prefix(random.below(8)), at: place)
        case 5: text.insert(contentsOf: random.pick(pieces), at: place)
        case 6: text[place] ^= 1 << UInt8(random.below(8))
        default: text.swapAt(place, random.below(text.count))
        }
    }

    /// What parsers of JSON and UTF-8 have got wrong.
    private static let pieces: [[UInt8]] = [
        Array("\\u0000".utf8), Array("\\ud800".utf8), Array("\\udc00".utf8), Array("\\ud83d\\ude00".utf8),
        Array("\\u".utf8),
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBB, 0xBF], [0xE2, 0x80, 0xA8],
        [0xF0, 0x9F],
        Array("-0".utf8), Array("1e999".utf8), Array("0.1e-5".utf8), Array("nul".utf8), Array("NaN".utf8),
        Array("/**/".utf8),
        Array("'".utf8), Array("[[[[".utf8), Array("]]".utf8), Array("\"a\":".utf8),
    ]
}
