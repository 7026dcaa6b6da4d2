import Cote
import Foundation
import Testing

/// A type to try.
protocol JSONSubject: Sendable, CustomTestStringConvertible {
    func encode(seed: UInt64, _ coders: JSONCoders)
    func decode(_ text: [UInt8], seed: UInt64, _ coders: JSONCoders)
    func text(_ random: inout JSONRandom, _ coder: JSONCoder) -> [UInt8]?
}

struct JSONTyped<Value: Codable & JSONRandomValue>: JSONSubject {
    /// Whether there are dictionaries in the value.
    var isUnordered = false

    var testDescription: String { "\(Value.self)" }

    /// The text of a random value.
    func text(_ random: inout JSONRandom, _ coder: JSONCoder) -> [UInt8]? {
        try? coder.encode(Value.random(&random))
    }

    /// Encodes a random value with both coders, and has both decode it again.
    func encode(seed: UInt64, _ coders: JSONCoders) {
        var random = JSONRandom(seed: seed)
        let value = Value.random(&random)
        let (ours, theirs) = coders.encoded(value)
        #expect(
            ours.matches(theirs, inAnyOrder: isUnordered),
            "seed \(seed): \(ours) is not \(theirs), encoding \(value)"
        )
        // The unsorted text has members in another order than Foundation's.
        var coder = coders.ours
        coder.sortedKeys = false
        guard let text = try? coder.encode(value) else { return }
        decode(text, seed: seed, coders)
    }

    /// Has both coders decode a text.
    func decode(_ text: [UInt8], seed: UInt64, _ coders: JSONCoders) {
        let (ours, theirs) = coders.decoded(text, as: Value.self)
        #expect(
            ours.matches(theirs, inAnyOrder: isUnordered),
            "seed \(seed): \(ours) is not \(theirs), decoding \(String(decoding: text, as: UTF8.self))"
        )
    }
}

/// Our coder and Foundation's are given the same, and must make the same of it.
@Suite struct JSONDifferentialTests {
    static let subjects: [any JSONSubject] = [
        JSONTyped<JSONIntegers>(), JSONTyped<JSONScalars>(), JSONTyped<JSONMoments>(isUnordered: true),
        JSONTyped<JSONShape>(),
        JSONTyped<[JSONSuit: JSONSuit]>(isUnordered: true), JSONTyped<JSONDerived>(),
        JSONTyped<JSONCollections>(isUnordered: true), JSONTyped<JSONChain>(),
        JSONTyped<JSONByHand>(), JSONTyped<JSONEither>(), JSONTyped<[Double]>(), JSONTyped<[Float?]>(),
        JSONTyped<[String: Int?]>(isUnordered: true), JSONTyped<[Int: [String]]>(isUnordered: true),
        JSONTyped<[Bool]>(), JSONTyped<Int>(),
        JSONTyped<UInt8>(), JSONTyped<Double>(), JSONTyped<String>(), JSONTyped<Bool?>(), JSONTyped<[Date]>(),
        JSONTyped<[Data]>(), JSONTyped<[URL]>(), JSONTyped<[Decimal]>(), JSONTyped<[Int64?]>(), JSONTyped<UInt64>(),
        JSONTyped<[String: [JSONShape]]>(isUnordered: true), JSONTyped<Int128>(), JSONTyped<[[String]]>(),
    ]

    @Test(arguments: subjects) func generatedValues(_ subject: any JSONSubject) {
        for coders in JSONCoders.all {
            for seed in JSONFuzz.seeds(20) { subject.encode(seed: seed, coders) }
        }
    }

    @Test(arguments: subjects) func generatedTexts(_ subject: any JSONSubject) {
        for coders in JSONCoders.all {
            for seed in JSONFuzz.seeds(40) {
                var random = JSONRandom(seed: seed)
                subject.decode(Array(JSONRandomText.text(&random).utf8), seed: seed, coders)
            }
        }
    }
}
