import Cote
import Foundation
import Testing

/// What `cote call` prints, and its exit status.
@Suite("cote call", .timeLimit(.minutes(5)))
struct CallTests {
    let mesh = Mesh()

    @Test("prints the answer as one line of JSON")
    func answer() async throws {
        try await mesh.responding("convert", "--echo") {
            let outcome = try await mesh.call("convert", #"{"from": "usd", "amount": 1.5, "n": 18446744073709551615}"#)
            #expect(try outcome.answer()["from"] == "usd")
            #expect(outcome.output == #"{"type":"convert","from":"usd","amount":1.5,"n":18446744073709551615}"# + "\n")
        }
    }

    @Test("sends nothing but the type, if there is nothing else")
    func typeOnly() async throws {
        try await mesh.responding("ping", "--echo") {
            let answer = try await mesh.call("ping").answer()
            #expect(answer == ["type": "ping"])
        }
    }

    @Test("reads the request from standard input for -")
    func standardInput() async throws {
        try await mesh.responding("size", "--exec", "wc -c") {
            let text = String(repeating: "x", count: 3_000_000)
            let answer = try await mesh.call("size", "-", input: "{\"text\": \"\(text)\"}\n").answer()
            #expect(answer == JSONValue(#"{"type":"size","text":""}"#.utf8.count + text.utf8.count + 1))
        }
    }

    @Test(
        "answers of any kind",
        arguments: ["null", "false", "0", "-1.5e-7", #""a\nb""#, "[]", #"[1,{"a":[]}]"#, "{}"]
    )
    func kinds(json: String) async throws {
        try await mesh.responding("get", "--reply", json) {
            let answer = try await mesh.call("get").answer()
            #expect(try answer == JSONValue(parsing: json))
        }
    }

    @Test("prints raw bytes as Node.js does")
    func rawAnswer() async throws {
        let responder = try Responder(name: "raw", configuration: mesh.configuration)
        responder.on("bytes") { [UInt8]([0, 127, 255]) }
        let outcome = try await mesh.call("bytes")
        #expect(outcome.output == #"{"type":"Buffer","data":[0,127,255]}"# + "\n")
        await responder.close()
    }

    @Test("prints nothing that a terminal would obey, and loses nothing of it")
    func controlCharacters() async throws {
        let text = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{e0041}é😀"
        let printed = #""a\u001b[2J\u007f\u009b31m\u202e\udb40\udc41é😀""#
        let responder = try Responder(name: "hostile", configuration: mesh.configuration)
        responder.on("answer") { text }
        responder.on("error") { throw RemoteError(text) }
        let answer = try await mesh.call("answer")
        #expect(answer.output == printed + "\n")
        #expect(try answer.answer() == .string(text))
        let error = try await mesh.call("error")
        #expect(error.error.hasPrefix(#"{"message":\#(printed)"#))
        await responder.close()
    }

    @Test("waits for a responder that comes later")
    func responderComesLater() async throws {
        let call = Task { try await mesh.call("late") }
        try await mesh.responding("late", "--reply", "1") {
            let answer = try await call.value.answer()
            #expect(answer == 1)
        }
    }

    @Test("writes the responder's error to standard error, as JSON, and ends with 1")
    func remoteError() async throws {
        let responder = try Responder(name: "failing", configuration: mesh.configuration)
        responder.on("fail") { () throws -> Int in
            throw RemoteError("no such currency", code: "unknown", details: ["currency": "xyz"])
        }
        let outcome = try await mesh.call("fail")
        #expect(
            try outcome.remoteError() == [
                "message": "no such currency", "code": "unknown", "details": ["currency": "xyz"],
            ]
        )
        #expect(outcome.error.hasSuffix("}\n"))
        await responder.close()
    }

    @Test("ends with 2 when the timeout passes, by option and by environment variable")
    func timeout() async throws {
        let start = ContinuousClock.now
        let byOption = try await mesh.call("nobody", "--timeout", "0.25")
        #expect(byOption.status == 2)
        #expect(byOption.output.isEmpty)
        #expect(byOption.error.contains("timed out"))
        let byVariable = try await mesh.call("nobody", environment: ["COTE_REQUEST_TIMEOUT": "250"])
        #expect(byVariable.status == 2)
        #expect(ContinuousClock.now - start >= .milliseconds(500))
    }

    @Test("ends with 3 when the responder goes without an answer")
    func connectionLost() async throws {
        let (responder, caller) = try await Command.run(
            ["respond", "die", "--exec", "kill -KILL $PPID"] + mesh.options
        ) { _ in try await mesh.call("die") }
        #expect(responder.status == -9)
        #expect(caller.status == 3)
        #expect(caller.output.isEmpty)
        #expect(caller.error.hasPrefix("Error: connectionLost"))
    }

    @Test("writes nothing but data to standard output, also with --log")
    func log() async throws {
        try await mesh.responding("ping", "--reply", "1", "--log") {
            let outcome = try await mesh.call("ping", "--log", "--name", "a caller")
            #expect(outcome.status == 0)
            #expect(outcome.output == "1\n")
            #expect(outcome.error.contains("cote-respond"))
        }
    }

    @Test("ends quietly when nobody reads standard output")
    func brokenPipe() async throws {
        try await mesh.responding("ping", "--reply", #""\#(String(repeating: "x", count: 1000))""#) {
            let arguments = (["call", "ping", "--count", "100000"] + mesh.options).map { "'\($0)'" }
            let script = "{ '\(Command.executable)' \(arguments.joined(separator: " ")); echo $? >&2; } | head -n 1"
            let ended = try await shell(script)
            #expect(ended.output.utf8.count == 1003)
            #expect(ended.error == "141\n")
        }
    }
}
