/// The duty to answer one request, for a handler that answers later: from anywhere, at any time, once.
///
/// One that goes without having answered answers with the error `unanswered`. One may outlive its requester and its
/// responder; the answer is dropped then.
public final class Reply<Value: Encodable>: Sendable {
    private let token: ReplyToken

    init(_ token: ReplyToken) {
        self.token = token
    }

    /// Answers with a value.
    ///
    /// - Throws: ``CoteError`` with ``CoteError/Code/alreadyAnswered``; with ``CoteError/Code/closed`` if the requester is
    ///   gone; or with ``CoteError/Code/encodingFailed``, and then the requester gets that as an error.
    public func succeed(_ value: Value) throws {
        try token.succeed(value)
    }

    /// Answers with an error, as a handler does that throws it.
    ///
    /// - Throws: ``CoteError`` with ``CoteError/Code/alreadyAnswered``, or with ``CoteError/Code/closed`` if the requester
    ///   is gone.
    public func fail(_ error: any Error) throws {
        try token.fail(error)
    }
}
