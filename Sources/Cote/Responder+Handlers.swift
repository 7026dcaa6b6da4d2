extension Responder {
    /// Handles the requests of a type, or of all types that a pattern matches: the handler is given the request, and what it
    /// returns or throws is the answer.
    ///
    /// The request decodes to the handler's parameter, which sees the member `type` too; `[UInt8]` and `Data` get the bytes
    /// as they are, ``JSONValue`` any JSON. What is thrown reaches the requester as ``RemoteError`` says. Of several handlers
    /// for a request each is called, and the first answer counts; see ``Responder``. After the responder is closed this does
    /// nothing.
    ///
    /// A handler may take the request, the request and its ``RequestContext``, or nothing; be async or not; return a value,
    /// or nothing, which answers `null`.
    ///
    /// - Parameters:
    ///   - pattern: The type of the requests, or a pattern of types. Not empty, without a zero byte: anything else is a
    ///     programming error, and traps.
    ///   - handler: Runs where ``Execution`` says, for several requests at once. If it is async, its task is cancelled when
    ///     nobody waits for the answer any more: the requester's connection has ended, or the request's
    ///     ``RequestContext/deadline`` has passed.
    /// - Returns: What takes the handler back.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request) throws -> Value
    ) -> Registration {
        install(pattern, .sync({ (request: Request, _) in try handler(request) }), usesContext: false)
    }

    /// As above; the handler takes the request and answers `null`.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request) throws -> Void
    ) -> Registration {
        install(
            pattern,
            .sync({ (request: Request, _) in
                try handler(request)
                return Nothing()
            }),
            usesContext: false
        )
    }

    /// As above; the handler is async, takes the request and answers with what it returns.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request) async throws -> Value
    ) -> Registration {
        install(pattern, .async({ (request: Request, _) in try await handler(request) }), usesContext: false)
    }

    /// As above; the handler is async, takes the request and answers `null`.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request) async throws -> Void
    ) -> Registration {
        install(
            pattern,
            .async({ (request: Request, _) in
                try await handler(request)
                return Nothing()
            }),
            usesContext: false
        )
    }

    /// As above; the handler takes the request and its context and answers with what it returns.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request, RequestContext) throws -> Value
    ) -> Registration {
        install(pattern, .sync({ (request: Request, context) in try handler(request, context) }), usesContext: true)
    }

    /// As above; the handler takes the request and its context and answers `null`.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request, RequestContext) throws -> Void
    ) -> Registration {
        install(
            pattern,
            .sync({ (request: Request, context) in
                try handler(request, context)
                return Nothing()
            }),
            usesContext: true
        )
    }

    /// As above; the handler is async, takes the request and its context and answers with what it returns.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Value
    ) -> Registration {
        install(
            pattern,
            .async({ (request: Request, context) in try await handler(request, context) }),
            usesContext: true
        )
    }

    /// As above; the handler is async, takes the request and its context and answers `null`.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Void
    ) -> Registration {
        install(
            pattern,
            .async({ (request: Request, context) in
                try await handler(request, context)
                return Nothing()
            }),
            usesContext: true
        )
    }

    /// As above; the handler takes no request and answers with what it returns.
    @discardableResult
    public func on<Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable () throws -> Value
    ) -> Registration {
        install(pattern, .sync({ (_: Anything, _) in try handler() }), usesContext: false)
    }

    /// As above; the handler takes no request and answers `null`.
    @discardableResult
    public func on(
        _ pattern: String,
        _ handler: @escaping @Sendable () throws -> Void
    ) -> Registration {
        install(
            pattern,
            .sync({ (_: Anything, _) in
                try handler()
                return Nothing()
            }),
            usesContext: false
        )
    }

    /// As above; the handler is async, takes no request and answers with what it returns.
    @discardableResult
    public func on<Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable () async throws -> Value
    ) -> Registration {
        install(pattern, .async({ (_: Anything, _) in try await handler() }), usesContext: false)
    }

    /// As above; the handler is async, takes no request and answers `null`.
    @discardableResult
    public func on(
        _ pattern: String,
        _ handler: @escaping @Sendable () async throws -> Void
    ) -> Registration {
        install(
            pattern,
            .async({ (_: Anything, _) in
                try await handler()
                return Nothing()
            }),
            usesContext: false
        )
    }
}

extension Responder {
    /// Handles the requests of a type by a handler that answers later, through a ``Reply``.
    ///
    /// If the handler throws, that is the answer, unless it has answered already. One that only looks on, beside those that
    /// answer, takes a ``Reply`` too and lets it go.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request, Reply<Value>) throws -> Void
    ) -> Registration {
        install(pattern, .later({ request, reply, _ in try handler(request, reply) }), usesContext: false)
    }

    /// As above; the handler takes the request's context too.
    @discardableResult
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Request, Reply<Value>, RequestContext) throws -> Void
    ) -> Registration {
        install(pattern, .later(handler), usesContext: true)
    }

    private func install<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ pattern: String,
        _ form: TypedHandler<Request, Value>.Form,
        usesContext: Bool
    ) -> Registration {
        precondition(!pattern.isEmpty && !pattern.utf8.contains(0), "a pattern is not empty, and has no zero byte")
        let handler = TypedHandler(
            form,
            pattern: pattern,
            usesContext: usesContext,
            pool: pool,
            component: component
        )
        return component.handle(pattern, by: handler)
    }
}

/// The answer of a handler that returns nothing: `null`.
private struct Nothing: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
