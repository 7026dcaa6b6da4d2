import Cote
import Synchronization
import Testing

@Suite("Handlers of requests", .timeLimit(.minutes(2)))
struct HandlerTests {
    let mesh = Mesh()

    // MARK: several handlers

    @Test(arguments: [Responder.Execution.pool, .inline])
    func patternsMatchBySegments(execution: Responder.Execution) async throws {
        let responder = try mesh.responder(execution: execution)
        responder.on("user::created") { "the type" }
        responder.on("user::*") { "one segment" }
        responder.on("order::**") { (request: JSONValue, context: RequestContext) in "any of \(context.type)" }
        responder.on("**") { () async in "everything" }
        let requester = try mesh.requester()
        let expected = [
            "user::created": ["the type", "one segment", "everything"],
            "user::deleted": ["one segment", "everything"],
            "order": ["any of order", "everything"],
            "order::1::paid": ["any of order::1::paid", "everything"],
            "user::a::b": ["everything"],
            "*": ["everything"],
        ]
        for (type, answers) in expected {
            let answer: String = try await requester.send(type)
            #expect(answers.contains(answer))
            if execution == .inline { #expect(answer == answers[0], "\(type)") }
        }
        await responder.close()
    }

    @Test func typesOfStarsAreNoPatterns() async throws {
        let responder = try mesh.responder()
        responder.on("a") { 1 }
        let requester = try mesh.requester()
        try await requester.send("a")
        for type in ["*", "**"] {
            do {
                try await requester.send(type, requireHandler: true)
                Issue.record("answered")
            } catch let error as CoteError {
                #expect(error.code == .noHandler)
            }
        }
        await responder.close()
    }

    @Test func theFirstAnswerCountsAndOthersAreLogged() async throws {
        let record = Record()
        let mesh = Mesh { $0.logger = record.logger }
        let responder = try mesh.responder(execution: .inline)
        let late = Promise<CoteError.Code?>()
        responder.on("x") { (_: JSONValue, _: Reply<Int>) in }
        responder.on("x") { 1 }
        responder.on("**") { () -> Int in throw Missing(what: "it") }
        responder.on("*") { (_: JSONValue, reply: Reply<Int>) in
            do {
                try reply.succeed(3)
                late.fulfil(nil)
            } catch {
                late.fulfil((error as? CoteError)?.code)
            }
        }
        let requester = try mesh.requester()
        for _ in 0..<3 {
            #expect(try await requester.send("x") as Int == 1)
            #expect(try await late.value == .alreadyAnswered)
        }
        let told = record.all.filter { $0.contains("not delivered") }
        #expect(told.map { $0.prefix { $0 != ":" } } == ["warning", "debug", "debug"])
        #expect(told.allSatisfy { $0.contains("\"x\"") && $0.contains("alreadyAnswered") })
        await responder.close()
    }

    @Test func thatNobodyAnswersIsKnownWhenTheLastGivesUp() async throws {
        let responder = try mesh.responder()
        let kept = Promise<Reply<Int>>()
        responder.on("x") { (_: JSONValue, _: Reply<Int>) in }
        responder.on("**") { (_: JSONValue, reply: Reply<Int>) in kept.fulfil(reply) }
        responder.on("x") { (_: JSONValue, _: Reply<Int>) in }
        let requester = try mesh.requester()
        async let answered: Int = requester.send("x")
        try await kept.value.succeed(5)
        #expect(try await answered == 5)
        async let unanswered: Int = requester.send("x")
        _ = try await kept.value
        do {
            _ = try await unanswered
            Issue.record("answered")
        } catch let error as CoteError {
            #expect(error.remote?.code == "unanswered")
        }
        await responder.close()
    }

    @Test func aHandlerIsTakenBackAndReleased() async throws {
        let responder = try mesh.responder(execution: .inline)
        let requester = try mesh.requester()
        weak var held: Guard?
        let first: Registration
        do {
            let guarded = Guard()
            held = guarded
            first = responder.on("x") { guarded.number }
        }
        responder.on("x") { 2 }
        #expect(try await requester.send("x") as Int == 1)
        #expect(held != nil)
        first.cancel()
        first.cancel()
        // The cancellation is on the loop before the request.
        #expect(try await requester.send("x") as Int == 2)
        #expect(held == nil)
        await responder.close()
        first.cancel()
        responder.on("x") { 3 }.cancel()
    }

    private final class Guard: Sendable {
        let number = 1
    }

    // MARK: deadlines

    @Test func theDeadlineOfARequestIsKnown() async throws {
        let responder = try mesh.responder()
        responder.on("left") { (_: JSONValue, context: RequestContext) -> Double? in
            context.deadline.map { ($0 - .now) / .seconds(1) }
        }
        let before = ContinuousClock.now
        let left: Double = try await mesh.requester().send("left", timeout: .seconds(60))
        let took = (ContinuousClock.now - before) / .seconds(1)
        #expect(left <= 60.001 && left >= 60 - took)
        let without = try await mesh.requester().send("left") as Double?
        #expect(without == nil)
        await responder.close()
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func aHandlerIsCancelledAtTheDeadline(execution: Responder.Execution) async throws {
        let responder = try mesh.responder(execution: execution)
        let cancelled = Promise<Bool>()
        responder.on("slow") { () async throws -> Int in
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                cancelled.fulfil(error is CancellationError && Task.isCancelled)
                throw error
            }
            return 1
        }
        let requester = try mesh.requester()
        do {
            _ = try await requester.send("slow", timeout: .milliseconds(100)) as Int
            Issue.record("answered")
        } catch let error as CoteError {
            #expect(error.code == .timeout)
        }
        #expect(try await cancelled.value)
        await responder.close()
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func aHandlerIsCancelledWhenItsRequesterGoes(execution: Responder.Execution) async throws {
        let responder = try mesh.responder(execution: execution)
        let began = Promise<Void>()
        let cancelled = Promise<Bool>()
        responder.on("slow") { (_: JSONValue) async throws -> Int in
            began.fulfil(())
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                cancelled.fulfil(Task.isCancelled)
                throw error
            }
            return 1
        }
        let requester = try mesh.requester()
        let sent = Task { try await requester.send("slow") as Int }
        try await began.value
        await requester.close()
        #expect(try await cancelled.value)
        await #expect(throws: CoteError.self) { try await sent.value }

        #if canImport(Glibc)
        let socket = try Node.connect(port: responder.port)
        Node.send(Node.frame([#"j:{"type":"slow"}"#, "s:4242:1"]), to: socket)
        try await began.value
        Node.disconnect(socket)
        #expect(try await cancelled.value)
        #endif
        await responder.close()
    }

    @Test func handlersAreCancelledWhenTheResponderCloses() async throws {
        let responder = try mesh.responder()
        let began = Promise<Void>()
        let cancelled = Promise<Bool>()
        responder.on("slow") { () async throws in
            began.fulfil(())
            try? await Task.sleep(for: .seconds(600))
            cancelled.fulfil(Task.isCancelled)
        }
        let requester = try mesh.requester()
        let sent = Task { try await requester.send("slow") }
        try await began.value
        await responder.close()
        #expect(try await cancelled.value)
        sent.cancel()
        await #expect(throws: (any Error).self) { try await sent.value }
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func whatIsAnsweredIsNotCancelled(execution: Responder.Execution) async throws {
        let responder = try mesh.responder(execution: execution)
        let cancelled = Atomic<Int>(0)
        responder.on("quick") { () async -> Int in
            await withTaskCancellationHandler {
                await Task.yield()
                return 1
            } onCancel: {
                cancelled.add(1, ordering: .relaxed)
            }
        }
        for _ in 0..<50 {
            let requester = try mesh.requester()
            #expect(try await requester.send("quick", timeout: .seconds(60)) as Int == 1)
            await requester.close()
        }
        await responder.close()
        #expect(cancelled.load(ordering: .relaxed) == 0)
    }
}
