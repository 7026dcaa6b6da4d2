/// Messages on their way from the loop to a handler on the pool, which takes them in order.
struct MessageQueue<Value>: Sendable {
    private struct Item: @unchecked Sendable {
        // What was decoded belongs to this message alone.
        let value: Value
        let context: MessageContext
    }

    private let stream: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation

    /// Of messages that wait, the newest `limit` are kept.
    init(limit: Int) {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(limit))
    }

    /// False if an older message was dropped for it.
    func add(_ value: Value, _ context: MessageContext) -> Bool {
        if case .dropped = continuation.yield(Item(value: value, context: context)) { false } else { true }
    }

    /// Those that wait are still handed out.
    func finish() {
        continuation.finish()
    }

    /// Hands out all messages, at most `width` at a time: one after the other if that is 1.
    func handOut(atATime width: Int, to handler: @escaping @Sendable (Value, MessageContext) async -> Void) async {
        if width == 1 {
            for await item in stream { await handler(item.value, item.context) }
            return
        }
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await item in stream {
                if running == width { await group.next() } else { running += 1 }
                group.addTask { await handler(item.value, item.context) }
            }
        }
    }
}
