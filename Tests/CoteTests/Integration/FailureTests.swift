import Cote
import Synchronization
import Testing

private struct Question: Codable {
    var text = "?"
}

private struct Refusal: Error, Codable, CustomStringConvertible {
    var limit: Int
    var description: String { "over the limit" }
}

private enum Mood: Error {
    case tired
}

/// The error that `body` throws.
private func failure(of body: () async throws -> Void) async -> CoteError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? CoteError
    }
}

@Suite("What goes wrong", .timeLimit(.minutes(2)))
struct FailureTests {
    let mesh = Mesh()

    @Test func thrownErrorsCross() async throws {
        let responder = try mesh.responder("bank")
        responder.on("remote") { () -> Int in
            throw RemoteError("no rate", code: "noRate", details: ["from": "usd"])
        }
        responder.on("encodable") { () -> Int in throw Refusal(limit: 5) }
        responder.on("enum") { () async throws -> Int in throw Mood.tired }
        let requester = try mesh.requester()

        let remote = await failure { try await requester.send("remote") }
        #expect(remote?.code == .remote)
        #expect(remote?.message == "no rate")
        #expect(remote?.remote?.code == "noRate")
        #expect(remote?.remote?.details == ["from": "usd"])
        #expect(remote?.requestType == "remote")
        #expect(remote?.peer == .init(id: responder.id, name: "bank"))
        #expect(remote?.requestID?.hasPrefix("\(requester.id):") == true)

        let encodable = await failure { try await requester.send("encodable") }
        #expect(encodable?.remote?.message == "over the limit")
        #expect(encodable?.remote?.code == "Refusal")
        #expect(encodable?.remote?.details == ["limit": 5])

        let simple = await failure { try await requester.send("enum") }
        #expect(simple?.remote?.message == "tired")
        #expect(simple?.remote?.code == "Mood")
        #expect(simple?.remote?.details == nil)
        await responder.close()
    }

    @Test func anErrorGoesOnThroughAService() async throws {
        let inner = try mesh.responder("inner")
        inner.on("inner") { () -> Int in throw RemoteError("no", code: "inner", details: [1]) }
        let asker = try Requester(name: "asker", configuration: mesh.configuration)
        let outer = try Responder(name: "outer", namespace: "outer", configuration: mesh.configuration)
        outer.on("outer") { () async throws -> Int in try await asker.send("inner") }
        let requester = try Requester(name: "requester", namespace: "outer", configuration: mesh.configuration)
        let error = await failure { try await requester.send("outer") }
        #expect(error?.remote?.message == "no")
        #expect(error?.remote?.code == "inner")
        #expect(error?.remote?.details == [1])
        await outer.close()
        await inner.close()
    }

    @Test func aTypeThatNobodyHandlesIsRefusedWhereOneIsRequired() async throws {
        let responder = try mesh.responder()
        responder.on("known") { 1 }
        let requester = try mesh.requester()
        let known: Int = try await requester.send("known")
        #expect(known == 1)
        #expect(try await requester.send("known", as: Int.self, requireHandler: true) == 1)
        let error = await failure { try await requester.send("unknown", requireHandler: true) }
        #expect(error?.code == .noHandler)
        #expect(error?.requestType == "unknown")
        #expect(error?.peer == nil)
        #expect(error?.remote == nil)
        await responder.close()
    }

    @Test func aRequestOfAnotherShapeIsRefused() async throws {
        let responder = try mesh.responder()
        responder.on("ask") { (request: Question) in request.text }
        let requester = try mesh.requester()
        let error = await failure { try await requester.send("ask", ["text": 5]) }
        #expect(error?.remote?.code == "invalidRequest")
        #expect(error?.message.contains("text") == true)
        let missing = await failure { try await requester.send("ask") }
        #expect(missing?.remote?.code == "invalidRequest")
        await responder.close()
    }

    @Test func anAnswerOfAnotherShapeIsToldWithItsCause() async throws {
        let responder = try mesh.responder()
        responder.on("ask") { "forty-two" }
        let error = await failure { _ = try await mesh.requester().send("ask") as Int }
        #expect(error?.code == .decodingFailed)
        #expect(error?.underlying is DecodingError)
        await responder.close()
    }

    @Test func whatIsNoObjectIsNotSent() async throws {
        let requester = try mesh.requester()
        #expect(await failure { try await requester.send("ask", 5) }?.code == .encodingFailed)
        #expect(await failure { try await requester.send("ask", [1, 2]) }?.code == .encodingFailed)
        #expect(await failure { try await requester.send("ask", ["type": "other"]) }?.code == .encodingFailed)
        #expect(await failure { try await requester.send("") }?.code == .invalidArgument)
        #expect(await failure { try await requester.send("a\0b") }?.code == .invalidArgument)
        #expect(await failure { try await requester.send("ask", [] as [String]) }?.code == .encodingFailed)
        #expect(await failure { try await requester.send("ask", timeout: .zero) }?.code == .timeout)
        #expect(await failure { try await requester.send("ask", timeout: .seconds(-1)) }?.code == .timeout)
    }

    @Test func anAnswerThatDoesNotEncodeIsAnErrorForBoth() async throws {
        let responder = try mesh.responder()
        responder.on("infinite") { Double.infinity }
        let error = await failure { try await mesh.requester().send("infinite") }
        #expect(error?.remote?.code == "encodingFailed")
        await responder.close()
    }

    @Test func aDroppedReplyIsAnError() async throws {
        let responder = try mesh.responder()
        responder.on("drop") { (request: JSONValue, reply: Reply<Int>) in }
        let error = await failure { try await mesh.requester().send("drop") }
        #expect(error?.remote?.code == "unanswered")
        await responder.close()
    }

    @Test func aRequestWaitsForAResponder() async throws {
        let requester = try mesh.requester()
        async let answer: Int = requester.send("late")
        await Task.yield()
        let responder = try mesh.responder()
        responder.on("late") { 1 }
        #expect(try await answer == 1)
        await responder.close()
    }

    @Test func aTimedOutRequestIsNeverDelivered() async throws {
        let requester = try mesh.requester()
        let clock = ContinuousClock()
        let start = clock.now
        let error = await failure { try await requester.send("count", timeout: .milliseconds(50)) }
        #expect(error?.code == .timeout)
        #expect(start.duration(to: clock.now) >= .milliseconds(50))
        #expect(start.duration(to: clock.now) < patience)
        #expect(try await deliveredAfterwards(by: requester) == 0)
    }

    @Test func aComponentsTimeoutIsItsRequests() async throws {
        let requester = try mesh.requester(timeout: .milliseconds(50))
        #expect(await failure { try await requester.send("count") }?.code == .timeout)
    }

    @Test func aCancelledRequestIsNeverDelivered() async throws {
        let requester = try mesh.requester()
        let task = Task { try await requester.send("count") }
        let early = Task { try await requester.send("count") }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }

        let closure = Promise<Bool>()
        let sent = try requester.send("count") { (result: Result<Int, any Error>) in
            closure.fulfil({ if case .failure(let error) = result { error is CancellationError } else { false } }())
        }
        sent.cancel()
        sent.cancel()
        #expect(try await closure.value)
        #expect(try await deliveredAfterwards(by: requester) == 0)
    }

    /// How many requests of type `count` a responder gets that comes now, before one that is sent now is answered.
    private func deliveredAfterwards(by requester: Requester) async throws -> Int {
        let responder = try mesh.responder()
        let count = Atomic<Int>(0)
        responder.on("count") { count.add(1, ordering: .relaxed) }
        responder.on("last") { true }
        #expect(try await requester.send("last") as Bool)
        await responder.close()
        return count.load(ordering: .relaxed)
    }

    @Test func aFullQueueIsToldAtOnce() async throws {
        let mesh = Mesh { $0.maximumQueuedRequests = 2 }
        let requester = try mesh.requester()
        let ended = Promise<Void>()
        for _ in 1...2 { try requester.send("x") { (_: Result<Int, any Error>) in ended.fulfil(()) } }
        #expect(await failure { try await requester.send("x") }?.code == .queueFull)
        await requester.close()
        try await ended.value
    }

    @Test func closingEndsEveryRequest() async throws {
        let responder = try mesh.responder()
        let arrived = Promise<Reply<Int>>()
        responder.on("never") { (request: JSONValue, reply: Reply<Int>) in arrived.fulfil(reply) }
        let requester = try mesh.requester()
        async let inFlight: Int = requester.send("never")
        let reply = try await arrived.value
        await requester.close()
        await requester.close()
        do {
            _ = try await inFlight
            Issue.record("answered")
        } catch let error as CoteError {
            #expect(error.code == .closed)
        }
        #expect(await failure { try await requester.send("never") }?.code == .closed)
        await responder.close()
        #expect(throws: CoteError.self) { try reply.succeed(1) }
    }

    @Test func aLostConnectionEndsItsRequests() async throws {
        let responder = try mesh.responder("mortal")
        let arrived = Promise<Reply<Int>>()
        responder.on("never") { (request: JSONValue, reply: Reply<Int>) in arrived.fulfil(reply) }
        let requester = try mesh.requester()
        async let inFlight: Int = requester.send("never")
        let reply = try await arrived.value
        await responder.close()
        do {
            _ = try await inFlight
            Issue.record("answered")
        } catch let error as CoteError {
            #expect(error.code == .connectionLost)
            #expect(error.peer?.name == "mortal")
        }
        _ = reply
    }
}
