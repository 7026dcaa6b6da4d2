/// What a pair of processes does, over and over.
struct Work: Hashable {
    enum Kind: Hashable {
        /// Requests of a client, answered by a server with what was sent.
        case request(inFlight: Int)
        /// Messages of a publisher to so many subscribers.
        case publish(subscribers: Int)
    }

    /// Who does it, by what interface.
    enum System: String, CaseIterable {
        /// Raw bytes through the C library, handlers on the loop.
        case c
        /// The same over a unix socket, where all others use TCP.
        case cUnix
        /// Raw bytes through the Swift library.
        case swiftBytes
        /// An object through the Swift library, encoded and decoded.
        case swiftCodable
        /// libuv's TCP and nothing else: the same bytes, and what cannot be beaten.
        case floor
        // Other systems, by programs of their own.
        case zeromq
        case nng
        case nats
        case node

        /// Other systems that do the same work on bytes.
        static let peers = [System.zeromq, .nng, .nats]

        var title: String {
            switch self {
            case .c: "C, bytes"
            case .cUnix: "C, unix socket"
            case .swiftBytes: "Swift, bytes"
            case .swiftCodable: "Swift, Codable"
            case .floor: "floor"
            case .zeromq: "ZeroMQ"
            case .nng: "nng"
            case .nats: "NATS"
            case .node: "Node.js"
            }
        }
    }

    var system: System
    var kind: Kind
    /// Bytes of a message.
    var size: Int
    /// Swift handlers run on the concurrent pool, and not on the loop.
    var onPool = false

    /// The same work by another system.
    func by(_ system: System) -> Work {
        Work(system: system, kind: kind, size: size)
    }

    /// The same bytes, frame included, of nothing but libuv.
    var floor: Work {
        Work(system: .floor, kind: kind, size: wireSize)
    }

    /// Bytes of a whole frame: a request or a message with its type or topic, and a request's id.
    private var wireSize: Int {
        let type = #"j:{"type":"echo"}"#.utf8.count
        // An object's members stand in the same object as its type.
        let leading = system == .swiftCodable ? type - 1 : type + 4
        switch kind {
        case .request: return 1 + 4 + leading + size + 4 + #"s:00000000-0000-4000-8000-000000000000:100000"#.utf8.count
        case .publish: return 1 + 4 + "s:message::number".utf8.count + 4 + size
        }
    }

    var title: String {
        switch kind {
        case .request(let inFlight): "\(system.title)\(onPool ? ", pool" : ""): \(inFlight) in flight"
        case .publish(let subscribers): "\(system.title): publish to \(subscribers)"
        }
    }
}

/// Which cores the two processes run on.
enum Placement: String, CaseIterable {
    case oneCore = "one core"
    case twoCores = "two cores"

    var server: Int { 0 }
    var client: Int { self == .oneCore ? 0 : 1 }
}

/// How long, and how often.
struct Effort {
    var rounds = 5
    var warmUp = 0.2
    var seconds = 0.5
    /// Requests at fixed times, so many a second, in place of each as soon as one is answered.
    var rate: Double?
    /// Whether it works, and not how fast it is.
    var isQuick = false
    /// For what Node.js cote does.
    var node: NodeModule?
}
