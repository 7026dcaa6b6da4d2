import Cote
import Testing

extension Command.Outcome {
    /// What a responder that was told to stop leaves behind.
    func expectCleanEnd(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 0, "\(error)", sourceLocation: sourceLocation)
        #expect(output.isEmpty, sourceLocation: sourceLocation)
    }

    /// The one answer, if all went well.
    func answer(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        #expect(status == 0, "\(error)", sourceLocation: sourceLocation)
        #expect(error.isEmpty, sourceLocation: sourceLocation)
        #expect(isOneLine, sourceLocation: sourceLocation)
        return try JSONValue(parsing: output)
    }

    /// The one error, if the responder answered with an error.
    func remoteError(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        #expect(status == 1, "\(error)", sourceLocation: sourceLocation)
        #expect(output.isEmpty, sourceLocation: sourceLocation)
        return try JSONValue(parsing: error)
    }
}
