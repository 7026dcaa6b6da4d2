extension Requester {
    /// Sends a request, and hands its answer to a closure: for code that is not async.
    ///
    /// - Parameters:
    ///   - type: What is asked for. Not empty.
    ///   - request: The rest of the request: encodes to an object; or raw bytes, `[UInt8]` or `Data`.
    ///   - response: The type of the answer, where it is not clear already.
    ///   - timeout: How long to wait for the answer, also while no responder is there; the requester's by default.
    ///   - subset: Only a responder of that subset gets it; until there is one it waits.
    ///   - extra: Further values for the handler, at most 13, which only responders of this library are given: fails with
    ///     ``CoteError/Code/unsupportedByPeer`` where only others are.
    ///   - idempotent: It does no harm if the request is done twice: it is sent again if its connection is lost, unless
    ///     ``Configuration/redelivery`` is ``Redelivery/never``.
    ///   - requireHandler: Does not wait while nobody that is known handles the type, but fails with
    ///     ``CoteError/Code/noHandler``.
    ///   - completion: Called exactly once, if this does not throw, on the loop thread, which it must not hold up: other
    ///     components live there too. The failure is a ``CoteError``, or `CancellationError`.
    /// - Returns: What cancels the request.
    /// - Throws: ``CoteError`` if the request cannot be sent; then `completion` is not called.
    @discardableResult
    public func send<Request: Encodable & SendableMetatype, Response: Decodable & SendableMetatype>(
        _ type: String,
        _ request: Request,
        as response: Response.Type = Response.self,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false,
        completion: @escaping @Sendable (Result<Response, any Error>) -> Void
    ) throws -> SentRequest {
        try send(
            type,
            request,
            delivery: Delivery(timeout, subset, extra, idempotent, requireHandler),
            completion
        )
    }

    /// Sends a request of nothing but a type, and hands its answer to a closure.
    @discardableResult
    public func send<Response: Decodable & SendableMetatype>(
        _ type: String,
        as response: Response.Type = Response.self,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false,
        completion: @escaping @Sendable (Result<Response, any Error>) -> Void
    ) throws -> SentRequest {
        try send(
            type,
            TypeAlone(),
            delivery: Delivery(timeout, subset, extra, idempotent, requireHandler),
            completion
        )
    }

    private func send<Request: Encodable & SendableMetatype, Response: Decodable & SendableMetatype>(
        _ type: String,
        _ request: Request,
        delivery: Delivery,
        _ completion: @escaping @Sendable (Result<Response, any Error>) -> Void
    ) throws -> SentRequest {
        let pending = ClosureResponse(type: type, requester: id, completion: completion)
        let number = try component.send(request, type: type, delivery: delivery, pending: pending)
        return SentRequest(number: number, component: component)
    }
}

/// A request that is under way.
public struct SentRequest: Sendable {
    let number: UInt64
    let component: Component

    /// Ends the request with `CancellationError`, if it has not ended yet. One that was not delivered never is.
    public func cancel() {
        component.cancel(number)
    }
}
