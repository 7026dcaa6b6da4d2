#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// Work that must not hold up a loop, done on Swift's concurrent pool in the order in which it came.
///
/// A few tasks take it from one queue, a piece at a time: to make a task of each piece, and to wake up a thread for it,
/// costs more than most handlers do.
final class WorkQueue: Sendable {
    private struct State {
        var waiting = Fifo<@Sendable () -> Void>()
        var running = 0
    }

    /// So many pieces a task does before other tasks of the pool get their turn.
    private static let turn = 64
    /// As many as the pool has threads.
    static let allCores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    private let state = Locked(State())
    private let width: Int
    private let limit: Int

    /// Does at most `width` pieces at a time. Of those that wait, the newest `limit` are kept.
    init(width: Int, limit: Int = .max) {
        self.width = width
        self.limit = limit
    }

    /// False if an older piece was dropped for it.
    @discardableResult
    func add(_ work: @escaping @Sendable () -> Void) -> Bool {
        add(work, limit: limit)
    }

    /// Done when everything before it is. Nothing is dropped for it.
    func finish(_ work: @escaping @Sendable () -> Void) {
        _ = add(work, limit: .max)
    }

    private func add(_ work: @escaping @Sendable () -> Void, limit: Int) -> Bool {
        var dropped: (@Sendable () -> Void)?
        let isFirst = state.withLock { state in
            if state.waiting.count >= limit { dropped = state.waiting.popFirst() }
            state.waiting.append(work)
            guard state.running < width else { return false }
            state.running += 1
            return true
        }
        if isFirst { Task.detached { [self] in await run() } }
        return dropped == nil
    }

    private func run() async {
        var done = 0
        while let work = next() {
            work()
            done += 1
            if done % Self.turn == 0 { await Task.yield() }
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if let work = state.waiting.popFirst() { return work }
            state.running -= 1
            return nil
        }
    }
}
