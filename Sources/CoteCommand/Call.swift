internal import ArgumentParser
internal import Cote

/// `cote call`: sends requests and prints the answers.
struct Call: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a request and print the answer.",
        discussion: """
            The answer is printed as one line of JSON; raw bytes as Node.js prints them, {"type":"Buffer","data":[...]}. \
            A request waits for a responder until one is there, or until its timeout.

            With --count there is one line for each answer, in the order in which they come. All requests are sent even \
            if some fail; the exit status is that of the first that failed.

            EXIT STATUS
              0      An answer was printed.
              1      The responder answered with an error; it is on standard error, as
                     one line of JSON.
              2      No answer came within the timeout.
              3      Anything else went wrong; say, the connection was lost.
              64     The command line, the JSON or an environment variable is wrong.
              128+n  Signal n ended it. 141: nobody reads standard output any more.

            EXAMPLES
              cote call time
              cote call convert '{"from": "usd", "to": "eur", "amount": 100}' --timeout 2.5
              jq -n '{amount: 100}' | cote call convert -
              cote call ping --count 1000 --concurrency 50 | sort | uniq -c
            """
    )

    @Argument(help: ArgumentHelp("The type of the request.", valueName: "type"))
    var type: String

    @Argument(
        help: ArgumentHelp(
            "The rest of the request, an object; - reads it from standard input.",
            valueName: "json"
        )
    )
    var json: String?

    @Option(
        help: ArgumentHelp(
            "How long to wait, such as 0.5. Default: COTE_REQUEST_TIMEOUT, else for ever.",
            valueName: "seconds"
        )
    )
    var timeout: Seconds?

    @Option(help: ArgumentHelp("How many requests to send.", valueName: "n"))
    var count = 1

    @Option(help: ArgumentHelp("How many of them at once.", valueName: "n"))
    var concurrency = 1

    @OptionGroup(title: "MESH OPTIONS")
    var mesh: MeshOptions

    func validate() throws {
        guard !type.isEmpty else { throw ValidationError("The type must not be empty.") }
        guard count > 0 else { throw ValidationError("--count must be 1 or more.") }
        guard concurrency > 0 else { throw ValidationError("--concurrency must be 1 or more.") }
    }

    func run() async throws {
        try await Failure.reporting {
            let request = try readRequest()
            let (result, signal) = await Signals.cancelling { try await callAll(request) }
            if let signal { throw ExitCode(ExitStatus.signal(signal)) }
            if let firstFailure = try result.get() { throw firstFailure }
        }
    }

    private func readRequest() throws -> JSONValue {
        guard let json else { return [:] }
        let request =
            json == "-"
            ? try JSONText.parse(StandardStreams.readAll(), from: "standard input")
            : try JSONText.parse(json, from: "the request")
        guard request.object != nil else {
            throw CoteError(.invalidArgument, "the request is JSON, but not an object")
        }
        guard request["type"] == nil || request["type"] == .string(type) else {
            throw CoteError(.invalidArgument, "the request has a member \"type\" that is not \"\(type)\"")
        }
        return request
    }

    /// Sends all requests; returns the exit status of the first that failed.
    private func callAll(_ request: JSONValue) async throws -> ExitCode? {
        try await withRequester(
            name: mesh.name ?? "cote-call",
            key: mesh.key,
            namespace: mesh.namespace,
            timeout: timeout?.duration,
            configuration: mesh.configuration
        ) { requester in
            try await withThrowingTaskGroup(of: Result<JSONValue, any Error>.self) { answers in
                var firstFailure: ExitCode?
                var sent = 0
                func send() {
                    sent += 1
                    answers.addTask {
                        do {
                            return .success(try await requester.send(type, request))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                for _ in 0..<min(count, concurrency) { send() }
                while let answer = try await answers.next() {
                    switch answer {
                    case .success(let value):
                        try StandardStreams.output(JSONText.line(value))
                    case .failure(let error) where ExitStatus.of(error) == ExitStatus.usage:
                        throw error  // the others would fail likewise
                    case .failure(let error):
                        let failure = Failure.report(error)
                        firstFailure = firstFailure ?? failure
                    }
                    if sent < count, !Task.isCancelled { send() }
                }
                return firstFailure
            }
        }
    }
}
