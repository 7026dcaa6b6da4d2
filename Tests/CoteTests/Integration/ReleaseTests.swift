import Cote
import Synchronization
import Testing

/// Something that a closure holds.
private final class Held: Sendable {
    private let released: Promise<Void>

    init(released: Promise<Void>) {
        self.released = released
    }

    deinit {
        released.fulfil(())
    }
}

@Suite("What is released", .timeLimit(.minutes(2)))
struct ReleaseTests {
    let mesh = Mesh()

    /// Runs `body`, and returns when nobody holds the object that it was given: perhaps a moment later, since a task or the
    /// loop gives up its last reference when it has done its work.
    private func released(after body: (Held) async throws -> Void) async throws {
        let released = Promise<Void>()
        try await body(Held(released: released))
        try await released.value
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func handlersGoWithTheirResponder(execution: Responder.Execution) async throws {
        try await released { held in
            let responder = try mesh.responder(execution: execution)
            responder.on("x") { [held] in
                withExtendedLifetime(held) {}
                return 1
            }
            #expect(try await mesh.requester().send("x") as Int == 1)
            await responder.close()
            responder.on("too late") { [held] in withExtendedLifetime(held) {} }
        }
    }

    @Test func completionsGoWithTheirRequest() async throws {
        try await released { held in
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
