import Cote
import Foundation
import Testing

/// What came of coding something, in a form that tells equal from unequal.
enum JSONOutcome: CustomStringConvertible {
    case text(String)
    case error(_ kind: String, path: [String])

    init(_ body: () throws -> [UInt8]) {
        do {
            self = .text(String(decoding: try body(), as: UTF8.self))
        } catch let error as DecodingError {
            self.init(error)
        } catch EncodingError.invalidValue(let value, let context) {
            self = .error("invalidValue \(type(of: value))", path: Self.path(context.codingPath))
        } catch {
            self = .error("\(error)", path: [])
        }
    }

    private init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(let type, let context):
            self = .error("typeMismatch \(type)", path: Self.path(context.codingPath))
        case .valueNotFound(let type, let context):
            self = .error("valueNotFound \(type)", path: Self.path(context.codingPath))
        case .keyNotFound(let key, let context):
            self = .error("keyNotFound \(Self.path([key]))", path: Self.path(context.codingPath))
        case .dataCorrupted(let context):
            self = .error("dataCorrupted", path: Self.path(context.codingPath))
        @unknown default:
            self = .error("\(error)", path: [])
        }
    }

    private static func path(_ keys: [any CodingKey]) -> [String] {
        keys.map { "\($0.stringValue.debugDescription)(\($0.intValue.map(String.init) ?? "-"))" }
    }

    var isError: Bool {
        if case .error = self { true } else { false }
    }

    var description: String {
        switch self {
        case .text(let text): text
        case .error(let error, let path): "error: \(error) at \(path.joined(separator: "."))"
        }
    }

    /// Whether two outcomes are equal, but for what Foundation leaves open or gets wrong.
    ///
    /// Foundation visits the members of a dictionary in any order, and so meets any of several errors
    /// first. Encoding, it forgets the keys of nested containers. Decoding a malformed ISO 8601 date,
    /// it forgets the key of the date.
    func matches(_ theirs: JSONOutcome, inAnyOrder: Bool) -> Bool {
        switch (self, theirs) {
        case (.text(let ours), .text(let theirs)):
            return ours == theirs
        case (.error(let kind, let path), .error(let theirKind, let theirPath)):
            if inAnyOrder { return true }
            guard kind == theirKind else { return false }
            if kind.hasPrefix("invalidValue") {
                var rest = path[...]
                return theirPath.allSatisfy { key in
                    rest = rest.drop { $0 != key }
                    return rest.popFirst() != nil
                }
            }
            return path == theirPath || kind == "dataCorrupted" && path.dropLast() == theirPath
        default:
            return false
        }
    }
}

/// A coder of ours and Foundation's two with the same strategies.
struct JSONCoders {
    var ours = JSONCoder()
    let encoder = JSONEncoder()
    let decoder = JSONDecoder()

    init(_ configure: (inout JSONCoder, JSONEncoder, JSONDecoder) -> Void = { _, _, _ in }) {
        ours.sortedKeys = true
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        configure(&ours, encoder, decoder)
    }

    /// Coders with the defaults, and with all strategies changed, in several ways.
    static let all = [
        JSONCoders(),
        JSONCoders { ours, encoder, decoder in
            ours.keyEncodingStrategy = .convertToSnakeCase
            ours.keyDecodingStrategy = .convertFromSnakeCase
            ours.dateEncodingStrategy = .secondsSince1970
            ours.dateDecodingStrategy = .secondsSince1970
            ours.dataEncodingStrategy = .deferredToData
            ours.dataDecodingStrategy = .deferredToData
            ours.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "+",
                negativeInfinity: "-",
                nan: "?"
            )
            ours.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "+",
                negativeInfinity: "-",
                nan: "?"
            )
            encoder.keyEncodingStrategy = .convertToSnakeCase
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            encoder.dateEncodingStrategy = .secondsSince1970
            decoder.dateDecodingStrategy = .secondsSince1970
            encoder.dataEncodingStrategy = .deferredToData
            decoder.dataDecodingStrategy = .deferredToData
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "+",
                negativeInfinity: "-",
                nan: "?"
            )
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "+",
                negativeInfinity: "-",
                nan: "?"
            )
        },
        JSONCoders { ours, encoder, decoder in
            ours.keyEncodingStrategy = .custom(Self.shout)
            ours.keyDecodingStrategy = .custom(Self.calm)
            ours.dateEncodingStrategy = .millisecondsSince1970
            ours.dateDecodingStrategy = .millisecondsSince1970
            ours.dataEncodingStrategy = .custom { try $0.count.encode(to: $1) }
            ours.dataDecodingStrategy = .custom { Data(count: try Int($0.singleValueContainer().decode(UInt8.self))) }
            encoder.keyEncodingStrategy = .custom(Self.shout)
            decoder.keyDecodingStrategy = .custom(Self.calm)
            encoder.dateEncodingStrategy = .millisecondsSince1970
            decoder.dateDecodingStrategy = .millisecondsSince1970
            encoder.dataEncodingStrategy = .custom { try $0.count.encode(to: $1) }
            decoder.dataDecodingStrategy = .custom {
                Data(count: try Int($0.singleValueContainer().decode(UInt8.self)))
            }
        },
        JSONCoders { ours, encoder, decoder in
            ours.dateEncodingStrategy = .iso8601
            ours.dateDecodingStrategy = .iso8601
            encoder.dateEncodingStrategy = .iso8601
            decoder.dateDecodingStrategy = .iso8601
        },
        JSONCoders { ours, encoder, decoder in
            ours.dateEncodingStrategy = .custom { _, _ in }
            ours.dateDecodingStrategy = .custom { _ in .distantPast }
            encoder.dateEncodingStrategy = .custom { _, _ in }
            decoder.dateDecodingStrategy = .custom { _ in .distantPast }
        },
    ]

    /// A key with a digit in front, in capitals.
    private static let shout: @Sendable ([any CodingKey]) -> any CodingKey = { path in
        JSONTestKey(stringValue: "7" + path.last!.stringValue.uppercased())
    }

    private static let calm: @Sendable ([any CodingKey]) -> any CodingKey = { path in
        JSONTestKey(stringValue: String(path.last!.stringValue.drop { $0.isNumber }.lowercased()))
    }

    /// Encodes a value both ways.
    func encoded(_ value: some Encodable) -> (ours: JSONOutcome, theirs: JSONOutcome) {
        (JSONOutcome { try ours.encode(value) }, JSONOutcome { try Array(encoder.encode(value)) })
    }

    /// Decodes a text both ways. The outcomes are the texts of the decoded values.
    func decoded<Value: Codable>(_ text: [UInt8], as type: Value.Type) -> (ours: JSONOutcome, theirs: JSONOutcome) {
        (
            JSONOutcome { try reencoded(ours.decode(type, from: text)) },
            JSONOutcome { try reencoded(decoder.decode(type, from: Data(text))) }
        )
    }

    private func reencoded(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder.encode(value))
    }
}

struct JSONTestKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
