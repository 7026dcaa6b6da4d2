internal import CCoteCore
internal import Synchronization

typealias CoreValue = cote_value

/// What becomes of the answer to one request. Retained by the core from a successful send until its one callback.
class PendingResponse: @unchecked Sendable {
    let type: String

    /// The request's number plus 2, once it was sent; before that ``notSent``, or ``cancelledBefore``.
    private let number = Atomic<UInt64>(notSent)
    private static let notSent: UInt64 = 0
    private static let cancelledBefore: UInt64 = 1

    init(type: String) {
        self.type = type
    }

    /// Called once, with what the core borrows us.
    func receive(_ response: cote_response) {
        preconditionFailure("to be overridden")
    }

    /// Whether it was cancelled, and has not been sent.
    var isCancelled: Bool { number.load(ordering: .acquiring) == Self.cancelledBefore }

    /// Remembers the number of the request that was sent; false if it was cancelled before.
    func wasSent(as number: UInt64) -> Bool {
        self.number.exchange(number + 2, ordering: .acquiringAndReleasing) == Self.notSent
    }

    /// The number of the request to be cancelled; `nil` if it was not sent yet, and then it is cancelled when it is.
    func cancelledNumber() -> UInt64? {
        let (sentBefore, current) = number.compareExchange(
            expected: Self.notSent,
            desired: Self.cancelledBefore,
            ordering: .acquiringAndReleasing
        )
        return sentBefore || current == Self.cancelledBefore ? nil : current - 2
    }
}

/// The answer decoded to a type, on the loop, from the bytes where they are.
final class DecodedResponse<Response>: PendingResponse, @unchecked Sendable {
    enum Completion {
        case continuation(UnsafeContinuation<Response, any Error>)
        case closure(@Sendable (Result<Response, any Error>) -> Void)
    }

    /// Set before the request is sent. The core calls back exactly once, so an unsafe continuation is safe.
    var completion: Completion?
    private let requester: String
    private let decode: @Sendable (CoreValue) throws -> Response

    init(type: String, requester: String, decode: @escaping @Sendable (CoreValue) throws -> Response) {
        self.requester = requester
        self.decode = decode
        super.init(type: type)
    }

    override func receive(_ response: cote_response) {
        // What was decoded belongs to whoever waits for it.
        nonisolated(unsafe) let result = result(of: response)
        switch completion! {
        case .continuation(let continuation): continuation.resume(with: result)
        case .closure(let closure): closure(result)
        }
    }

    private func result(of response: cote_response) -> Result<Response, any Error> {
        var failure: CoteError
        switch response.status {
        case COTE_OK.rawValue:
            do {
                return .success(try decode(response.result))
            } catch {
                failure = CoteError(.decodingFailed, "the answer is not what was asked for", underlying: error)
            }
        case COTE_ECANCELED.rawValue:
            return .failure(CancellationError())
        default:
            failure = CoteError(response)
        }
        failure.requestType = type
        failure.requestID = "\(requester):\(response.id)"
        if let id = response.peer_id, let name = response.peer_name {
            failure.peer = .init(id: String(cString: id), name: String(cString: name))
        }
        return .failure(failure)
    }
}

/// The core's callback of a request.
func requesterDidReceive(context: UnsafeMutableRawPointer?, response: UnsafePointer<cote_response>?) {
    Unmanaged<PendingResponse>.fromOpaque(context!).takeRetainedValue().receive(response!.pointee)
}
