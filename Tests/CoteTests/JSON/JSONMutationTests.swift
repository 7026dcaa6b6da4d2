import Cote
import Foundation
import Testing

/// Texts that were well-formed once, and values in which something was exchanged.
@Suite struct JSONMutationTests {
    @Test func mutatedTextsAreAcceptedAsByFoundation() throws {
        try #require(JSONFuzz.corpus.count > 40)
        let seeds = JSONFuzz.seeds(6000)
        var accepted = 0
        for seed in seeds {
            var random = JSONRandom(seed: seed)
            let text = JSONFuzz.mutated(&random)
            let ours = JSONOutcome { try JSONCoder().decode(JSONVisited.self, from: text).bytes }
            let theirs = JSONOutcome { try JSONDecoder().decode(JSONVisited.self, from: Data(text)).bytes }
            if !ours.isError { accepted += 1 }
            if ours.isError != theirs.isError {
                #expect(
                    isKnownDifference(text, isRefused: ours.isError),
                    "seed \(seed): \(text): \(ours) is not \(theirs) for \(String(decoding: text, as: UTF8.self))"
                )
            } else if !ours.isError {
                #expect(ours.description == theirs.description, "seed \(seed)")
            }
            checkValue(text, isAccepted: !ours.isError, seed: seed)
        }
        if seeds.count >= 6000 { #expect((seeds.count / 6..<seeds.count * 5 / 6).contains(accepted)) }
    }

    /// A value of any kind is accepted like a typed one, and what is written of it means the same to Foundation. But a number
    /// that no type can hold is infinite there, as in JavaScript, and is written as `null`.
    private func checkValue(_ text: [UInt8], isAccepted: Bool, seed: UInt64) {
        let value = try? JSONValue(parsing: text)
        if let value, isInfinite(value) { return }
        #expect((value != nil) == isAccepted, "seed \(seed): \(text)")
        guard let value else { return }
        #expect((try? JSONValue(parsing: value.bytes)) == value, "seed \(seed): \(value)")
        let ours = JSONOutcome { try JSONCoder().decode(JSONVisited.self, from: value.bytes).bytes }
        let theirs = JSONOutcome { try JSONDecoder().decode(JSONVisited.self, from: Data(value.bytes)).bytes }
        #expect(ours.description == theirs.description, "seed \(seed): \(value)")
    }

    private func isInfinite(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.isInfinite
        case .array(let elements): elements.contains(where: isInfinite)
        case .object(let members): members.contains { isInfinite($0.value) }
        default: false
        }
    }

    /// Foundation accepts a comma before a closing bracket, and text in UTF-16 and UTF-32. It does not look into the second
    /// member of a name, and so does not see errors there.
    private func isKnownDifference(_ text: [UInt8], isRefused: Bool) -> Bool {
        guard isRefused else { return false }
        let dense = text.filter { !" \n\r\t".utf8.contains($0) }
        let hasTrailingComma = zip(dense, dense.dropFirst()).contains {
            $0 == UInt8(ascii: ",") && ($1 == UInt8(ascii: "]") || $1 == UInt8(ascii: "}"))
        }
        return hasTrailingComma || text.prefix(4).contains(0) || text.starts(with: [0xFF, 0xFE])
            || text.starts(with: [0xFE, 0xFF]) || hasRepeatedName(dense)
    }

    private func hasRepeatedName(_ dense: [UInt8]) -> Bool {
        let names = dense.split(separator: UInt8(ascii: ":")).dropLast().compactMap { piece in
            piece.last == UInt8(ascii: "\"")
                ? piece.dropLast().split(separator: UInt8(ascii: "\"")).last.map(Array.init) : nil
        }
        return Set(names).count < names.count
    }

    @Test(arguments: JSONDifferentialTests.subjects) func exchangedPartsAreDecodedAsByFoundation(
        _ subject: any JSONSubject
    ) throws {
        for coders in JSONCoders.all {
            for seed in JSONFuzz.seeds(20) {
                var random = JSONRandom(seed: seed)
                guard let text = subject.text(&random, coders.ours) else { continue }
                var value = try JSONValue(parsing: text)
                exchange(in: &value, &random)
                subject.decode(value.bytes, seed: seed, coders)
            }
        }
    }

    /// Exchanges, adds or removes one value somewhere.
    private func exchange(in value: inout JSONValue, _ random: inout JSONRandom) {
        if case .array(let elements) = value, !elements.isEmpty, !random.chance(4) {
            let index = random.below(elements.count)
            var element = elements[index]
            exchange(in: &element, &random)
            value[index] = random.chance(6) ? nil : element
        } else if case .object(let members) = value, !members.isEmpty, !random.chance(4) {
            var (name, member) = members[random.below(members.count)]
            exchange(in: &member, &random)
            value[name] = random.chance(4) ? nil : member
        } else if let other = try? JSONValue(parsing: JSONRandomText.text(&random, depth: 3)) {
            value = other
        }
    }
}

/// A JSON value that asks any decoder for all of it. It has the first of several members of a name.
private struct JSONVisited: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: JSONTestKey.self) {
            var members: [String] = []
            // By bytes: strings that differ in them alone are equal, and so have no order.
            let keys = container.allKeys.sorted { $0.stringValue.utf8.lexicographicallyPrecedes($1.stringValue.utf8) }
            for key in keys {
                let value = try container.decode(JSONVisited.self, forKey: key)
                members.append(key.stringValue + "=" + String(decoding: value.bytes, as: UTF8.self))
            }
            bytes = Array("{\(members.joined(separator: ";"))}".utf8)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [String] = []
            while !container.isAtEnd {
                elements.append(String(decoding: try container.decode(JSONVisited.self).bytes, as: UTF8.self))
            }
            bytes = Array("[\(elements.joined(separator: ";"))]".utf8)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                bytes = Array("null".utf8)
            } else if let value = try? container.decode(Bool.self) {
                bytes = Array("\(value)".utf8)
            } else if let value = try? container.decode(String.self) {
                bytes = Array(value.utf8)
            } else {
                // Numbers that no type of Swift can hold are well-formed all the same.
                let value = try? container.decode(Decimal.self)
                let double = try? container.decode(Double.self)
                if value == nil && double == nil { _ = try container.decode(Int.self) }
                // Foundation refuses some zeros, such as 0e5, as too small.
                bytes = Array("\(double ?? 0)".utf8)
            }
        }
    }
}
