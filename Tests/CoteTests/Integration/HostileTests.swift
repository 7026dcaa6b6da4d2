import Cote
import Testing

/// What others send is shown in print, and what is refused of it is counted.
@Suite("Hostile input", .timeLimit(.minutes(2)))
struct HostileTests {
    let mesh = Mesh()

    @Test func anErrorOfAnotherIsDescribedInPrint() async throws {
        let responder = try mesh.responder()
        responder.on("x") { throw RemoteError("a\u{1b}[2J\n\u{202e}b", code: "\u{9b}c") }
        let requester = try mesh.requester()
        let error = try #require(await #expect(throws: CoteError.self) { try await requester.send("x") })
        #expect(error.remote?.message == "a\u{1b}[2J\n\u{202e}b")
        #expect(error.remote?.code == "\u{9b}c")
        #expect(error.remote?.description == #"a\x1b[2J\x0a\u202eb [\u009bc]"#)
        #expect("\(error)".contains(#"a\x1b[2J\x0a\u202eb"#))
        #expect("\(error)".unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        await requester.close()
        await responder.close()
    }

    @Test func whatIsLoggedOfOthersIsInPrint() async throws {
        let record = Record()
        let responder = try Responder(name: "r", logger: record.logger, configuration: mesh.configuration)
        responder.on("x\u{1b}[m\n") { Double.nan }
        let requester = try mesh.requester()
        await #expect(throws: CoteError.self) { try await requester.send("x\u{1b}[m\n") }
        #expect(try await record.line(with: #""x\x1b[m\x0a""#).hasPrefix("warning: "))
        await requester.close()
        await responder.close()
    }

    @Test func anAnswerThatNobodyWaitsForIsCounted() async throws {
        let record = Record()
        let asked = Promise<Void>()
        let given = Promise<Void>()
        let responder = try mesh.responder()
        responder.on("x") {
            asked.fulfil(())
            try await given.value
            return 1
        }
        let before = Refusals.total
        let requester = try Requester(name: "impatient", logger: record.logger, configuration: mesh.configuration)
        let request = Task { try await requester.send("x") as Int }
        try await asked.value
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        given.fulfil(())
        let line = try await record.line(with: "no request waits for")
        #expect(line == "debug: responder sent an answer that no request waits for")
        #expect(Refusals.total.answers > before.answers)
        await requester.close()
        await responder.close()
    }
}
