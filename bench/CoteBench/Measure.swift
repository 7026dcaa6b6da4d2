internal import ArgumentParser
internal import Glibc

struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure requests and publishing, and what a process costs.",
        discussion: """
            Each row is two processes, pinned both to one core, and then to one each: on virtual machines the two \
            differ a lot. Beside it the floor, in turn with it: the same bytes by libuv's TCP and nothing else. ± is half \
            of the distance between the slowest and the fastest round; CPU is that of both processes for each message.

            Rates of publishing are counted at the receivers, all of them together, and nothing may be lost.

            With --full come figures of their own, which --only chooses too: startup (until the first answer), memory (of a \
            component), discovery (of a hello, and of a process among many peers), json and amp (of one object, of one \
            frame). Each is shown with what it is to be at most.
            """
    )

    @Flag(help: "All rows, not the nine that tell most, and all figures.")
    var full = false

    @Flag(help: "One short round of each row and figure: whether it works, not how fast it is.")
    var quick = false

    @Option(help: ArgumentHelp("Only rows and figures whose title contains this, as \"startup\".", valueName: "text"))
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

    @Option(
        help: ArgumentHelp(
            "Beside each row of Swift, Codable, in turn with it, the same work by the Node.js cote in this folder.",
            valueName: "path"
        )
    )
    var node: String?

    @Flag(help: "Print JSON, a line for each row and figure.")
    var json = false

    func validate() throws {
        guard (size ?? 8) >= 8 else { throw ValidationError("--size: at least 8, for its number.") }
        guard (inflight ?? 1) >= 1 else { throw ValidationError("--inflight: at least 1.") }
        guard (duration ?? 1) > 0, (rate ?? 1) > 0, (rounds ?? 1) > 0 else {
            throw ValidationError("--duration, --rate and --rounds: more than 0.")
        }
        guard !peers || !othersOnBytes.isEmpty else {
            throw ValidationError(
                "--peers: no programs of other systems in \(Pair.peersFolder); scripts/bench --peers builds them."
            )
        }
        try nodeModule?.check()
        guard !rows.isEmpty || !figures.isEmpty else {
            throw ValidationError("--only: nothing that is measured here has a title with that in it.")
        }
    }

    func run() async throws {
        try await measureRows()
        try await measureFigures()
    }

    private var effort: Effort {
        var effort = Effort()
        if quick { effort = Effort(rounds: 1, warmUp: 0.05, seconds: 0.05, isQuick: true) }
        effort.seconds = duration ?? effort.seconds
        effort.rounds = rounds ?? effort.rounds
        effort.rate = rate
        effort.node = nodeModule
        return effort
    }

    private var nodeModule: NodeModule? { node.map(NodeModule.init) }

    // MARK: rows

    private func measureRows() async throws {
        guard !rows.isEmpty else { return }
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
                    peers: others(beside: work)
                ) { round in
                    progress("\(work.title), \(placement.rawValue): round \(round + 1) of \(effort.rounds)")
                }
                progress("")
                for line in json ? [try Report(measurement).line] : Table.lines(measurement) { print(line) }
                let lost = measurement.rounds.lost
                guard lost == 0 else { throw WorkerFailure(description: "\(lost) messages were lost") }
                measurements.append(measurement)
            }
        }
        guard !json, rate == nil else { return }
        print("\nOurs by others, each at the better of its placements:")
        for line in Table.summary(measurements) { print(line) }
    }

    private var rows: [Work] {
        (full ? Work.full : Work.telling).map { row in
            var work = row
            if let size, work.system != .swiftCodable { work.size = size }
            if let inflight, case .request = work.kind { work.kind = .request(inFlight: inflight) }
            return work
        }
        .filter { isChosen($0.title) }
        .filter { work in
            if case .publish = work.kind { rate == nil } else { true }
        }
    }

    /// Over a unix socket is measured beside TCP, and TCP beside other systems.
    private func others(beside work: Work) -> [Work.System] {
        switch work.system {
        case .c: othersOnBytes
        case .cUnix: [.c]
        case .swiftCodable where !work.onPool: node == nil ? [] : [.node]
        default: []
        }
    }

    /// Those whose programs are there.
    private var othersOnBytes: [Work.System] {
        guard peers else { return [] }
        return Work.System.peers.filter { access("\(Pair.peersFolder)/bench-\($0.rawValue)", X_OK) == 0 }
    }

    // MARK: figures

    private func measureFigures() async throws {
        guard !figures.isEmpty else { return }
        if !json { print("\(rows.isEmpty ? "" : "\n")\(Figure.header)") }
        for figure in figures {
            progress(figure.title)
            let values = try await figure.values(effort, rounds: rounds)
            progress("")
            print(json ? try figure.json(values) : figure.line(values))
        }
    }

    /// Not among what tells most, unless they are asked for.
    private var figures: [Figure] {
        guard full || quick || only != nil, rate == nil else { return [] }
        return Figure.all(with: nodeModule).filter { isChosen($0.title) }
    }

    // MARK: both

    private func isChosen(_ title: String) -> Bool {
        only.map { title.contains($0) } ?? true
    }

    /// A line that is written over, where somebody looks at it.
    private func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let line = Array("\r\u{1B}[K\(text)".utf8)
        write(STDERR_FILENO, line, line.count)
    }
}
