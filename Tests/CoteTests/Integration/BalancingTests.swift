import Cote
import Testing

@Suite("Who gets a request", .timeLimit(.minutes(2)))
struct BalancingTests {
    let mesh = Mesh()

    private func responder(_ name: String, subset: String? = nil) throws -> Responder {
        let responder = try Responder(name: name, subset: subset, configuration: mesh.configuration)
        responder.on("name") { name }
        return responder
    }

    private func requester(_ balancing: Balancing) throws -> Requester {
        try Requester(name: "requester", balancing: balancing, configuration: mesh.configuration)
    }

    @Test func aSubsetAloneGetsIt() async throws {
        let responders = [
            try responder("eu", subset: "eu"), try responder("us", subset: "us"), try responder("any"),
        ]
        let requester = try mesh.requester()
        for _ in 1...10 {
            #expect(try await requester.send("name", subset: "us") as String == "us")
            #expect(try await requester.send("name", [:], subset: "eu") as String == "eu")
            #expect(try await requester.send("name", ["__subset": "eu", "a": 1]) as String == "eu")
        }
        for responder in responders { await responder.close() }
    }

    @Test func anAbsentSubsetIsWaitedFor() async throws {
        let any = try responder("any")
        let requester = try mesh.requester()
        async let waiting: String = requester.send("name", subset: "eu")
        #expect(try await requester.send("name") as String == "any")
        let eu = try responder("eu", subset: "eu")
        #expect(try await waiting == "eu")
        await any.close()
        await eu.close()
    }

    @Test func theLeastBusyIsChosen() async throws {
        let busy = try responder("busy")
        let held = Promise<Reply<String>>()
        busy.on("hold") { (_: JSONValue, reply: Reply<String>) in held.fulfil(reply) }
        let requester = try requester(.leastPending)
        async let holding: String = requester.send("hold")
        let reply = try await held.value
        let idle = try responder("idle")
        try await requester.ready(minimum: 2)
        await requester.knowHandlers(of: 2)
        for _ in 1...20 { #expect(try await requester.send("name") as String == "idle") }
        try reply.succeed("done")
        #expect(try await holding == "done")
        await busy.close()
        await idle.close()
    }

    /// Whose latency nobody knows is tried before one is asked again.
    @Test func byLatencyEachIsTried() async throws {
        let responders = [try responder("one"), try responder("other")]
        let requester = try requester(.leastLatency)
        try await requester.ready(minimum: 2)
        await requester.knowHandlers(of: 2)
        var answers: [String] = []
        for _ in 1...10 { answers.append(try await requester.send("name")) }
        #expect(Set(answers.prefix(2)) == ["one", "other"])
        for responder in responders { await responder.close() }
    }

    @Test func aClosureChooses() async throws {
        let one = try responder("one")
        let requester = try requester(.custom { $0.first { $0.peer.name == "two" } })
        async let waiting: String = requester.send("name")
        let two = try responder("two")
        #expect(try await waiting == "two")
        for _ in 1...10 { #expect(try await requester.send("name") as String == "two") }
        await one.close()
        await two.close()
    }
}
