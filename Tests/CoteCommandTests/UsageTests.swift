import Cote
import Testing

/// What is told to those who ask, and to those who ask wrongly.
@Suite("cote, its usage", .timeLimit(.minutes(5)))
struct UsageTests {
    @Test(
        "a mistake ends with 64 and a message that names it",
        arguments: [
            (["call"], "<type>"), (["call", ""], "type"), (["call", "t", "{\"a\":"], "JSON"),
            (["call", "t", "5"], "object"),
            (["call", "t", "[1]"], "object"), (["call", "t", "{\"type\":\"u\"}"], "\"type\""),
            (["call", "t", "-"], "JSON"),
            (["call", "t", "{}", "more"], "more"), (["call", "t", "--timeout", "0"], "--timeout"),
            (["call", "t", "--timeout", "-1"], "--timeout"), (["call", "t", "--timeout", "soon"], "--timeout"),
            (["call", "t", "--count", "0"], "--count"), (["call", "t", "--concurrency", "0"], "--concurrency"),
            (["call", "t", "--discovery-port", "70000"], "70000"),
            (["call", "t", "--broadcast", "nowhere"], "nowhere"),
            (["call", "t", "--key", ""], "key"), (["call", "t", "--name", ""], "name"),
            (["call", "t", "--no"], "--no"),
            (["respond", "--echo"], "<type>"), (["respond", "t"], "--exec"),
            (["respond", "t", "--echo", "--reply", "1"], "--exec"),
            (["respond", "t", "--reply", "{"], "--reply"), (["respond", "", "--echo"], "type"),
            (["respond", "t", "--exec", "x", "--concurrency", "0"], "--concurrency"),
            (["respond", "t", "--echo", "--drain", "-1"], "--drain"),
            (["respond", "t", "--echo", "--multicast", "10.0.0.1"], "10.0.0.1"), (["fly"], "fly"),
        ]
    )
    func mistakes(arguments: [String], named: String) async throws {
        let outcome = try await Command.run(arguments, input: "no JSON")
        #expect(outcome.status == 64, "\(outcome.error)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasPrefix("Error: "))
        #expect(outcome.error.contains(named), "\(outcome.error)")
    }

    @Test("an environment variable that cannot be ends with 64 and its name and value")
    func environment() async throws {
        let outcome = try await Command.run(["call", "t"], environment: ["COTE_REQUEST_TIMEOUT": "soon"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("COTE_REQUEST_TIMEOUT"))
        #expect(outcome.error.contains("soon"))
    }

    @Test("help comes on standard output", arguments: [["--help"], ["call", "--help"], ["respond", "--help"]])
    func help(arguments: [String]) async throws {
        let outcome = try await Command.run(arguments)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("EXAMPLES"))
        #expect(outcome.error.isEmpty)
    }

    @Test("--version is a version")
    func version() async throws {
        let outcome = try await Command.run(["--version"])
        #expect(outcome.status == 0)
        #expect(outcome.output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    }
}
