internal import ArgumentParser
internal import Cote

/// `cote respond`: answers requests, by a command if need be.
struct Respond: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer requests.",
        discussion: """
            --exec runs the command with /bin/sh for each request, and several at once. The command gets the request on \
            its standard input, as one line of JSON, the member "type" included. What it writes to standard output is \
            the answer: as JSON if it is JSON, else as a string without the trailing newline. If it ends with another \
            exit status than 0, the answer is an error: its message is what the command wrote to standard error, its \
            code is like "exit 3" or "signal 9".

            It runs until SIGINT or SIGTERM. Then it says goodbye, so that no request comes any more, and finishes \
            those that came; commands that still run when the time of --drain is over are ended. The exit status is 0 \
            then. A second signal ends it at once. Nothing is written to standard output.

            All requests of one key go to all its responders in turn, whatever their type. So responders that answer \
            different types need different keys.

            EXAMPLES
              cote respond time --exec date
              cote respond convert --key bank --exec 'jq .amount*0.9'
              cote respond ping --key health --reply '{"alive": true}'
              cote respond one another --key test --echo
            """
    )

    @Argument(help: ArgumentHelp("The types of requests to answer.", valueName: "type"))
    var types: [String]

    @Flag(help: "Answer with the request itself.")
    var echo = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Answer with this JSON.", valueName: "json"))
    var reply: String?

    @Option(help: ArgumentHelp("Answer with the output of this command.", valueName: "command"))
    var exec: String?

    @Option(help: ArgumentHelp("How many commands run at once; more requests wait.", valueName: "n"))
    var concurrency = 64

    @Option(help: ArgumentHelp("How long it may finish what came, when it is told to end.", valueName: "seconds"))
    var drain = 10.0

    @OptionGroup(title: "MESH OPTIONS")
    var mesh: MeshOptions

    private enum Answer {
        case echo
        case reply(JSONValue)
        case exec(ShellCommand)
    }

    func validate() throws {
        guard !types.contains("") else { throw ValidationError("A type must not be empty.") }
        guard [echo, reply != nil, exec != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("One of --echo, --reply and --exec is needed.")
        }
        guard concurrency > 0 else { throw ValidationError("--concurrency must be 1 or more.") }
        guard drain >= 0, drain.isFinite else { throw ValidationError("--drain must be 0 or more.") }
    }

    func run() async throws {
        try await Failure.reporting {
            let answer = try chosenAnswer()
            try await Signals.cancelling { try await serve(answer) }.result.get()
        }
    }

    private func chosenAnswer() throws -> Answer {
        if let exec { return .exec(ShellCommand(command: exec)) }
        if let reply { return .reply(try JSONText.parse(reply, from: "--reply")) }
        return .echo
    }

    private func serve(_ answer: Answer) async throws {
        let name = mesh.name ?? "cote-respond"
        let responder = try Responder(
            name: name,
            key: mesh.key,
            namespace: mesh.namespace,
            configuration: mesh.configuration
        )
        StandardStreams.report("Answering as \(name) on port \(responder.port): \(types.joined(separator: ", "))")
        // Not a child of the task that a signal cancels: it goes on until the drain is over.
        let service = Task {
            switch answer {
            case .echo:
                for type in types { responder.on(type) { (request: JSONValue) in request } }
                await responder.run()
            case .reply(let value):
                for type in types { responder.on(type) { value } }
                await responder.run()
            case .exec(let command):
                await serve(responder, by: command)
            }
        }
        await withTaskCancellationHandler {
            await service.value
        } onCancel: {
            Task {
                await responder.close(drain: .seconds(min(drain, 1e6)))
                service.cancel()
            }
        }
    }

    /// The commands run in the task group, so that they end before this returns.
    private func serve(_ responder: Responder, by command: ShellCommand) async {
        let (requests, queue) = AsyncStream.makeStream(of: (JSONValue, Reply<JSONValue>).self)
        for type in types {
            responder.on(type) { (request: JSONValue, reply: Reply<JSONValue>) in _ = queue.yield((request, reply)) }
        }
        async let closed: Void = responder.run()
        await withTaskGroup(of: Void.self) { commands in
            var running = 0
            for await (request, reply) in requests {
                if running == concurrency { await commands.next() } else { running += 1 }
                commands.addTask {
                    // Nobody is there to be told that the requester is gone.
                    do {
                        let answer = try await command.answer(to: request)
                        try? reply.succeed(answer)
                    } catch {
                        try? reply.fail(error)
                    }
                }
            }
        }
        await closed
    }
}
