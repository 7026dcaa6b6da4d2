import Cote
import Synchronization
import Testing

/// A mesh of a test's own, on this host only: nothing else that runs here meets it.
struct Mesh: Sendable {
    let configuration: Configuration
    let discoveryPort: Int
    let key: String

    private static let count = Atomic<Int>(0)

    init(_ change: (inout Configuration) -> Void = { _ in }) {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        let port = 20_000 + Int.random(in: 0..<12_000)
        let key = "test-\(number)-\(UInt64.random(in: 0 ... .max))"
        discoveryPort = port
        self.key = key
        configuration = Configuration {
            $0.environment = ""
            $0.broadcast = "127.255.255.255"
            $0.discoveryPort = port
            $0.key = key
            $0.address = "127.0.0.1"
            change(&$0)
        }
    }

    func requester(_ name: String = "requester", timeout: Duration? = nil) throws -> Requester {
        try Requester(name: name, timeout: timeout, configuration: configuration)
    }

    func responder(
        _ name: String = "responder",
        execution: Responder.Execution = .pool
    ) throws -> Responder {
        try Responder(name: name, execution: execution, configuration: configuration)
    }
}

/// How long a test waits for what has to come, before it fails.
let patience = Duration.seconds(30)

extension PeerEvents {
    /// The first event that `matches`.
    func first(where matches: @escaping @Sendable (PeerEvent) -> Bool) async throws -> PeerEvent {
        for await event in self where matches(event) { return event }
        throw Missing(what: "a peer event")
    }
}

struct Missing: Error {
    let what: String
}

extension Requester {
    /// Waits until so many responders are there.
    func meet(_ count: Int) async {
        var there = Set<String>()
        for await event in peers {
            if case .added(let peer) = event { there.insert(peer.id) }
            if there.count >= count { return }
        }
    }
}

extension Requester {
    /// Waits until it is known of so many responders that they handle something.
    func knowHandlers(of count: Int) async {
        var known = Set<String>()
        for await event in peers {
            switch event {
            case .added(let peer), .updated(let peer):
                if peer.handles?.isEmpty == false { known.insert(peer.id) }
            case .removed(let peer):
                known.remove(peer.id)
            case .suspected, .back:
                break
            }
            if known.count >= count { return }
        }
    }
}

/// A value that something else will provide: waits for it, and never for a time.
final class Promise<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fulfil(_ value: Value) {
        continuation.yield(value)
    }

    var value: Value {
        get async throws {
            for await value in stream { return value }
            throw Missing(what: "the value of a promise")
        }
    }
}
