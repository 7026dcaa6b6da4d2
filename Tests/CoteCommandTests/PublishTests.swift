import Cote
import Testing

/// `cote publish` and `cote subscribe`.
@Suite("cote publish and subscribe", .timeLimit(.minutes(5)))
struct PublishTests {
    let mesh = Mesh()

    private func publish(_ arguments: String..., input: String = "") async throws -> Command.Outcome {
        try await Command.run(["publish"] + mesh.options + arguments, input: input)
    }

    private func subscribe(_ arguments: String...) async throws -> Command.Outcome {
        try await Command.run(["subscribe"] + mesh.options + arguments)
    }

    @Test("a message crosses, whoever starts first")
    func oneMessage() async throws {
        async let heard = subscribe("--count", "1")
        let published = try await publish("rate updated", #"{"pair":"usd_eur","rate":0.91}"#)
        #expect(published.status == 0)
        #expect(published.output == "")
        let outcome = try await heard
        #expect(outcome.status == 0)
        #expect(outcome.lines == [#"{"topic":"rate updated","data":{"pair":"usd_eur","rate":0.91}}"#])
        #expect(outcome.isOneLine)
    }

    @Test("each line of input is a message, and none is lost at the end")
    func lines() async throws {
        async let heard = subscribe("--count", "5000")
        let numbers = (0..<5000).map { #"{"number":\#($0),"padding":"\#(String(repeating: "x", count: 500))"}"# }
        let published = try await publish("n", "-", input: numbers.joined(separator: "\n") + "\n")
        #expect(published.status == 0)
        let outcome = try await heard
        #expect(outcome.lines.count == 5000)
        #expect(outcome.lines.last == #"{"topic":"n","data":\#(numbers[4999])}"#[...])
    }

    @Test("waits for as many subscribers as it is told")
    func waits() async throws {
        async let one = subscribe("--count", "1")
        async let other = subscribe("--count", "1")
        #expect(try await publish("x", "1", "--wait", "2").status == 0)
        #expect(try await one.lines == [#"{"topic":"x","data":1}"#])
        #expect(try await other.lines == [#"{"topic":"x","data":1}"#])
    }

    @Test("ends with 2 if nobody comes in time, and with 0 if it need not wait")
    func nobody() async throws {
        let outcome = try await publish("x", "1", "--timeout", "0.2")
        #expect(outcome.status == 2)
        #expect(outcome.error.contains("0 of 1"))
        #expect(try await publish("x", "1", "--wait", "0").status == 0)
    }

    @Test("hears only what it asks for")
    func patterns() async throws {
        async let heard = subscribe("rate *", "end", "--count", "2")
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        try await publisher.ready()
        for topic in ["other", "rate updated", "end"] { try publisher.publish(topic, [1] as [UInt8]) }
        #expect(
            try await heard.lines == [
                #"{"topic":"rate updated","data":{"type":"Buffer","data":[1]}}"#,
                #"{"topic":"end","data":{"type":"Buffer","data":[1]}}"#,
            ]
        )
        await publisher.close()
    }

    @Test("refuses what cannot be")
    func usage() async throws {
        #expect(try await publish("").status == 64)
        #expect(try await publish("x", "{bad").status == 64)
        #expect(try await publish("error", "1", "--wait", "0").status == 64)
        #expect(try await publish("x", "1", "--wait", "-1").status == 64)
        #expect(try await subscribe("").status == 64)
        #expect(try await subscribe("--count", "0").status == 64)
    }
}
