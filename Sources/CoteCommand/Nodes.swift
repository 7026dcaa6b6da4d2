internal import ArgumentParser
internal import Cote

/// `cote nodes`: shows who is there.
struct Nodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who is there.",
        discussion: """
            Listens for a while, and prints all components that it hears of this environment: of every kind, key and \
            namespace, or with --key of the keys that begin with that one. With --watch it goes on, and prints who comes \
            (+), announces something new (~) and goes (-).

            COUNT is what a component has done so far: answers that a requester got or a responder gave, messages that a \
            publisher sent or a subscriber got; FAILED, of requests, those that ended in an error, of a \
            publisher's messages, those that a subscriber was too slow for. P50 and P99 are how long \
            half and 99% of a requester's latest answers took at most. Components of Node.js do not tell these.

            With --json each is one line of JSON, with everything that it announces, whom it is connected to, and all of \
            its counters; with --watch as {"event":"added","node":{...}}.

            EXIT STATUS
              0      They were printed, or it was told to stop.
              3      Anything else went wrong.
              64     The command line or an environment variable is wrong.
              128+n  Signal n ended it before it had printed anything.
              141    Nobody reads standard output any more.

            EXAMPLES
              cote nodes
              cote nodes --key conversion --timeout 5
              cote nodes --json | jq -r 'select(.kind == "responder") | .name'
              cote nodes --watch
            """
    )

    @Flag(help: "Print JSON, a line for each.")
    var json = false

    @Flag(help: "Print who is there, and then who comes and goes, until told to stop.")
    var watch = false

    @Option(
        help: ArgumentHelp(
            "How long to listen. Default: 2.5, in which each component says hello at least once.",
            valueName: "seconds"
        )
    )
    var timeout: Seconds?

    @OptionGroup(title: "MESH OPTIONS")
    var mesh: MeshOptions

    func validate() throws {
        guard !watch || timeout == nil else {
            throw ValidationError("--timeout is how long to listen without --watch.")
        }
    }

    func run() async throws {
        try await Failure.reporting {
            let (result, signal) = await Signals.cancelling { try await show() }
            if let signal, !watch { throw ExitCode(ExitStatus.signal(signal)) }
            try result.get()
        }
    }

    private func show() async throws {
        try await withMonitor(
            name: mesh.name ?? "cote-nodes",
            key: mesh.key,
            namespace: mesh.namespace,
            configuration: mesh.configuration
        ) { monitor in
            if watch { return try await printChanges(of: monitor) }
            try await Task.sleep(for: timeout?.duration ?? .milliseconds(2500))
            let statuses = monitor.latestStatuses
            let nodes = monitor.knownPeers.map { Node(peer: $0, status: statuses[$0.id]) }
            if json {
                for node in nodes { try StandardStreams.output(JSONText.line(node.json)) }
            } else {
                try StandardStreams.output(Node.table(nodes))
            }
        }
    }

    private func printChanges(of monitor: Monitor) async throws {
        for await event in monitor.peers {
            let (name, sign, peer) =
                switch event {
                case .added(let peer): ("added", "+", peer)
                case .updated(let peer): ("updated", "~", peer)
                case .removed(let peer): ("removed", "-", peer)
                case .suspected(let peer): ("suspected", "?", peer)
                case .back(let peer): ("back", "!", peer)
                }
            let node = Node(peer: peer, status: monitor.latestStatuses[peer.id])
            try StandardStreams.output(
                json ? JSONText.line(["event": .string(name), "node": node.json]) : node.line(after: sign)
            )
        }
    }
}
