internal import CBench
internal import Cote
internal import Glibc
internal import Synchronization

/// What one worker is to do, and the Swift half of doing it.
struct WorkerTask: Sendable {
    var key: String
    var gate = ""
    var discoveryPort: UInt16
    var port: UInt16 = 0
    var size = 0
    var inFlight: UInt32 = 0
    var subscribers: UInt32 = 0
    var peers: UInt32 = 0
    var rate: Double = 0
    var warmUp: Double = 0
    var seconds: Double = 0

    /// Lives as long as the process.
    var work: UnsafePointer<bench_work> {
        let work = UnsafeMutablePointer<bench_work>.allocate(capacity: 1)
        work.initialize(
            to: bench_work(
                key: strdup(key),
                discovery_port: discoveryPort,
                port: port,
                size: size,
                in_flight: inFlight,
                subscribers: subscribers,
                rate: rate,
                warm_up: warmUp,
                seconds: seconds,
                window: 0,
                gate: strdup(gate),
                peers: peers
            )
        )
        return UnsafePointer(work)
    }

    /// Runs a worker that is written in C, and ends with it.
    func inC(_ worker: (UnsafePointer<bench_work>) -> Int32) throws {
        exit(worker(work))
    }

    var configuration: Configuration {
        Configuration {
            $0.environment = ""
            $0.key = key
            $0.address = "127.0.0.1"
            $0.broadcast = "127.255.255.255"
            $0.discoveryPort = Int(discoveryPort)
        }
    }

    private func makeMeter() -> Meter { Meter(work) }

    private func makeGate() throws -> Gate {
        guard let gate = bench_gate_open(work) else { throw WorkerFailure(description: "no gate") }
        return Gate(pointer: gate)
    }

    // MARK: requests

    func respond<Value: Codable & Sendable>(to type: Value.Type, onPool: Bool) async throws {
        let responder = try Responder(
            name: "responder",
            execution: onPool ? .pool : .inline,
            configuration: configuration
        )
        responder.on("echo") { (value: Value) in value }
        bench_ready(UInt16(responder.port))
        bench_until_input_ends()
        exit(0)
    }

    /// Each of the tasks sends its next request when it has its answer. They run where the answers arrive.
    func request<Value: Codable & Sendable>(_ value: Value) async throws {
        let requester = try Requester(name: "requester", configuration: configuration)
        try await requester.ready()
        let meter = makeMeter()
        if rate > 0 { requestAtRate(value, through: requester, meter) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<inFlight {
                group.addTask(executorPreference: requester.executor) {
                    while true {
                        let sent = bench_now()
                        let _: Value = try await requester.send("echo", value)
                        meter.count(sentAt: sent)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func requestAtRate<Value: Codable & Sendable>(
        _ value: Value,
        through requester: Requester,
        _ meter: Meter
    ) -> Never {
        let send = RateSender { due in
            do {
                try requester.send("echo", value) { (answer: Result<Value, any Error>) in
                    guard case .success = answer else { fatalError("\(answer)") }
                    meter.count(sentAt: due)
                }
            } catch {
                fatalError("\(error)")
            }
        }
        bench_at_rate(work, rateIsDue, Unmanaged.passRetained(send).toOpaque())
        fatalError("the rate has ended")
    }

    // MARK: messages

    func publish<Value: Encodable>(_ value: (UInt64) -> Value) async throws {
        let publisher = try Publisher(name: "publisher", configuration: configuration)
        let gate = try makeGate()
        bench_ready(UInt16(publisher.port))
        try await publisher.ready(minimum: Int(subscribers))
        var sent: UInt64 = 0
        while true {
            bench_gate_wait(gate.pointer, sent)
            try publisher.publish("number", value(sent))
            sent += 1
        }
    }

    func subscribe<Value: Decodable & Sendable>(_ number: @escaping @Sendable (Value) -> UInt64) async throws {
        let gate = try makeGate()
        // The subscribers have a loop each.
        let meter = Mutex(makeMeter())
        var all: [Subscriber] = []
        for index in 0..<subscribers {
            let subscriber = try Subscriber(name: "subscriber", execution: .inline, configuration: configuration)
            // Its loop's alone.
            nonisolated(unsafe) var received: UInt64 = 0
            subscriber.on("number") { (value: Value) in
                let this = number(value)
                let lost = this - received
                received = this + 1
                bench_gate_pass(gate.pointer, index, received)
                if lost > 0 { meter.withLock { $0.lose(lost) } }
                // The clock costs as much as a message.
                if received % 16 == 0 { meter.withLock { $0.count(16) } }
            }
            all.append(subscriber)
        }
        bench_until_input_ends()
        withExtendedLifetime(all) {}
    }
}

/// The core's meter, on one thread: the loop's.
final class Meter: @unchecked Sendable {
    private let pointer = UnsafeMutablePointer<bench_meter>.allocate(capacity: 1)

    init(_ work: UnsafePointer<bench_work>) {
        guard bench_meter_begin(pointer, work) else { fatalError("no memory") }
    }

    func count(sentAt: UInt64) {
        let now = bench_now()
        if pointer.pointee.begun { bench_histogram_add(pointer.pointee.latencies, now - sentAt) }
        bench_meter_count(pointer, now, 1)
    }

    func count(_ messages: UInt64) {
        bench_meter_count(pointer, bench_now(), messages)
    }

    func lose(_ count: UInt64) {
        pointer.pointee.lost += count
    }
}

/// Shared memory, which guards itself.
struct Gate: @unchecked Sendable {
    let pointer: OpaquePointer
}

private final class RateSender {
    let send: (UInt64) -> Void

    init(_ send: @escaping (UInt64) -> Void) {
        self.send = send
    }
}

private func rateIsDue(context: UnsafeMutableRawPointer?, due: UInt64) {
    Unmanaged<RateSender>.fromOpaque(context!).takeUnretainedValue().send(due)
}
