import Cote
import Testing

/// `cote call --count` and `--concurrency`.
@Suite("cote call --count", .timeLimit(.minutes(5)))
struct CountTests {
    let mesh = Mesh()

    @Test("prints a line for each answer", arguments: [1, 7, 500])
    func lines(concurrency: Int) async throws {
        try await mesh.responding("ping", "--reply", #"{"pong":true}"#) {
            let outcome = try await mesh.call("ping", "--count", "100", "--concurrency", "\(concurrency)")
            #expect(outcome.status == 0)
            #expect(outcome.lines == Array(repeating: #"{"pong":true}"#, count: 100))
        }
    }

    @Test("sends so many at once, and the responder runs as many commands")
    func atOnce() async throws {
        let arrived = try Gate()
        let go = try Gate()
        // Nobody is answered before all have arrived. Of requests that waited for a responder it gets four before it answers.
        let command = "printf x > '\(arrived.path)'; dd bs=1 count=1 2> /dev/null < '\(go.path)'"
        try await mesh.responding("meet", "--exec", command) {
            async let outcome = mesh.call("meet", "--count", "4", "--concurrency", "4")
            await arrived.pass(4)
            go.open(4)
            let lines = try await outcome.lines
            #expect(lines == Array(repeating: "1", count: 4))
        }
    }

    @Test("goes on after a failure, and ends with the status of the first")
    func failures() async throws {
        let first = try TemporaryFolder()
        let command = "mkdir '\(first.path)/once' 2> /dev/null && { echo first >&2; exit 9; }; echo 1"
        try await mesh.responding("try", "--exec", command) {
            let outcome = try await mesh.call("try", "--count", "10", "--concurrency", "3")
            #expect(outcome.status == 1)
            #expect(outcome.lines == Array(repeating: "1", count: 9))
            #expect(try JSONValue(parsing: outcome.error)["message"] == "first")
        }
    }

    @Test("ends with 2 if all time out")
    func timeouts() async throws {
        let outcome = try await mesh.call("nobody", "--count", "5", "--concurrency", "5", "--timeout", "0.2")
        #expect(outcome.status == 2)
        #expect(outcome.error.split(separator: "\n").count == 5)
    }

    @Test("cote respond --concurrency runs no more commands at once than it says")
    func limit() async throws {
        let folder = try TemporaryFolder()
        // Takes one of two places while it runs; there is always one, unless a third command runs.
        let command = """
            cd '\(folder.path)'
            if mkdir a 2> /dev/null; then mine=a; elif mkdir b 2> /dev/null; then mine=b; else exit 1; fi
            cat > /dev/null; rmdir $mine; echo 1
            """
        try await mesh.responding("job", "--concurrency", "2", "--exec", command) {
            let outcome = try await mesh.call("job", "--count", "60", "--concurrency", "30")
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.lines.count == 60)
        }
    }
}
