internal import CCoteCore

/// A thread of the core on which components live and their callbacks run.
final class Loop: Sendable {
    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let handle: Handle

    var pointer: OpaquePointer { handle.pointer }

    /// Those of the core that components share, which live as long as the process.
    private static let shared = Locked<[OpaquePointer: Loop]>([:])

    /// The loop for a component: handlers that run on the loop itself would hold up other components, so they get one of
    /// their own.
    static func forComponent(ofItsOwn: Bool = false, with configuration: Configuration) throws -> Loop {
        try ofItsOwn ? Loop() : nextShared(of: configuration.loops)
    }

    private static func nextShared(of count: Int?) throws -> Loop {
        guard count == nil || 1...Int(COTE_MAX_LOOPS) ~= count! else {
            throw CoteError(.invalidArgument, "loops: \(count!) is not from 1 to \(COTE_MAX_LOOPS)")
        }
        var pointer: OpaquePointer?
        try check(cote_loop_shared(UInt32(count ?? 0), &pointer))
        return shared.withLock { loops in
            if let loop = loops[pointer!] { return loop }
            let loop = Loop(pointer!)
            loops[pointer!] = loop
            return loop
        }
    }

    /// Calls `body` on the loop, soon. False, and it is not called, when the loop has ended or memory has run out.
    @discardableResult
    func call(_ body: @escaping @Sendable () -> Void) -> Bool {
        let context = Unmanaged.passRetained(LoopCall(body))
        guard cote_loop_call(pointer, loopDidCall, context.toOpaque()) == COTE_OK.rawValue else {
            context.release()
            return false
        }
        return true
    }

    private let jobs = Locked<[UnownedJob]>([])
    /// Room for the next jobs. The loop thread's alone.
    nonisolated(unsafe) private var spareJobs: [UnownedJob] = []

    private init(_ pointer: OpaquePointer) {
        handle = Handle(pointer: pointer)
    }

    private convenience init() throws {
        var pointer: OpaquePointer?
        try check(cote_loop_create(&pointer))
        self.init(pointer!)
    }

    deinit {
        // The last reference may well be dropped on the loop's own thread, which cannot wait for itself.
        let handle = handle
        Task.detached { cote_loop_destroy(handle.pointer) }
    }
}

private final class LoopCall: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func loopDidCall(context: UnsafeMutableRawPointer?) {
    Unmanaged<LoopCall>.fromOpaque(context!).takeRetainedValue().body()
}

extension Loop: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = jobs.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        // One call for a burst of jobs. A loop in use has not ended, so without memory there is nobody to tell.
        if isFirst, !call({ self.runJobs() }) { fatalError("no memory to run a task on the loop") }
    }

    private func runJobs() {
        var ready = spareJobs
        spareJobs = []
        jobs.withLock { swap(&$0, &ready) }
        for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
        ready.removeAll(keepingCapacity: true)
        spareJobs = ready
    }
}
