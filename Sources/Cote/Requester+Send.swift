extension Requester {
    /// Sends a request and waits for its answer.
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
    /// - Throws: ``CoteError``; `CancellationError` if the task is cancelled.
    public nonisolated(nonsending) func send<
        Request: Encodable & SendableMetatype,
        Response: Decodable & SendableMetatype
    >(
        _ type: String,
        _ request: Request,
        as response: Response.Type = Response.self,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false
    ) async throws -> Response {
        try await send(
            type,
            request,
            delivery: Delivery(timeout, subset, extra, idempotent, requireHandler)
        )
    }

    /// Sends a request of nothing but a type, and waits for its answer.
    public nonisolated(nonsending) func send<Response: Decodable & SendableMetatype>(
        _ type: String,
        as response: Response.Type = Response.self,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false
    ) async throws -> Response {
        try await send(
            type,
            TypeAlone(),
            delivery: Delivery(timeout, subset, extra, idempotent, requireHandler)
        )
    }

    /// Sends a request and waits until it is answered, whatever the answer is.
    public nonisolated(nonsending) func send<Request: Encodable & SendableMetatype>(
        _ type: String,
        _ request: Request,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false
    ) async throws {
        _ =
            try await send(
                type,
                request,
                delivery: Delivery(timeout, subset, extra, idempotent, requireHandler)
            ) as Anything
    }

    /// Sends a request of nothing but a type, and waits until it is answered, whatever the answer is.
    public nonisolated(nonsending) func send(
        _ type: String,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false
    ) async throws {
        _ =
            try await send(
                type,
                TypeAlone(),
                delivery: Delivery(timeout, subset, extra, idempotent, requireHandler)
            ) as Anything
    }

    /// Sends a request of JSON, such as `["from": "usd", "amount": 100]`, and waits for its answer.
    public nonisolated(nonsending) func send<Response: Decodable & SendableMetatype>(
        _ type: String,
        _ request: JSONValue,
        as response: Response.Type = Response.self,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false
    ) async throws -> Response {
        try await send(
            type,
            request,
            delivery: Delivery(timeout, subset, extra, idempotent, requireHandler)
        )
    }

    /// Sends a request of JSON, such as `["from": "usd", "amount": 100]`, and waits for its answer, JSON too.
    @discardableResult
    public nonisolated(nonsending) func send(
        _ type: String,
        _ request: JSONValue,
        timeout: Duration? = nil,
        subset: String? = nil,
        extra: [JSONValue] = [],
        idempotent: Bool = false,
        requireHandler: Bool = false
    ) async throws -> JSONValue {
        try await send(
            type,
            request,
            as: JSONValue.self,
            timeout: timeout,
            subset: subset,
            extra: extra,
            idempotent: idempotent,
            requireHandler: requireHandler
        )
    }

    private nonisolated(nonsending) func send<
        Request: Encodable & SendableMetatype,
        Response: Decodable & SendableMetatype
    >(
        _ type: String,
        _ request: Request,
        delivery: Delivery
    ) async throws -> Response {
        try Task.checkCancellation()
        let pending = DecodedResponse<Response>(type: type, requester: id)
        let number = try component.send(request, type: type, delivery: delivery, pending: pending)
        await component.arrival(of: pending, number: number)
        return try pending.take()
    }
}
