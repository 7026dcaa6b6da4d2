extension Responder {
    /// Handles the requests of a type: the handler is given the request, and what it returns or throws is the answer.
    ///
    /// The request decodes to the handler's parameter, which sees the member `type` too; `[UInt8]` and `Data` get the bytes
    /// as they are, ``JSONValue`` any JSON. A handler that the type had before is replaced. What is thrown reaches the
    /// requester as ``RemoteError`` says. After the responder is closed this does nothing.
    ///
    /// A handler may take the request, the request and its ``RequestContext``, or nothing; be async or not; return a value,
    /// or nothing, which answers `null`.
    ///
    /// - Parameters:
    ///   - type: The type of the requests. Not empty, without a zero byte: anything else is a programming error, and traps.
    ///   - handler: Runs where ``Execution`` says, for several requests at once.
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request) throws -> Value
    ) {
        install(type, .sync({ (request: Request, _) in try handler(request) }), usesContext: false)
    }

    /// As above; the handler takes the request and answers `null`.
    public func on<Request: Decodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request) throws -> Void
    ) {
        install(
            type,
            .sync({ (request: Request, _) in
                try handler(request)
                return Nothing()
            }),
            usesContext: false
        )
    }

    /// As above; the handler is async, takes the request and answers with what it returns.
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request) async throws -> Value
    ) {
        install(type, .async({ (request: Request, _) in try await handler(request) }), usesContext: false)
    }

    /// As above; the handler is async, takes the request and answers `null`.
    public func on<Request: Decodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request) async throws -> Void
    ) {
        install(
            type,
            .async({ (request: Request, _) in
                try await handler(request)
                return Nothing()
            }),
            usesContext: false
        )
    }

    /// As above; the handler takes the request and its context and answers with what it returns.
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request, RequestContext) throws -> Value
    ) {
        install(type, .sync({ (request: Request, context) in try handler(request, context) }), usesContext: true)
    }

    /// As above; the handler takes the request and its context and answers `null`.
    public func on<Request: Decodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request, RequestContext) throws -> Void
    ) {
        install(
            type,
            .sync({ (request: Request, context) in
                try handler(request, context)
                return Nothing()
            }),
            usesContext: true
        )
    }

    /// As above; the handler is async, takes the request and its context and answers with what it returns.
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Value
    ) {
        install(type, .async({ (request: Request, context) in try await handler(request, context) }), usesContext: true)
    }

    /// As above; the handler is async, takes the request and its context and answers `null`.
    public func on<Request: Decodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Void
    ) {
        install(
            type,
            .async({ (request: Request, context) in
                try await handler(request, context)
                return Nothing()
            }),
            usesContext: true
        )
    }

    /// As above; the handler takes no request and answers with what it returns.
    public func on<Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable () throws -> Value
    ) {
        install(type, .sync({ (_: Anything, _) in try handler() }), usesContext: false)
    }

    /// As above; the handler takes no request and answers `null`.
    public func on(
        _ type: String,
        _ handler: @escaping @Sendable () throws -> Void
    ) {
        install(
            type,
            .sync({ (_: Anything, _) in
                try handler()
                return Nothing()
            }),
            usesContext: false
        )
    }

    /// As above; the handler is async, takes no request and answers with what it returns.
    public func on<Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable () async throws -> Value
    ) {
        install(type, .async({ (_: Anything, _) in try await handler() }), usesContext: false)
    }

    /// As above; the handler is async, takes no request and answers `null`.
    public func on(
        _ type: String,
        _ handler: @escaping @Sendable () async throws -> Void
    ) {
        install(
            type,
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
    /// If the handler throws, that is the answer, unless it has answered already.
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request, Reply<Value>) throws -> Void
    ) {
        install(type, .later({ request, reply, _ in try handler(request, reply) }), usesContext: false)
    }

    /// As above; the handler takes the request's context too.
    public func on<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ handler: @escaping @Sendable (Request, Reply<Value>, RequestContext) throws -> Void
    ) {
        install(type, .later(handler), usesContext: true)
    }

    private func install<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>(
        _ type: String,
        _ form: TypedHandler<Request, Value>.Form,
        usesContext: Bool
    ) {
        precondition(!type.isEmpty && !type.utf8.contains(0), "a type of requests is not empty, and has no zero byte")
        let handler = TypedHandler(
            form,
            type: type,
            usesContext: usesContext,
            isInline: execution == .inline,
            component: component
        )
        component.handle(type, by: handler)
    }
}

/// Any request, of which the handler wants to know nothing.
private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
}

/// The answer of a handler that returns nothing: `null`.
private struct Nothing: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
