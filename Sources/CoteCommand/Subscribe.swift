internal import ArgumentParser
internal import Cote

/// `cote subscribe`: prints messages as they come.
struct Subscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print messages as they come.",
        discussion: """
            Each message is printed as one line of JSON with its topic and its data; raw bytes as Node.js prints them, \
            {"type":"Buffer","data":[...]}. Runs until it is told to stop, or until --count messages were printed.

            EXIT STATUS
              0      It was told to stop, or has printed as many messages as it should.
              3      Anything else went wrong.
              64     The command line or an environment variable is wrong.
              141    Nobody reads standard output any more.

            EXAMPLES
              cote subscribe
              cote subscribe "rate *" --count 1
              cote subscribe --key conversion | jq -r '.data.rate'
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Topics, in which * stands for one or more characters. Default: everything.",
            valueName: "pattern"
        )
    )
    var patterns: [String] = []

    @Option(help: ArgumentHelp("Stop after so many messages.", valueName: "n"))
    var count: Int?

    @OptionGroup(title: "MESH OPTIONS")
    var mesh: MeshOptions

    func validate() throws {
        guard !patterns.contains("") else { throw ValidationError("A pattern must not be empty.") }
        guard count ?? 1 > 0 else { throw ValidationError("--count must be 1 or more.") }
    }

    func run() async throws {
        try await Failure.reporting {
            try await Signals.cancelling { try await printMessages() }.result.get()
        }
    }

    private func printMessages() async throws {
        let subscriber = try Subscriber(
            name: mesh.name ?? "cote-subscribe",
            key: mesh.key,
            namespace: mesh.namespace,
            subscribesTo: patterns.isEmpty ? nil : patterns,
            configuration: mesh.configuration
        )
        let (lines, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        subscriber.on("**") { (data: JSONValue, context: MessageContext) in
            continuation.yield(JSONText.line(["topic": .string(context.topic), "data": data]))
        }
        do {
            var printed = 0
            for await line in lines {
                try StandardStreams.output(line)
                printed += 1
                if printed == count { break }
            }
        } catch {
            await subscriber.close()
            throw error
        }
        await subscriber.close()
    }
}
