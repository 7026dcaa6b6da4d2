internal import CCoteCore

/// How a request is to be delivered.
struct Delivery {
    var timeout: Duration?
    var subset: String?
    var extra: [JSONValue]
    var idempotent: Bool
    var requireHandler: Bool
}

extension Component {
    /// Sends a request, whose answer goes to `pending`. Throws if it was not sent; then nothing comes.
    func send(
        type: String,
        payload: Payload.Request,
        delivery: Delivery,
        pending: PendingResponse
    ) throws {
        guard !type.utf8.contains(0) else {
            throw CoteError(.invalidArgument, "type: \"\(type)\" holds a zero byte")
        }
        if let timeout = delivery.timeout, timeout <= .zero {
            var failure = CoteError(.timeout, "the time was over before the request was sent")
            failure.requestType = type
            throw failure
        }
        guard !pending.isCancelled else { throw CancellationError() }
        var options = cote_send_options()
        options.size = MemoryLayout<cote_send_options>.size
        options.timeout_ms = try delivery.timeout.map { try $0.milliseconds(for: "timeout") } ?? 0
        options.flags = payload.isEncoded ? UInt32(COTE_SEND_ENCODED) : 0
        if delivery.idempotent { options.flags |= UInt32(COTE_SEND_IDEMPOTENT) }
        if delivery.requireHandler { options.flags |= UInt32(COTE_SEND_REQUIRE_HANDLER) }

        let memory = CStrings()
        defer { memory.free() }
        options.subset = try memory.copy(delivery.subset, for: "subset")
        let extra = CValues(delivery.extra)
        defer { extra.free() }
        options.extra = extra.values
        options.extra_count = delivery.extra.count

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

/// Values of the core's, with bytes of their own.
struct CValues {
    let values: UnsafePointer<cote_value>?
    private let count: Int

    init(_ values: [JSONValue]) {
        count = values.count
        guard count > 0 else {
            self.values = nil
            return
        }
        let copies = UnsafeMutablePointer<cote_value>.allocate(capacity: count)
        for (index, value) in values.enumerated() {
            let (kind, bytes) = value.string.map { (COTE_KIND_STRING, Array($0.utf8)) } ?? (COTE_KIND_JSON, value.bytes)
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            copy.copyBytes(from: bytes)
            copies[index] = cote_value(kind: kind, data: copy.baseAddress, size: bytes.count)
        }
        self.values = UnsafePointer(copies)
    }

    func free() {
        guard let values else { return }
        for index in 0..<count { values[index].data?.deallocate() }
        values.deallocate()
    }
}
