internal import ArgumentParser
internal import CBench
internal import Glibc

/// One of a pair of processes. Not for people.
struct Worker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    enum Role: String, ExpressibleByArgument {
        case server, client
    }

    @Argument var role: Role
    @Option var system: Work.System
    @Option var size: Int
    @Option var core: Int32
    @Option var key: String
    @Option var gate: String
    @Option var discoveryPort: UInt16
    @Option var port: UInt16
    @Option var warmUp: Double
    @Option var seconds: Double
    @Option var inFlight: UInt32?
    @Option var subscribers: UInt32?
    @Option var rate: Double?
    @Flag var pool = false

    func run() async throws {
        // Before any thread is made, which then are on it too.
        bench_pin(core)
        setenv("COTE_UNIX_SOCKETS", system == .cUnix ? "true" : "false", 1)
        let work = WorkerTask(
            key: key,
            gate: gate,
            discoveryPort: discoveryPort,
            port: port,
            size: size,
            inFlight: inFlight ?? 0,
            subscribers: subscribers ?? 0,
            rate: rate ?? 0,
            warmUp: warmUp,
            seconds: seconds
        )
        switch (system, inFlight != nil, role) {
        case (.floor, true, .server): try work.inC(bench_floor_echo_server)
        case (.floor, true, .client): try work.inC(bench_floor_echo_client)
        case (.floor, false, .server): try work.inC(bench_floor_stream_server)
        case (.floor, false, .client): try work.inC(bench_floor_stream_client)
        case (.c, true, .server), (.cUnix, true, .server): try work.inC(bench_c_responder)
        case (.c, true, .client), (.cUnix, true, .client): try work.inC(bench_c_requester)
        case (.c, false, .server), (.cUnix, false, .server): try work.inC(bench_c_publisher)
        case (.c, false, .client), (.cUnix, false, .client): try work.inC(bench_c_subscriber)
        case (.swiftBytes, true, .server): try await work.respond(to: [UInt8].self, onPool: pool)
        case (.swiftBytes, true, .client): try await work.request([UInt8](repeating: 0, count: size))
        case (.swiftBytes, false, .server): try await work.publish { number in Numbered.bytes(number, size: size) }
        case (.swiftBytes, false, .client): try await work.subscribe { (bytes: [UInt8]) in Numbered.number(of: bytes) }
        case (.swiftCodable, true, .server): try await work.respond(to: Conversion.self, onPool: pool)
        case (.swiftCodable, true, .client): try await work.request(Conversion())
        case (.swiftCodable, false, .server): try await work.publish { Conversion(number: $0) }
        case (.swiftCodable, false, .client): try await work.subscribe { (value: Conversion) in value.number }
        case (.zeromq, _, _), (.nng, _, _), (.nats, _, _), (.node, _, _):
            throw ValidationError("\(system.title) has programs of its own")
        }
    }
}

/// The object of the Codable rows: 65 bytes of JSON, if its number has ten digits, as it has here.
struct Conversion: Codable, Sendable {
    static let base: UInt64 = 1_000_000_000

    var id = base
    var from = "usd"
    var to = "eur"
    var sum = 10.5
    var exact = true

    init(number: UInt64 = 0) {
        id = Self.base + number
    }

    var number: UInt64 { id - Self.base }
}

/// Messages of bytes that carry a number: behind a zero, which begins no tag of the protocol.
enum Numbered {
    static func bytes(_ number: UInt64, size: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        for index in 1..<8 { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index - 1))) }
        return bytes
    }

    static func number(of bytes: [UInt8]) -> UInt64 {
        (1..<8).reduce(0) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1 - 1)) }
    }
}

extension Work.System: ExpressibleByArgument {}
