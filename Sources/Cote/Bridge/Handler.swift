internal import CCoteCore
internal import Logging
internal import Synchronization

/// A handler as the core calls it. Retained by the core from on until it is released after off or close.
class RequestHandler: @unchecked Sendable {
    func receive(_ request: cote_request, reply: OpaquePointer) {
        preconditionFailure("to be overridden")
    }
}

private func responderDidReceive(
    context: UnsafeMutableRawPointer?,
    request: UnsafePointer<cote_request>?,
    reply: OpaquePointer?
) {
    Unmanaged<RequestHandler>.fromOpaque(context!).takeUnretainedValue().receive(request!.pointee, reply: reply!)
}

private func responderDidRelease(context: UnsafeMutableRawPointer?) {
    Unmanaged<RequestHandler>.fromOpaque(context!).release()
}

extension Component {
    /// Hands requests to a handler; to nobody if the component is closed.
    func handle(_ pattern: String, by handler: RequestHandler) -> Registration {
        let context = Unmanaged.passRetained(handler)
        var number: UInt64 = 0
        let status = withHandle {
            cote_responder_on($0, pattern, responderDidReceive, responderDidRelease, context.toOpaque(), &number)
        }
        if status == COTE_OK.rawValue {
            return Registration { [number] in _ = self.withHandle { cote_responder_off($0, number) } }
        }
        if let status, let error = CoteError(status: status) {
            log(.error, "requests of type \"\(pattern)\" are not handled: \(error)")
        }
        context.release()
        return Registration {}
    }
}

/// A handler of requests that decode to `Request`, answered with what `Value` encodes to.
final class TypedHandler<Request: Decodable & SendableMetatype, Value: Encodable & SendableMetatype>: RequestHandler,
    @unchecked Sendable
{
    enum Form {
        case sync(@Sendable (Request, RequestContext) throws -> Value)
        case async(@Sendable (Request, RequestContext) async throws -> Value)
        case later(@Sendable (Request, Reply<Value>, RequestContext) throws -> Void)
    }

    private struct Token: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let form: Form
    private let pattern: String
    private let isLiteral: Bool
    private let usesContext: Bool
    private let pool: WorkQueue?
    private let component: Component
    private let wasLate = Atomic(false)

    /// - Parameter pool: Where handlers run that are not async; on the loop if there is none, and then async ones begin there.
    init(_ form: Form, pattern: String, usesContext: Bool, pool: WorkQueue?, component: Component) {
        self.form = form
        self.pattern = pattern
        self.usesContext = usesContext
        self.pool = pool
        self.component = component
        isLiteral = !pattern.contains("*")
    }

    override func receive(_ request: cote_request, reply: OpaquePointer) {
        let token = Token(pointer: reply)
        let type =
            isLiteral
            ? pattern
            : String(decoding: UnsafeRawBufferPointer(start: request.type, count: request.type_size), as: UTF8.self)
        let decoded: Request
        let context: RequestContext
        do {
            decoded = try Payload.decode(Request.self, from: request.payload)
            context = usesContext ? try RequestContext(request, type: type) : .unused
        } catch {
            report(type) { try ReplyToken.fail(reply, RemoteError(undecodable: error, type: type)) }
            return
        }
        // What is decoded belongs to this request alone.
        nonisolated(unsafe) let value = decoded
        switch form {
        case .sync(let handler):
            guard let pool else { return answer(reply, type) { try handler(value, context) } }
            pool.add { [self] in answer(token.pointer, type) { try handler(value, context) } }
        case .async(let handler):
            AnsweringTask.run(answering: reply) {
                let task = { @Sendable [self] in
                    do {
                        let result = try await handler(value, context)
                        report(type) { try ReplyToken.succeed(token.pointer, result) }
                    } catch is CancellationError where Task.isCancelled {
                        // Nobody waits for an answer.
                        cote_reply_drop(token.pointer)
                        component.log(.debug, "the handler of a request of type \"\(type)\" was cancelled")
                    } catch {
                        report(type) { try ReplyToken.fail(token.pointer, error) }
                    }
                }
                if pool == nil, #available(macOS 26, *) { return Task.immediate(operation: task) }
                return Task(operation: task)
            }
        case .later(let handler):
            let reply = Reply<Value>(ReplyToken(reply))
            run { [self] in
                do {
                    try handler(value, reply, context)
                } catch {
                    report(type) { try reply.fail(error) }
                }
            }
        }
    }

    private func run(_ body: @escaping @Sendable () -> Void) {
        if let pool { pool.add(body) } else { body() }
    }

    private func answer(_ reply: OpaquePointer, _ type: String, _ body: () throws -> Value) {
        do {
            let value: Value
            do {
                value = try body()
            } catch {
                return try ReplyToken.fail(reply, error)
            }
            try ReplyToken.succeed(reply, value)
        } catch {
            notDelivered(type, error)
        }
    }

    /// An answer that does not reach its requester is told to the log: there is nobody else to tell.
    private func report(_ type: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            notDelivered(type, error)
        }
    }

    private func notDelivered(_ type: String, _ error: any Error) {
        component.log(level(of: error), "the answer to a request of type \"\(type)\" is not delivered: \(error)")
    }

    /// A handler that comes after another one may do so with every request: a warning for the first is enough.
    private func level(of error: any Error) -> Logger.Level {
        guard let error = error as? CoteError, error.code == .alreadyAnswered else { return .warning }
        return wasLate.exchange(true, ordering: .relaxed) ? .debug : .warning
    }
}

extension RequestContext {
    fileprivate static let unused = RequestContext(type: "", requestID: nil, address: "", deadline: nil, extra: [])

    fileprivate init(_ request: cote_request, type: String) throws {
        self.init(
            type: type,
            requestID: request.id.pointee == 0 ? nil : String(cString: request.id),
            address: String(cString: request.peer_address),
            deadline: request.deadline == 0 ? nil : .now + .milliseconds(request.deadline),
            redelivered: Int(request.redelivered),
            extra: try UnsafeBufferPointer(start: request.extra, count: request.extra_count).map {
                try Payload.decode(JSONValue.self, from: $0)
            }
        )
    }
}

extension RemoteError {
    /// A request of another shape than its handler takes.
    fileprivate init(undecodable error: any Error, type: String) {
        self.init("the request is not what \"\(type)\" takes: \(describe(error))", code: "invalidRequest")
    }
}

/// What is wrong, and where, without Swift's own names for it.
private func describe(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return String(describing: error) }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
        .dataCorrupted(let context):
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    @unknown default:
        return String(describing: error)
    }
}
