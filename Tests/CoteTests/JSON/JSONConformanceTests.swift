import Cote
import Foundation
import Testing

/// A conformance suite for JSON parsers: the folder that the environment names, or else the one
/// beside the checkout; nil if there is none.
private let suite: URL? = {
    let beside = URL(filePath: #filePath).appending(path: "../../../../../shared/json-test-suite/test_parsing")
        .standardized
    let folder = ProcessInfo.processInfo.environment["COTE_JSON_TEST_SUITE"].map { URL(filePath: $0) } ?? beside
    return FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)) ? folder : nil
}()

/// The first letter of a text's name tells whether it must be accepted (y), refused (n), or either (i).
@Suite(.enabled(if: suite != nil)) struct JSONConformanceTests {
    private func texts(_ letter: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = try #require(suite)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.lastPathComponent.hasPrefix(letter) }.map {
            ($0.lastPathComponent, Array(try Data(contentsOf: $0)))
        }
    }

    @Test func wellFormedTextsAreAccepted() throws {
        let texts = try texts("y_")
        #expect(texts.count > 90)
        for (name, bytes) in texts {
            let value = try #require(try? JSONValue(parsing: bytes), "\(name)")
            #expect(try JSONValue(parsing: value.bytes) == value, "\(name)")
            let theirs = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            #expect(theirs == value, "\(name)")
        }
    }

    @Test func malformedTextsAreRefused() throws {
        let texts = try texts("n_")
        #expect(texts.count > 180)
        for (name, bytes) in texts {
            #expect(throws: DecodingError.self, "\(name)") { try JSONValue(parsing: bytes) }
            #expect(throws: DecodingError.self, "\(name)") { try JSONCoder().decode([Double].self, from: bytes) }
        }
    }

    @Test func doubtfulTextsDoNoHarm() throws {
        let texts = try texts("i_")
        #expect(texts.count > 30)
        for (name, bytes) in texts {
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            // What is accepted can be written and read again.
            #expect(throws: Never.self, "\(name)") { try JSONValue(parsing: value.bytes) }
        }
    }
}
