import Cote
import Synchronization
import Testing

/// Something that a closure holds.
private final class Held: Sendable {}

@Suite("What is released", .timeLimit(.minutes(2)))
struct ReleaseTests {
    let mesh = Mesh()

    /// Runs `body`, and returns what is left of the object that it was given.
    private func remains(of body: (Held) async throws -> Void) async rethrows -> Held? {
        weak var remains: Held?
        do {
            let held = Held()
            remains = held
            try await body(held)
        }
        return remains
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func handlersGoWithTheirResponder(execution: Responder.Execution) async throws {
        let left = try await remains { held in
            let responder = try mesh.responder(execution: execution)
            responder.on("x") { [held] in
                withExtendedLifetime(held) {}
                return 1
            }
            #expect(try await mesh.requester().send("x") as Int == 1)
            await responder.close()
            responder.on("too late") { [held] in withExtendedLifetime(held) {} }
        }
        #expect(left == nil)
    }

    @Test func completionsGoWithTheirRequest() async throws {
        let left = try await remains { held in
            let requester = try mesh.requester()
            let ended = Promise<Void>()
            try requester.send("x") { [held] (_: Result<Int, any Error>) in
                withExtendedLifetime(held) {}
                ended.fulfil(())
            }
            await requester.close()
            try await ended.value
            #expect(throws: CoteError.self) {
                try requester.send("x") { [held] (_: Result<Int, any Error>) in withExtendedLifetime(held) {} }
            }
        }
        // The last reference may be given up on the loop a moment after the completion has been called.
        try await mesh.requester().close()
        #expect(left == nil)
    }

    @Test func componentsGoWithTheirLastReference() async throws {
        weak var requester: Requester?
        weak var responder: Responder?
        do {
            let asker = try mesh.requester()
            let answerer = try mesh.responder()
            answerer.on("x") { 1 }
            #expect(try await asker.send("x") as Int == 1)
            (requester, responder) = (asker, answerer)
        }
        #expect(requester == nil)
        #expect(responder == nil)
    }
}
