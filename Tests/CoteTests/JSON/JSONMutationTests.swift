import Cote
import Foundation
import Testing

/// Texts that were well-formed once, and values in which something was exchanged.
@Suite struct JSONMutationTests {
    @Test func mutatedTextsAreAcceptedAsByFoundation() throws {
        var random = JSONRandom(seed: 3)
        var accepted = 0
        for _ in 0..<6000 {
            // Foundation does not look into the second member of a name, and so does not see errors there.
            let text = mutated(Array(JSONRandomText.text(&random, unique: true).utf8), &random)
            let ours = JSONOutcome { try JSONCoder().decode(JSONVisited.self, from: text).bytes }
            let theirs = JSONOutcome { try JSONDecoder().decode(JSONVisited.self, from: Data(text)).bytes }
            if !ours.isError { accepted += 1 }
            if ours.isError != theirs.isError {
                #expect(
                    isKnownDifference(text),
                    "\(text): \(ours) is not \(theirs) for \(String(decoding: text, as: UTF8.self))"
                )
            } else if !ours.isError {
                #expect(ours.description == theirs.description)
            }
        }
        #expect((1000..<5000).contains(accepted))
    }

    /// Foundation accepts a comma before a closing bracket, and text in UTF-16 and UTF-32.
    private func isKnownDifference(_ text: [UInt8]) -> Bool {
        let dense = text.filter { !" \n\r\t".utf8.contains($0) }
        let hasTrailingComma = zip(dense, dense.dropFirst()).contains {
            $0 == UInt8(ascii: ",") && ($1 == UInt8(ascii: "]") || $1 == UInt8(ascii: "}"))
        }
        return hasTrailingComma || text.prefix(4).contains(0) || text.starts(with: [0xFF, 0xFE])
            || text.starts(with: [0xFE, 0xFF])
    }

    private func mutated(_ text: [UInt8], _ random: inout JSONRandom) -> [UInt8] {
        var text = text
        for _ in 0...random.below(3) where !text.isEmpty {
            let place = random.below(text.count)
            switch random.below(6) {
            case 0: text.remove(at: place)
            case 1: text[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: text.insert(random.pick(Array("{}[],:\"\\0123456789eE+-.tfnu \u{1}".utf8)), at: place)
            case 3: text.removeSubrange(place...)
            case 4: text.insert(contentsOf: text[place...].prefix(random.below(8)), at: place)
            default: text.swapAt(place, random.below(text.count))
            }
        }
        return text
    }

    @Test(arguments: JSONDifferentialTests.subjects) func exchangedPartsAreDecodedAsByFoundation(
        _ subject: any JSONSubject
    ) throws {
        var random = JSONRandom(seed: 4)
        for coders in JSONCoders.all {
            for _ in 0..<20 {
                guard let text = subject.text(&random, coders.ours) else { continue }
                var value = try JSONValue(parsing: text)
                exchange(in: &value, &random)
                subject.decode(value.bytes, coders)
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
            for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
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
