internal import CCoteCore
internal import Logging

/// A handler as the core calls it. Kept by its component until that is closed.
class RequestHandler: @unchecked Sendable {
    func receive(_ request: cote_request, reply: OpaquePointer) {
        preconditionFailure("to be overridden")
    }
}

/// The core's callback of a request.
private func responderDidReceive(
    context: UnsafeMutableRawPointer?,
    request: UnsafePointer<cote_request>?,
    reply: OpaquePointer?
) {
    Unmanaged<RequestHandler>.fromOpaque(context!).takeUnretainedValue().receive(request!.pointee, reply: reply!)
}

extension Component {
    func handle(_ type: String, by handler: RequestHandler) {
        let context = Unmanaged.passUnretained(handler).toOpaque()
        let status = withHandle(keeping: handler) { cote_responder_on($0, type, responderDidReceive, context) }
        if let status, let error = CoteError(status: status) {
            log(.error, "requests of type \"\(type)\" are not handled: \(error)")
        }
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
    private let type: String
    private let usesContext: Bool
    private let isInline: Bool
    private let component: Component

    init(_ form: Form, type: String, usesContext: Bool, isInline: Bool, component: Component) {
        self.form = form
        self.type = type
        self.usesContext = usesContext
        self.isInline = isInline
        self.component = component
    }

    override func receive(_ request: cote_request, reply: OpaquePointer) {
        let token = Token(pointer: reply)
        let decoded: Request
        do {
            decoded = try Payload.decode(Request.self, from: request.payload)
        } catch {
            report { try ReplyToken.fail(reply, RemoteError(undecodable: error, type: type)) }
            return
        }
        let context = usesContext ? RequestContext(request, type: type) : .unused
        // What is decoded belongs to this request alone.
        nonisolated(unsafe) let value = decoded
        switch form {
        case .sync(let handler):
            run { [self] in answer(token) { try handler(value, context) } }
        case .async(let handler):
            let task = { @Sendable [self] in
                do {
                    let result = try await handler(value, context)
                    report { try ReplyToken.succeed(token.pointer, result) }
                } catch {
                    report { try ReplyToken.fail(token.pointer, error) }
                }
            }
            if isInline, #available(macOS 26, *) { Task.immediate(operation: task) } else { Task(operation: task) }
        case .later(let handler):
            let reply = Reply<Value>(ReplyToken(reply))
            run { [self] in
                do {
                    try handler(value, reply, context)
                } catch {
                    report { try reply.fail(error) }
                }
            }
        }
    }

    private func run(_ body: @escaping @Sendable () -> Void) {
        if isInline { body() } else { Task { body() } }
    }

    private func answer(_ token: Token, _ body: () throws -> Value) {
        let result = Result(catching: body)
        report {
            switch result {
            case .success(let value): try ReplyToken.succeed(token.pointer, value)
            case .failure(let error): try ReplyToken.fail(token.pointer, error)
            }
        }
    }

    /// An answer that does not reach its requester is told to the log: there is nobody else to tell.
    private func report(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            component.log(.warning, "the answer to a request of type \"\(type)\" is not delivered: \(error)")
        }
    }
}

extension RequestContext {
    fileprivate static let unused = RequestContext(type: "", requestID: nil, address: "")

    fileprivate init(_ request: cote_request, type: String) {
        self.init(
            type: type,
            requestID: request.id.pointee == 0 ? nil : String(cString: request.id),
            address: String(cString: request.peer_address)
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
