/// The duty to answer one request, for a handler that answers later: from anywhere, at any time, once.
///
/// One that goes without having answered answers with the error `unanswered`, unless another handler has answered, or may
/// still. One may outlive its requester and its responder; the answer is dropped then.
public final class Reply<Value: Encodable>: Sendable {
    private let token: ReplyToken

    init(_ token: ReplyToken) {
        self.token = token
    }

    /// Answers with a value.
    ///
    /// - Parameters:
    ///   - value: The answer.
    ///   - extra: Further values, at most 12, which the callback of a Node.js requester is given one after the other behind
    ///     the first. Bytes are what ``JSONValue/init(buffer:)`` makes of them.
    /// - Throws: ``CoteError`` with ``CoteError/Code/alreadyAnswered``, also if another handler has answered first; with
    ///   ``CoteError/Code/closed`` if the requester is gone; or with ``CoteError/Code/encodingFailed`` or
    ///   ``CoteError/Code/invalidArgument`` (too many), and then the requester gets an error.
    public func succeed(_ value: Value, extra: [JSONValue] = []) throws {
        try token.succeed(value, extra: extra)
    }

    /// Answers with an error, as a handler does that throws it.
    ///
    /// - Throws: ``CoteError`` with ``CoteError/Code/alreadyAnswered``, also if another handler has answered first, or with
    ///   ``CoteError/Code/closed`` if the requester is gone.
    public func fail(_ error: any Error) throws {
        try token.fail(error)
    }
}
