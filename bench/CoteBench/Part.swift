internal import CBench
internal import Glibc

/// A process that a figure is taken of. Its arguments stand in a fixed order: to parse options takes longer than to start the
/// library.
struct Part {
    enum Kind: String {
        /// Does nothing but say when it was there.
        case idle
        /// A requester that says when it has its answer.
        case asker
        case responder
        /// So many components.
        case components
        /// A requester that tells how many peers it knows.
        case listener
        /// So many peers that only say hello, each every so many seconds.
        case simulatedPeers
    }

    var kind: Kind
    var system = Work.System.c
    var key: String
    var discoveryPort: UInt16
    var count = 0
    var seconds = 0.0

    init(_ kind: Kind, by system: Work.System = .c, in mesh: Mesh, count: Int = 0, seconds: Double = 0) {
        self.kind = kind
        self.system = system
        self.key = mesh.key
        self.discoveryPort = mesh.discoveryPort
        self.count = count
        self.seconds = seconds
    }

    // MARK: here

    /// Runs it as a process of its own, until `body` is through with it.
    func run<Result: Sendable>(_ body: (WorkerProcess) async throws -> Result) async throws -> Result {
        try await WorkerProcess.run(
            arguments: ["part", kind.rawValue, system.rawValue, key, "\(discoveryPort)", "\(count)", "\(seconds)"],
            body
        )
    }

    // MARK: there

    /// From this process's arguments; nil if they say something else.
    init?(_ arguments: [String]) {
        guard arguments.count == 8, arguments[1] == "part", let kind = Kind(rawValue: arguments[2]),
            let system = Work.System(rawValue: arguments[3]), let port = UInt16(arguments[5]),
            let count = Int(arguments[6]), let seconds = Double(arguments[7])
        else { return nil }
        self.kind = kind
        self.system = system
        self.key = arguments[4]
        self.discoveryPort = port
        self.count = count
        self.seconds = seconds
    }

    /// Plays it, to the end of the process.
    func play() async throws {
        let work = WorkerTask(key: key, discoveryPort: discoveryPort, peers: UInt32(count), seconds: seconds)
        switch kind {
        case .idle:
            say("ready \(bench_now())")
            bench_until_input_ends()
        case .asker where system == .c: try work.inC(bench_c_asker)
        case .asker: try await work.ask()
        case .responder where system == .c: try work.inC(bench_c_responder)
        case .responder: try await work.respond(to: [UInt8].self, onPool: false)
        case .components: try work.hold(components: count)
        case .listener: try work.inC(bench_c_listener)
        case .simulatedPeers: try work.inC(bench_simulated_peers)
        }
    }
}

/// On standard output, at once.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
