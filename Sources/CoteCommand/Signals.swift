internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Ends the command in good order: the first signal cancels what runs, the second ends the process at once.
enum Signals {
    private struct State {
        var received: Int32?
        var cancel: (@Sendable () -> Void)?
    }

    private static let state = Mutex(State())

    /// Takes the signals that ask the process to end. To be called once, first of all.
    static func take() {
        signal(SIGPIPE, SIG_IGN)  // a write tells it

        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }  // then they end the process, as they always do
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        signalsAreWrittenTo = ends[1]

        handle(SIGINT)
        handle(SIGTERM)
        if !isIgnored(SIGHUP) { handle(SIGHUP) }

        let source = ends[0]
        DispatchQueue(label: "signals").async {
            while true {
                var number: UInt8 = 0
                if read(source, &number, 1) == 1 { didReceive(Int32(number)) }
            }
        }
    }

    /// Runs `body` in a task that the first signal cancels.
    ///
    /// - Returns: What `body` returned or threw, and the signal, if there was one.
    static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async -> (result: Result<Value, any Error>, signal: Int32?) {
        let task = Task { try await body() }
        state.withLock { $0.cancel = { task.cancel() } }
        let result = await task.result
        return (result, state.withLock { $0.received })
    }

    private static func didReceive(_ number: Int32) {
        let cancel = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.received == nil, let cancel = state.cancel else { return nil }
            state.received = number
            return cancel
        }
        if let cancel {
            cancel()
        } else {
            ProcessGroups.killAll()
            _exit(ExitStatus.signal(number))
        }
    }

    private static func handle(_ number: Int32) {
        var action = sigaction()
        #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = writeSignal
        #else
        action.__sigaction_handler.sa_handler = writeSignal
        #endif
        action.sa_flags = Int32(SA_RESTART)
        sigaction(number, &action, nil)
    }

    /// Whether the one who started this process wants it to go on after that signal, as `nohup` does.
    private static func isIgnored(_ number: Int32) -> Bool {
        let inherited = signal(number, SIG_DFL)
        guard unsafeBitCast(inherited, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) else { return false }
        signal(number, SIG_IGN)
        return true
    }
}

/// Set before the first handler is installed, and never again.
nonisolated(unsafe) private var signalsAreWrittenTo: Int32 = -1

/// The handler of signals, which may do very little: a thread that can do more waits at the other end of the pipe.
private func writeSignal(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    write(signalsAreWrittenTo, &byte, 1)
    errno = before
}
