import Cote
import Testing

@Suite("Counters", .timeLimit(.minutes(2)))
struct CounterTests {
    let mesh = Mesh()

    @Test func requestsAndReplies() async throws {
        struct Refusal: Error {}
        let responder = try mesh.responder()
        let requester = try mesh.requester()
        responder.on("x") { 1 }
        responder.on("refuse") { () throws -> Int in throw Refusal() }
        responder.on("slow") { () async throws -> Int in
            try await Task.sleep(for: .seconds(600))
            return 1
        }
        for _ in 0..<3 { #expect(try await requester.send("x") as Int == 1) }
        await #expect(throws: CoteError.self) { try await requester.send("refuse") as Int }
        await #expect(throws: CoteError.self) {
            try await requester.send("slow", timeout: .milliseconds(1)) as Int
        }
        let counters = requester.counters
        #expect(counters.requests.sent == 5)
        #expect(counters.requests.answered == 3)
        #expect(counters.requests.failed.remote == 1)
        #expect(counters.requests.failed.timedOut == 1)
        #expect(counters.requests.failed.total == 2)
        #expect(counters.requests.queued == 0)
        #expect(counters.requests.inFlight == 0)
        #expect(counters.requests.latency.p50 > .zero)
        #expect(counters.requests.latency.p50 <= counters.requests.latency.p99)
        #expect(counters.traffic.connections == 1)
        #expect(counters.traffic.sent > 0)
        #expect(responder.counters.replies.received >= 4)
        #expect(responder.counters.replies.errors >= 1)
        #expect(counters.replies == Counters().replies)

        // A monitor is told the same.
        let monitor = try Monitor(name: "monitor", configuration: mesh.configuration)
        let status = await monitor.statuses.first { $0.id == requester.id }
        #expect(status?.counters?.requests == counters.requests)
        for component in [requester, responder, monitor] as [any Ending] { await component.close() }
        #expect(requester.counters == Counters())
    }

    @Test func messages() async throws {
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        let subscriber = try Subscriber(name: "subscriber", configuration: mesh.configuration)
        let numbers = subscriber.messages(on: "x", as: Int.self)
        try await publisher.ready()
        try publisher.publish("x", "not a number")
        try publisher.publish("x", 1)
        #expect(await numbers.first { _ in true } == 1)
        #expect(publisher.counters.messages.published == 2)
        #expect(subscriber.counters.messages.received == 2)
        #expect(subscriber.counters.messages.failed == 1)
        #expect(subscriber.counters.traffic.received > 0)
        await publisher.close()
        await subscriber.close()
        #expect(publisher.counters == Counters())
    }
}
