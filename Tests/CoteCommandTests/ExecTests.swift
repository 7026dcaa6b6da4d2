import Cote
import Testing

/// What `cote respond --exec` makes of a command.
@Suite("cote respond --exec", .timeLimit(.minutes(5)))
struct ExecTests {
    let mesh = Mesh()

    @Test("gives the command the request as one line of JSON")
    func input() async throws {
        try await mesh.responding("show", "--exec", "read -r line && printf 'got %s' \"$line\"") {
            let answer = try await mesh.call("show", #"{"a": [1, "two"]}"#).answer()
            #expect(answer == .string(#"got {"type":"show","a":[1,"two"]}"#))
        }
    }

    @Test(
        "answers with JSON if the output is JSON, else with a string",
        arguments: [
            ("echo 42", 42), ("echo ' {\"a\": [null]} '", ["a": [nil]]), ("printf '\"text\"'", "text"),
            ("echo null", nil),
            ("echo hello", "hello"), ("printf 'no newline'", "no newline"), ("printf 'two\\n\\n'", "two\n"),
            ("echo '{\"a\":'", "{\"a\":"), ("echo 007", "007"), ("true", ""), ("printf '\\303\\251'", "é"),
            ("printf '\\377'", ["type": "Buffer", "data": [255]]),
        ] as [(String, JSONValue)]
    )
    func output(command: String, expected: JSONValue) async throws {
        try await mesh.responding("run", "--exec", command) {
            let answer = try await mesh.call("run").answer()
            #expect(answer == expected)
        }
    }

    @Test("answers with an error if the command fails")
    func failure() async throws {
        let (responder, error) = try await Command.run(
            ["respond", "run", "--exec", "echo partial; echo 'not\ntoday' >&2; exit 3"] + mesh.options
        ) { responder in
            let error = try await mesh.call("run").remoteError()
            try responder.terminate()
            return error
        }
        #expect(error == ["message": "not\ntoday", "code": "exit 3", "details": ["exit": 3]])
        responder.expectCleanEnd()
        // The responder's own standard error has it too.
        #expect(responder.error.contains("not\ntoday\n"))
    }

    @Test("answers with an error if the command fails without a word, or is not there")
    func silentFailure() async throws {
        try await mesh.responding("run", "--exec", "exit 1") {
            let error = try await mesh.call("run").remoteError()
            #expect(error == ["message": "the command ended with exit 1", "code": "exit 1", "details": ["exit": 1]])
        }
        let other = Mesh()
        try await other.responding("run", "--exec", "/no/such/program") {
            let answer = try await other.call("run").remoteError()["code"]
            #expect(answer == "exit 127")
        }
    }

    @Test("answers with an error if a signal ends the command")
    func signal() async throws {
        try await mesh.responding("run", "--exec", "kill -KILL $$") {
            let error = try await mesh.call("run").remoteError()
            #expect(error["code"] == "signal 9")
            #expect(error["details"] == ["signal": 9])
        }
    }

    @Test("carries much data in, out and to standard error at the same time")
    func muchData() async throws {
        // Writes before it reads, and reads while it writes: a pipe that is not served holds it up.
        let command = "head -c 500000 /dev/zero | tr '\\0' e >&2; cat; head -c 500000 /dev/zero | tr '\\0' e >&2"
        let text = String(repeating: "0123456789", count: 800_000)
        try await mesh.responding("copy", "--exec", command) {
            let answer = try await mesh.call("copy", "-", input: "{\"text\":\"\(text)\"}").answer()
            #expect(answer["text"] == .string(text))
        }
    }

    @Test("of much standard error the end becomes the message")
    func longMessage() async throws {
        let command = "head -c 1000000 /dev/zero | tr '\\0' e >&2; printf end >&2; exit 1"
        try await mesh.responding("run", "--exec", command) {
            let message = try #require(try await mesh.call("run").remoteError()["message"]?.string)
            #expect(message.utf8.count == 65_536)
            #expect(message.hasSuffix("eend"))
        }
    }

    @Test(
        "a command need not read its input",
        arguments: ["echo 1", "exec <&-; echo 1", "head -c 10 > /dev/null; echo 1", "exec <&-; head -c 1; echo 1"]
    )
    func unreadInput(command: String) async throws {
        let request = "{\"text\":\"\(String(repeating: "x", count: 2_000_000))\"}"
        try await mesh.responding("run", "--exec", command) {
            for _ in 1...3 {
                let answer = try await mesh.call("run", "-", input: request).answer()
                #expect(answer == 1)
            }
        }
    }

    @Test("an output that is too large is an error, and ends the command")
    func outputLimit() async throws {
        try await mesh.responding("run", "--exec", "tr '\\0' x < /dev/zero") {
            let answer = try await mesh.call("run").remoteError()["code"]
            #expect(answer == "tooLarge")
        }
    }

    @Test("a command that goes on in the background does not hold up the answer")
    func background() async throws {
        let gate = try Gate()
        try await mesh.responding("run", "--exec", "dd bs=1 count=1 < '\(gate.path)' & echo 1") {
            let answer = try await mesh.call("run").answer()
            gate.open(1)
            #expect(answer == 1)
        }
    }

    @Test("answers hundreds of requests, each by its own command")
    func many() async throws {
        try await mesh.responding("job", "--exec", "cat") {
            let outcome = try await mesh.call("job", "{\"n\":1}", "--count", "300", "--concurrency", "100")
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.lines == Array(repeating: #"{"type":"job","n":1}"#, count: 300))
        }
    }

    @Test("a command gets signals as it would from a shell")
    func signalsOfCommands() async throws {
        try await mesh.responding("run", "--exec", "{ { yes; echo $? >&3; } | head -n 1 > /dev/null; } 3>&1") {
            let answer = try await mesh.call("run").answer()
            #expect(answer == 141)
        }
    }
}
