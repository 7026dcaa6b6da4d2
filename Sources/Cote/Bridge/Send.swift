internal import CCoteCore

extension Component {
    /// Sends a request, whose answer goes to `pending`. Throws if it was not sent; then nothing comes.
    func send(
        type: String,
        payload: Payload.Request,
        timeout: Duration?,
        pending: PendingResponse
    ) throws {
        guard !type.utf8.contains(0) else {
            throw CoteError(.invalidArgument, "type: \"\(type)\" holds a zero byte")
        }
        if let timeout, timeout <= .zero {
            var failure = CoteError(.timeout, "the time was over before the request was sent")
            failure.requestType = type
            throw failure
        }
        guard !pending.isCancelled else { throw CancellationError() }
        var options = cote_send_options()
        options.size = MemoryLayout<cote_send_options>.size
        options.timeout_ms = try timeout.map { try $0.milliseconds(for: "timeout") } ?? 0
        options.flags = payload.isEncoded ? UInt32(COTE_SEND_ENCODED) : 0

        let context = Unmanaged.passRetained(pending)
        var number: UInt64 = 0
        let failure: CoteError? = payload.withValue { value in
            withHandle { handle in
                let status = cote_requester_send(
                    handle,
                    type,
                    value,
                    &options,
                    requesterDidReceive,
                    context.toOpaque(),
                    &number
                )
                return CoteError(status: status)
            } ?? CoteError(.closed, "the requester is closed")
        }
        if var failure {
            context.release()
            failure.requestType = type
            throw failure
        }
        if !pending.wasSent(as: number) { cancel(number) }
    }

    /// Ends a request with cancellation, if it has not ended yet.
    func cancel(_ number: UInt64) {
        _ = withHandle { cote_requester_cancel($0, number) }
    }
}
