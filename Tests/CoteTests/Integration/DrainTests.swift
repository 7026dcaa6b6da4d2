import Cote
import Synchronization
import Testing

@Suite("Closing when the work is done", .timeLimit(.minutes(2)))
struct DrainTests {
    let mesh = Mesh()

    /// Far more than it takes.
    private let long = Duration.seconds(600)

    @Test func aResponderFinishesItsHandlers() async throws {
        let responder = try mesh.responder("first")
        let started = Promise<Void>()
        let end = Promise<Void>()
        responder.on("work") { () async throws -> String in
            started.fulfil(())
            try await end.value
            return "first"
        }
        let requester = try mesh.requester()
        let peers = requester.peers
        async let underWay: String = requester.send("work")
        try await started.value
        async let closed: Void = responder.close(drain: long)
        _ = try await peers.first { if case .removed = $0 { true } else { false } }
        let next = try mesh.responder("next")
        next.on("work") { "next" }
        #expect(try await requester.send("work", timeout: patience) as String == "next")
        end.fulfil(())
        #expect(try await underWay == "first")
        await closed
        await next.close()
        await requester.close()
    }

    @Test func atItsEndItCloses() async throws {
        let responder = try mesh.responder()
        let started = Promise<Void>()
        responder.on("work") { () async throws in
            started.fulfil(())
            try await Task.sleep(for: .seconds(3600))
        }
        let requester = try mesh.requester()
        let request = Task { try await requester.send("work") }
        try await started.value
        await responder.close(drain: .milliseconds(50))
        await #expect(throws: CoteError.self) { try await request.value }
        await requester.close()
    }

    /// Of a task that was cancelled too: that is where a service is told to end.
    @Test func aCloseEndsIt() async throws {
        let responder = try mesh.responder()
        let started = Promise<Void>()
        responder.on("work") { () async throws in
            started.fulfil(())
            try await Task.sleep(for: .seconds(3600))
        }
        let requester = try mesh.requester()
        let peers = requester.peers
        let request = Task { try await requester.send("work") }
        try await started.value
        let drain = Task { await responder.close(drain: long) }
        drain.cancel()
        _ = try await peers.first { if case .removed = $0 { true } else { false } }
        await responder.close()
        await drain.value
        await #expect(throws: CoteError.self) { try await request.value }
        await requester.close()
    }

    @Test func aRollingRestartLosesNothing() async throws {
        let mesh = mesh
        let requester = try mesh.requester()
        @Sendable func start() throws -> Responder {
            let responder = try mesh.responder()
            responder.on("double") { (number: Number) async throws -> Int in
                try await Task.sleep(for: .milliseconds(1))
                return number.value * 2
            }
            return responder
        }
        var responders = try (0..<3).map { _ in try start() }
        try await requester.ready(minimum: 3)
        let stop = Flag()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<16 {
                group.addTask {
                    var count = 0
                    while !stop.isSet.load(ordering: .relaxed) {
                        let answer: Int = try await requester.send("double", Number(value: lane))
                        #expect(answer == lane * 2)
                        count += 1
                    }
                    return count
                }
            }
            for _ in 0..<2 {
                for index in responders.indices {
                    let next = try start()
                    try await requester.ready(minimum: 4)
                    await responders[index].close(drain: long)
                    responders[index] = next
                }
            }
            stop.isSet.store(true, ordering: .relaxed)
            return try await group.reduce(0, +)
        }
        #expect(answered > 0)
        for responder in responders { await responder.close() }
        await requester.close()
    }

    @Test func aRequesterWaitsForItsAnswers() async throws {
        let requester = try mesh.requester()
        let answer = Promise<Int>()
        try requester.send("x") { (result: Result<Int, any Error>) in answer.fulfil((try? result.get()) ?? 0) }
        async let closed: Void = requester.close(drain: long)
        // It is on its way; when it has arrived nothing is sent any more.
        while (try? requester.send("y") { (_: Result<Int, any Error>) in }) != nil { await Task.yield() }
        let responder = try mesh.responder()
        responder.on("x") { 1 }
        responder.on("y") { 2 }
        #expect(try await answer.value == 1)
        await closed
        await responder.close()
    }

    @Test func aPublisherWaitsUntilAllHasLeft() async throws {
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        let subscriber = try Subscriber(name: "subscriber", configuration: mesh.configuration)
        let messages = subscriber.messages(on: "x", as: Int.self, bufferingPolicy: .unbounded)
        try await publisher.ready()
        for number in 0..<1_000 { try publisher.publish("x", number) }
        await publisher.close(drain: long)
        #expect(throws: CoteError.self) { try publisher.publish("x", 0) }
        var expected = 0
        for await number in messages.prefix(1_000) {
            #expect(number == expected)
            expected += 1
        }
        #expect(expected == 1_000)
        await subscriber.close()
    }

    @Test func aSubscriberWaitsForItsHandlers() async throws {
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        let subscriber = try Subscriber(name: "subscriber", configuration: mesh.configuration)
        let started = Promise<Void>()
        let end = Promise<Void>()
        let finished = Atomic(0)
        subscriber.on("x") { (_: Int) async throws in
            started.fulfil(())
            try await end.value
            finished.add(1, ordering: .relaxed)
        }
        try await publisher.ready()
        try publisher.publish("x", 1)
        try await started.value
        await subscriber.close(drain: .milliseconds(50))
        #expect(finished.load(ordering: .relaxed) == 0)
        async let closed: Void = subscriber.close(drain: long)
        end.fulfil(())
        await closed
        #expect(finished.load(ordering: .relaxed) == 1)
        await publisher.close()
    }
}

private struct Number: Codable {
    var value: Int
}

private final class Flag: Sendable {
    let isSet = Atomic(false)
}
