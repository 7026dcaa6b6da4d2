/// Who hands out messages until a queue has ended, and who waits for all of them.
final class RunningHandlers: Sendable {
    private struct State {
        var running = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var waiterCount = 0
    }

    private let state = Locked(State())

    /// One more hands out messages, until ``didFinish()``.
    func begin() {
        state.withLock { $0.running += 1 }
    }

    func run(_ body: @escaping @Sendable () async -> Void) {
        begin()
        Task {
            await body()
            didFinish()
        }
    }

    func didFinish() {
        let waiters = state.withLock { state -> [Int: CheckedContinuation<Void, Never>] in
            state.running -= 1
            guard state.running == 0 else { return [:] }
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns when none is left, or after that time.
    func finished(within duration: Duration) async {
        var timer: Task<Void, Never>?
        await withCheckedContinuation { continuation in
            let number = state.withLock { state -> Int? in
                guard state.running > 0 else { return nil }
                state.waiterCount += 1
                state.waiters[state.waiterCount] = continuation
                return state.waiterCount
            }
            guard let number else { return continuation.resume() }
            // Not a child of the caller's task, which may well be cancelled already.
            timer = Task {
                try? await Task.sleep(for: duration)
                state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
            }
        }
        timer?.cancel()
    }
}
