internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The process groups of the commands that run: each has one of its own, so that it can be ended with all that it started.
enum ProcessGroups {
    private static let running = Mutex<Set<pid_t>>([])

    static func add(_ group: pid_t) {
        running.withLock { _ = $0.insert(group) }
    }

    static func remove(_ group: pid_t) {
        running.withLock { _ = $0.remove(group) }
    }

    /// Ends all of them at once.
    static func killAll() {
        running.withLock { for group in $0 { kill(-group, SIGKILL) } }
    }
}
