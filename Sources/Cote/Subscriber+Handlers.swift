extension Subscriber {
    /// Hands the messages of a pattern to a handler.
    ///
    /// The value decodes to the handler's parameter; `[UInt8]` and `Data` get the bytes as they are, ``JSONValue`` any JSON.
    /// Several handlers may match a message, and each gets it. After the subscriber is closed this does nothing.
    ///
    /// - Parameters:
    ///   - pattern: The topic, or a pattern of topics. Not empty, without a zero byte: anything else is a programming
    ///     error, and traps.
    ///   - handler: Is given the messages one after the other, in order. Of messages that wait for it the newest 100,000 are
    ///     kept.
    /// - Returns: What takes the handler back.
    @discardableResult
    public func on<Value: Decodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Value) throws -> Void
    ) -> Registration {
        on(pattern) { (value: Value, _: MessageContext) in try handler(value) }
    }

    /// As above; the handler takes the message's context too.
    @discardableResult
    public func on<Value: Decodable & SendableMetatype>(
        _ pattern: String,
        _ handler: @escaping @Sendable (Value, MessageContext) throws -> Void
    ) -> Registration {
        let failures = failures
        let guarded: @Sendable (Value, MessageContext) -> Void = { value, context in
            do {
                try handler(value, context)
            } catch {
                failures.report(error, context, "made its handler throw")
            }
        }
        guard execution == .pool else { return subscribe(pattern, TypedReceiver(failures: failures, deliver: guarded)) }
        let queue = WorkQueue(width: 1, limit: Self.limit)
        handlers.begin()
        let receiver = TypedReceiver<Value>(
            failures: failures,
            deliver: { value, context in
                // What was decoded belongs to this message alone.
                nonisolated(unsafe) let value = value
                if !queue.add({ guarded(value, context) }) { failures.reportDropped(context) }
            },
            onEnd: { [handlers] in queue.finish { handlers.didFinish() } }
        )
        return subscribe(pattern, receiver)
    }

    /// Of messages that wait for a handler, so many are kept.
    private static var limit: Int { 100_000 }

    /// As above; the handler is async, and is given up to `concurrency` messages at a time: with more than one they may
    /// finish in any order.
    @discardableResult
    public func on<Value: Decodable & SendableMetatype>(
        _ pattern: String,
        concurrency: Int = 1,
        _ handler: @escaping @Sendable (Value) async throws -> Void
    ) -> Registration {
        on(pattern, concurrency: concurrency) { (value: Value, _: MessageContext) async throws in
            try await handler(value)
        }
    }

    /// As above; the handler is async, and takes the message's context too.
    @discardableResult
    public func on<Value: Decodable & SendableMetatype>(
        _ pattern: String,
        concurrency: Int = 1,
        _ handler: @escaping @Sendable (Value, MessageContext) async throws -> Void
    ) -> Registration {
        precondition(concurrency > 0, "a handler takes at least one message at a time")
        let failures = failures
        return enqueue(pattern, concurrency: concurrency) { (value: Value, context) in
            do {
                try await handler(value, context)
            } catch {
                failures.report(error, context, "made its handler throw")
            }
        }
    }

    private func enqueue<Value: Decodable & SendableMetatype>(
        _ pattern: String,
        concurrency: Int,
        _ handler: @escaping @Sendable (Value, MessageContext) async -> Void
    ) -> Registration {
        let queue = MessageQueue<Value>(limit: Self.limit)
        let receiver = TypedReceiver<Value>(
            failures: failures,
            deliver: { [failures] value, context in
                if !queue.add(value, context) { failures.reportDropped(context) }
            },
            onEnd: queue.finish
        )
        handlers.run { await queue.handOut(atATime: concurrency, to: handler) }
        return subscribe(pattern, receiver)
    }

    private func subscribe(_ pattern: String, _ receiver: MessageReceiver) -> Registration {
        precondition(!pattern.isEmpty && !pattern.utf8.contains(0), "a pattern is not empty, and has no zero byte")
        return component.subscribe(to: pattern, receiver)
    }

    /// The messages of a pattern, as they come. The stream ends when the subscriber is closed.
    ///
    /// - Parameters:
    ///   - pattern: The topic, or a pattern of topics.
    ///   - type: What the messages decode to, where that is not clear already.
    ///   - bufferingPolicy: Which of the messages that wait are kept; the newest 10,000 by default.
    public func messages<Value: Decodable & Sendable>(
        on pattern: String,
        as type: Value.Type = Value.self,
        bufferingPolicy: AsyncStream<Value>.Continuation.BufferingPolicy = .bufferingNewest(10_000)
    ) -> AsyncStream<Value> {
        let (stream, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: bufferingPolicy)
        let receiver = TypedReceiver<Value>(
            failures: failures,
            deliver: { value, _ in continuation.yield(value) },
            onEnd: { continuation.finish() }
        )
        let registration = subscribe(pattern, receiver)
        continuation.onTermination = { _ in registration.cancel() }
        return stream
    }
}
