internal import CCoteCore

/// How a request is to be delivered.
struct Delivery {
    var timeout: Duration?
    var subset: String?
    var extra: [JSONValue]
    var idempotent: Bool
    var requireHandler: Bool
}

extension Delivery {
    init(_ timeout: Duration?, _ subset: String?, _ extra: [JSONValue], _ idempotent: Bool, _ requireHandler: Bool) {
        self.init(
            timeout: timeout,
            subset: subset,
            extra: extra,
            idempotent: idempotent,
            requireHandler: requireHandler
        )
    }

    /// Calls `body` with the core's options, whose strings live until it returns.
    fileprivate func withOptions(_ body: (inout cote_send_options) -> Int32?) throws -> Int32? {
        var options = cote_send_options()
        options.size = MemoryLayout<cote_send_options>.size
        options.timeout_ms = try timeout.map { try $0.milliseconds(for: "timeout") } ?? 0
        if idempotent { options.flags |= UInt32(COTE_SEND_IDEMPOTENT) }
        if requireHandler { options.flags |= UInt32(COTE_SEND_REQUIRE_HANDLER) }
        if subset == nil, extra.isEmpty { return body(&options) }
        let memory = CStrings()
        defer { memory.free() }
        options.subset = try memory.copy(subset, for: "subset")
        let extra = CValues(extra)
        defer { extra.free() }
        options.extra = extra.values
        options.extra_count = self.extra.count
        return body(&options)
    }
}

extension Component {
    /// Sends a request, whose answer goes to `pending`. Throws if it was not sent; then nothing comes.
    ///
    /// - Parameter request: What it says besides its type; ``TypeAlone`` for nothing.
    /// - Returns: The number by which to cancel it.
    func send<Request: Encodable>(
        _ request: Request,
        type: String,
        delivery: Delivery,
        pending: PendingResponse
    ) throws -> UInt64 {
        guard !type.utf8.contains(0) else {
            throw CoteError(.invalidArgument, "type: \"\(type)\" holds a zero byte")
        }
        if let timeout = delivery.timeout, timeout <= .zero {
            var failure = CoteError(.timeout, "the time was over before the request was sent")
            failure.requestType = type
            throw failure
        }
        var sent = Result<UInt64, any Error>.success(0)
        try Payload.withRequest(request, type: type) { payload, isComplete in
            sent = Result { try self.send(payload, isComplete: isComplete, delivery, pending) }
        }
        return try sent.get()
    }

    private func send(
        _ payload: UnsafePointer<cote_value>?,
        isComplete: Bool,
        _ delivery: Delivery,
        _ pending: PendingResponse
    ) throws -> UInt64 {
        do {
            var number: UInt64 = 0
            let status = try delivery.withOptions { options in
                if isComplete { options.flags |= UInt32(COTE_SEND_ENCODED) }
                return pending.requestType.withCString { type in
                    withHandle { handle in
                        let context = Unmanaged.passRetained(pending)
                        let status = cote_requester_send(
                            handle,
                            type,
                            payload,
                            &options,
                            requesterDidReceive,
                            context.toOpaque(),
                            &number
                        )
                        if status != COTE_OK.rawValue { context.release() }
                        return status
                    }
                }
            }
            guard let status else { throw CoteError(.closed, "the requester is closed") }
            try check(status)
            return number
        } catch var error as CoteError {
            error.requestType = pending.requestType
            throw error
        }
    }

    /// Returns when the answer is there; a task that is cancelled meanwhile cancels the request.
    nonisolated(nonsending) func arrival(of pending: AwaitedResponse, number: UInt64) async {
        await withTaskCancellationHandler {
            await pending.arrival()
        } onCancel: {
            cancel(number)
        }
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
