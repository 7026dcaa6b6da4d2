internal import ArgumentParser
internal import Cote

/// `cote publish`: sends messages to all subscribers.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a message to all subscribers.",
        discussion: """
            A message is kept for nobody, and a command has just been started: so it waits for the first subscriber, \
            or for as many as --wait says, before it publishes. With - each line of standard input is a message, \
            published as it comes.

            EXIT STATUS
              0      Everything was published.
              2      Not enough subscribers came within the timeout.
              3      Anything else went wrong.
              64     The command line, the JSON or an environment variable is wrong.
              128+n  Signal n ended it.

            EXAMPLES
              cote publish "rate updated" '{"pair": "usd_eur", "rate": 0.91}'
              cote publish restart --wait 3 --timeout 10
              tail -f rates.jsonl | cote publish "rate updated" -
            """
    )

    @Argument(help: ArgumentHelp("What the message is about; segments are separated by ::.", valueName: "topic"))
    var topic: String

    @Argument(
        help: ArgumentHelp(
            "The message, any JSON; - reads messages from standard input. Default: null.",
            valueName: "json"
        )
    )
    var json: String?

    @Option(help: ArgumentHelp("Publish when so many subscribers are connected; 0 does not wait.", valueName: "n"))
    var wait = 1

    @Option(help: ArgumentHelp("How long to wait for them, such as 0.5. Default: for ever.", valueName: "seconds"))
    var timeout: Seconds?

    @OptionGroup(title: "MESH OPTIONS")
    var mesh: MeshOptions

    func validate() throws {
        guard !topic.isEmpty else { throw ValidationError("The topic must not be empty.") }
        guard wait >= 0 else { throw ValidationError("--wait must be 0 or more.") }
    }

    func run() async throws {
        try await Failure.reporting {
            let message = try json.flatMap { $0 == "-" ? nil : try JSONText.parse($0, from: "the message") }
            let (result, signal) = await Signals.cancelling { try await publish(message) }
            if let signal { throw ExitCode(ExitStatus.signal(signal)) }
            try result.get()
        }
    }

    private func publish(_ message: JSONValue?) async throws {
        try await withPublisher(
            name: mesh.name ?? "cote-publish",
            key: mesh.key,
            namespace: mesh.namespace,
            broadcasts: [topic],
            configuration: mesh.configuration
        ) { publisher in
            try await waitForSubscribers(of: publisher)
            guard json == "-" else {
                try publisher.publish(topic, message ?? .null)
                return
            }
            var number = 0
            for await line in StandardStreams.lines() {
                number += 1
                guard line.contains(where: { $0 != UInt8(ascii: " ") }) else { continue }
                try publisher.publish(topic, JSONText.parse(line, from: "line \(number)"))
            }
            try Task.checkCancellation()
        }
    }

    private func waitForSubscribers(of publisher: Publisher) async throws {
        guard let timeout else { return try await publisher.ready(minimum: wait) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.ready(minimum: wait) }
            group.addTask {
                try await Task.sleep(for: timeout.duration)
                throw CoteError(.timeout, "\(publisher.subscribers) of \(wait) subscribers came")
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
