/// Streams of what happens on a loop.
///
/// Everything here but `stream` is done on the loop, and no lock is held: to give a stream an event takes a lock of the
/// task that waits for it, and whoever cancels that task holds the same lock while its handlers run.
final class EventSource<Event: Sendable>: @unchecked Sendable {
    private let loop: Loop
    private var observers: [Int: AsyncStream<Event>.Continuation] = [:]
    private var count = 0
    private var isOver = false

    init(loop: Loop) {
        self.loop = loop
    }

    /// The events from now on, after those that `beginning` makes on the loop.
    func stream(
        bufferingPolicy: AsyncStream<Event>.Continuation.BufferingPolicy,
        beginning: @escaping @Sendable () -> [Event]
    ) -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: bufferingPolicy)
        let isCalled = loop.call { self.add(continuation, beginning: beginning()) }
        if !isCalled { continuation.finish() }
        return stream
    }

    private func add(_ continuation: AsyncStream<Event>.Continuation, beginning: [Event]) {
        for event in beginning { continuation.yield(event) }
        guard !isOver else { return continuation.finish() }
        count += 1
        let number = count
        observers[number] = continuation
        continuation.onTermination = { [weak self] _ in
            guard let self else { return }
            loop.call { self.observers[number] = nil }
        }
    }

    func send(_ event: Event) {
        for observer in observers.values { observer.yield(event) }
    }

    func finish() {
        isOver = true
        let last = observers
        observers = [:]
        for observer in last.values { observer.finish() }
    }
}
