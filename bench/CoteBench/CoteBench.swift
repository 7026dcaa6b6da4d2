internal import ArgumentParser
internal import CCoteCore
internal import Glibc

/// `cote-bench`: how fast it is, beside how fast it can be.
@main
struct CoteBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cote-bench",
        abstract: "Measure how fast this library is, on this machine.",
        subcommands: [Measure.self, Worker.self],
        defaultSubcommand: Measure.self
    )
}

struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure requests and publishing.",
        discussion: """
            Each row is two processes, pinned both to one core, and then to one each: on virtual machines the two \
            differ a lot. Beside it the floor, in turn with it: the same bytes by libuv's TCP and nothing else. ± is half \
            of the distance between the slowest and the fastest round; CPU is that of both processes for each message.

            Rates of publishing are counted at the receivers, all of them together, and nothing may be lost.
            """
    )

    @Flag(help: "All rows, not the eight that tell most.")
    var full = false

    @Flag(help: "One short round of each: whether it works, not how fast it is.")
    var quick = false

    @Option(help: ArgumentHelp("Only rows whose title contains this.", valueName: "text"))
    var only: String?

    @Option(help: ArgumentHelp("Bytes of a message, in place of each row's own.", valueName: "bytes"))
    var size: Int?

    @Option(help: ArgumentHelp("Requests at a time, in place of each row's own.", valueName: "count"))
    var inflight: Int?

    @Option(help: ArgumentHelp("Of one round.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("Rounds of each.", valueName: "count"))
    var rounds: Int?

    @Option(
        help: ArgumentHelp(
            "Send so many requests a second at fixed times, and count each one's latency from when it was due.",
            valueName: "count"
        )
    )
    var rate: Double?

    @Flag(
        help: """
            Beside each row of the C library, in turn with it, the same work by ZeroMQ, nng and NATS: those whose programs \
            scripts/bench --peers has built.
            """
    )
    var peers = false

    @Flag(help: "Print JSON, a line for each row.")
    var json = false

    func validate() throws {
        guard (size ?? 8) >= 8 else { throw ValidationError("--size: at least 8, for its number.") }
        guard (inflight ?? 1) >= 1 else { throw ValidationError("--inflight: at least 1.") }
        guard !peers || !others.isEmpty else {
            throw ValidationError(
                "--peers: no programs of other systems in \(Pair.peersFolder); scripts/bench --peers builds them."
            )
        }
        guard (duration ?? 1) > 0, (rate ?? 1) > 0, (rounds ?? 1) > 0 else {
            throw ValidationError("--duration, --rate and --rounds: more than 0.")
        }
    }

    func run() async throws {
        var effort = Effort()
        if quick { effort = Effort(rounds: 1, warmUp: 0.05, seconds: 0.05) }
        effort.seconds = duration ?? effort.seconds
        effort.rounds = rounds ?? effort.rounds
        effort.rate = rate
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let placements = Placement.allCases.filter { $0.client < cores }
        if !json { print(Table.header) }
        var measurements: [Measurement] = []
        for work in rows {
            for placement in placements {
                let measurement = try await Measurement.make(
                    work,
                    placement,
                    effort,
                    peers: work.system == .c ? others : []
                ) { round in
                    progress("\(work.title), \(placement.rawValue): round \(round + 1) of \(effort.rounds)")
                }
                progress("")
                for line in json ? [try Report(measurement).line] : Table.lines(measurement) { print(line) }
                let lost = measurement.rounds.lost
                guard lost == 0 else { throw PairFailure(description: "\(lost) messages were lost") }
                measurements.append(measurement)
            }
        }
        guard !json, rate == nil else { return }
        print("\nOurs by others, each at the better of its placements:")
        for line in Table.summary(measurements) { print(line) }
    }

    /// Those whose programs are there.
    private var others: [Work.System] {
        guard peers else { return [] }
        return Work.System.peers.filter { access("\(Pair.peersFolder)/bench-\($0.rawValue)", X_OK) == 0 }
    }

    private var rows: [Work] {
        (full ? Work.full : Work.telling).map { row in
            var work = row
            if let size, work.system != .swiftCodable { work.size = size }
            if let inflight, case .request = work.kind { work.kind = .request(inFlight: inflight) }
            return work
        }
        .filter { work in only.map { work.title.contains($0) } ?? true }
        .filter { work in
            if case .publish = work.kind { rate == nil } else { true }
        }
    }

    /// A line that is written over, where somebody looks at it.
    private func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let line = Array("\r\u{1B}[K\(text)".utf8)
        write(STDERR_FILENO, line, line.count)
    }
}
