internal import CCoteCore
internal import Synchronization

/// What becomes of the answer to one request. Retained by the core from a successful send until its one callback.
class PendingResponse: @unchecked Sendable {
    let requestType: String
    private let requester: String

    init(type: String, requester: String) {
        requestType = type
        self.requester = requester
    }

    /// Called once, with what the core borrows us.
    func receive(_ response: cote_response) {
        preconditionFailure("to be overridden")
    }

    /// The answer, decoded from the bytes where they are.
    final func value<Response: Decodable>(of response: cote_response, as type: Response.Type) throws -> Response {
        guard response.status == COTE_OK.rawValue else {
            if response.status == COTE_ECANCELED.rawValue { throw CancellationError() }
            throw completed(CoteError(response), by: response)
        }
        do {
            return try Payload.decode(type, from: response.result)
        } catch {
            let failure = CoteError(.decodingFailed, "the answer is not what was asked for", underlying: error)
            throw completed(failure, by: response)
        }
    }

    private func completed(_ failure: CoteError, by response: cote_response) -> CoteError {
        var failure = failure
        failure.requestType = requestType
        failure.requestID = "\(requester):\(response.id)"
        if let id = response.peer_id, let name = response.peer_name {
            failure.peer = .init(id: String(cString: id), name: String(cString: name))
        }
        return failure
    }
}

/// An answer that is handed to a closure.
final class ClosureResponse<Response: Decodable>: PendingResponse, @unchecked Sendable {
    private let completion: @Sendable (Result<Response, any Error>) -> Void

    init(type: String, requester: String, completion: @escaping @Sendable (Result<Response, any Error>) -> Void) {
        self.completion = completion
        super.init(type: type, requester: requester)
    }

    override func receive(_ response: cote_response) {
        completion(Result { try value(of: response, as: Response.self) })
    }
}

/// An answer that a task waits for. The core calls back exactly once, so an unsafe continuation is safe.
class AwaitedResponse: PendingResponse, @unchecked Sendable {
    /// The continuation of the task that waits; 0 before it does, or ``arrived``.
    private let waiter = Atomic<UInt>(0)
    private static let arrived: UInt = 1

    /// To be called when the answer is kept.
    final func arrive() {
        let waiter = waiter.exchange(Self.arrived, ordering: .acquiringAndReleasing)
        if waiter != 0 { unsafeBitCast(waiter, to: UnsafeContinuation<Void, Never>.self).resume() }
    }

    /// Returns when the answer is kept. To be called once.
    final nonisolated(nonsending) func arrival() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let address = unsafeBitCast(continuation, to: UInt.self)
            let before = waiter.exchange(address, ordering: .acquiringAndReleasing)
            if before == Self.arrived { continuation.resume() }
        }
    }
}

/// An answer decoded to a type, for the task that waits for it.
final class DecodedResponse<Response: Decodable>: AwaitedResponse, @unchecked Sendable {
    // Not an optional: Swift looks such a type up whenever it is used.
    private let decoded = UnsafeMutablePointer<Response>.allocate(capacity: 1)
    @exclusivity(unchecked) private var isDecoded = false
    @exclusivity(unchecked) private var failure: (any Error)?

    deinit {
        if isDecoded { decoded.deinitialize(count: 1) }
        decoded.deallocate()
    }

    override func receive(_ response: cote_response) {
        do {
            decoded.initialize(to: try value(of: response, as: Response.self))
            isDecoded = true
        } catch {
            failure = error
        }
        arrive()
    }

    /// The answer that has arrived. To be called once.
    func take() throws -> Response {
        if let failure { throw failure }
        isDecoded = false
        return decoded.move()
    }
}

/// The core's callback of a request.
func requesterDidReceive(context: UnsafeMutableRawPointer?, response: UnsafePointer<cote_response>?) {
    Unmanaged<PendingResponse>.fromOpaque(context!).takeRetainedValue().receive(response!.pointee)
}
