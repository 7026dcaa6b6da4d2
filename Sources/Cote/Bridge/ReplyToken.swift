internal import CCoteCore
internal import Synchronization

/// The core's reply token, which is used once: whoever takes it first.
final class ReplyToken: Sendable {
    private let address: Atomic<UInt>

    init(_ pointer: OpaquePointer) {
        address = Atomic(UInt(bitPattern: pointer))
    }

    deinit {
        cote_reply_drop(OpaquePointer(bitPattern: address.load(ordering: .relaxed)))
    }

    private func take() throws -> OpaquePointer {
        guard let pointer = OpaquePointer(bitPattern: address.exchange(0, ordering: .acquiringAndReleasing)) else {
            throw CoteError(.alreadyAnswered, "the request was answered before")
        }
        return pointer
    }

    func succeed<Value: Encodable>(_ value: Value, extra: [JSONValue]) throws {
        try Self.succeed(take(), value, extra: extra)
    }

    func fail(_ error: any Error) throws {
        try Self.fail(take(), error)
    }

    /// Answers with a value, and others behind it; with an error if it does not encode, which is thrown.
    static func succeed<Value: Encodable>(_ pointer: OpaquePointer, _ value: Value, extra: [JSONValue] = []) throws {
        let flags = UInt32(COTE_REPLY_ENCODED)
        var status = Int32(0)
        do {
            if extra.isEmpty {
                try Payload.withAnswer(value) { status = cote_reply_send(pointer, $0, flags) }
            } else {
                try Payload.withAnswer(value, extra: extra) { status = cote_reply_send_values(pointer, $0, $1, flags) }
            }
        } catch {
            let failure = CoteError(.encodingFailed, "the answer cannot be encoded", underlying: error)
            try fail(pointer, RemoteError(failure.description, code: failure.code.description))
            throw failure
        }
        try check(status)
    }

    static func fail(_ pointer: OpaquePointer, _ error: any Error) throws {
        let error = RemoteError(describing: error)
        var status = Int32(0)
        if let details = error.details?.bytes {
            details.withUnsafeBytes { details in
                Payload.withValue(COTE_KIND_JSON, details) {
                    status = cote_reply_error(pointer, error.code, error.message, $0)
                }
            }
        } else {
            status = cote_reply_error(pointer, error.code, error.message, nil)
        }
        try check(status)
    }
}
