internal import CCoteCore

/// The task that answers a request, cancelled when nobody waits for the answer any more. Retained by the core until the
/// request is answered or nobody waits; used on the loop only.
final class AnsweringTask: @unchecked Sendable {
    private var task: Task<Void, Never>?

    /// To be called in the request's callback. Begins the task with `start` when it is watched, since it may use up the
    /// token at once.
    static func run(answering reply: OpaquePointer, start: () -> Task<Void, Never>) {
        let running = AnsweringTask()
        let context = Unmanaged.passRetained(running)
        let status = cote_reply_watch(reply, requesterIsGone, watchDidEnd, context.toOpaque())
        // Without memory for it the handler runs all the same, and is not cancelled.
        if status != COTE_OK.rawValue { context.release() }
        running.task = start()
    }

    fileprivate func cancel() {
        task?.cancel()
    }
}

private func requesterIsGone(context: UnsafeMutableRawPointer?) {
    Unmanaged<AnsweringTask>.fromOpaque(context!).takeUnretainedValue().cancel()
}

private func watchDidEnd(context: UnsafeMutableRawPointer?) {
    Unmanaged<AnsweringTask>.fromOpaque(context!).release()
}
