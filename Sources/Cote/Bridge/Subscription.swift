internal import CCoteCore
internal import Logging

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// What becomes of the messages of one pattern. Retained by the core from on until it is released after off or close.
class MessageReceiver: @unchecked Sendable {
    func receive(_ message: cote_message) {
        preconditionFailure("to be overridden")
    }

    /// No message comes any more.
    func end() {}
}

private func subscriberDidReceive(context: UnsafeMutableRawPointer?, message: UnsafePointer<cote_message>?) {
    Unmanaged<MessageReceiver>.fromOpaque(context!).takeUnretainedValue().receive(message!.pointee)
}

private func subscriberDidRelease(context: UnsafeMutableRawPointer?) {
    Unmanaged<MessageReceiver>.fromOpaque(context!).takeRetainedValue().end()
}

extension Component {
    /// Hands messages to a receiver; to nobody if the component is closed.
    func subscribe(to pattern: String, _ receiver: MessageReceiver) -> Registration {
        let context = Unmanaged.passRetained(receiver)
        var number: UInt64 = 0
        let status = withHandle {
            cote_subscriber_on($0, pattern, subscriberDidReceive, subscriberDidRelease, context.toOpaque(), &number)
        }
        if status == COTE_OK.rawValue {
            return Registration { [number] in _ = self.withHandle { cote_subscriber_off($0, number) } }
        }
        if let status, let error = CoteError(status: status) {
            log(.error, "messages of \"\(pattern)\" are not heard: \(error)")
        }
        context.release()
        receiver.end()
        return Registration {}
    }
}

/// Messages decoded to a type, on the loop, from the bytes where they are.
final class TypedReceiver<Value: Decodable & SendableMetatype>: MessageReceiver, @unchecked Sendable {
    private let deliver: (Value, MessageContext) -> Void
    private let onEnd: () -> Void
    private let failures: MessageFailures
    /// Most messages come like the one before.
    @exclusivity(unchecked) private var context: MessageContext?

    init(
        failures: MessageFailures,
        deliver: @escaping (Value, MessageContext) -> Void,
        onEnd: @escaping () -> Void = {}
    ) {
        self.failures = failures
        self.deliver = deliver
        self.onEnd = onEnd
    }

    override func receive(_ message: cote_message) {
        let context = context(of: message)
        do {
            deliver(try Payload.decode(Value.self, from: message.data), context)
        } catch {
            failures.report(error, context, "is not what its handler takes")
        }
    }

    private func context(of message: cote_message) -> MessageContext {
        if let context, context.describes(message) { return context }
        let new = MessageContext(message)
        context = new
        return new
    }

    override func end() {
        onEnd()
    }
}

/// Messages that could not be handled: counted, told to whoever wants to know, and logged once for each topic.
final class MessageFailures: Sendable {
    private struct State {
        var count = 0
        var topics: Set<String> = []
    }

    /// So many topics are remembered; those beyond are not logged.
    private static let limit = 1000

    private let state = Locked(State())
    private let onError: (@Sendable (any Error, MessageContext) -> Void)?
    private let component: Component

    init(component: Component, onError: (@Sendable (any Error, MessageContext) -> Void)?) {
        self.component = component
        self.onError = onError
    }

    var count: Int { state.withLock { $0.count } }

    /// A message before this one waited for its handler too long.
    func reportDropped(_ context: MessageContext) {
        report(CoteError(.queueFull, "its handler is too slow"), context, "dropped an older one")
    }

    func report(_ error: any Error, _ context: MessageContext, _ what: String) {
        let isNew = state.withLock { state in
            state.count += 1
            return state.topics.count < Self.limit && state.topics.insert(context.topic).inserted
        }
        if isNew { component.log(.warning, "a message of topic \"\(context.topic)\" \(what): \(error)") }
        onError?(error, context)
    }
}

extension MessageContext {
    /// Whether it is the context of this message too.
    fileprivate func describes(_ message: cote_message) -> Bool {
        let isTopic = topic.utf8.elementsEqual(UnsafeRawBufferPointer(start: message.topic, count: message.topic_size))
        return isTopic && publisherID.withCString { strcmp($0, message.peer_id) == 0 }
            && publisherName.withCString { strcmp($0, message.peer_name) == 0 }
    }

    fileprivate init(_ message: cote_message) {
        self.init(
            topic: String(
                decoding: UnsafeRawBufferPointer(start: message.topic, count: message.topic_size),
                as: UTF8.self
            ),
            publisherID: String(cString: message.peer_id),
            publisherName: String(cString: message.peer_name)
        )
    }
}
