import Cote
import Logging
import Synchronization
import Testing

@Suite("Logging", .timeLimit(.minutes(2)))
struct LoggingTests {
    let mesh = Mesh()

    @Test func hellosAndPeersAreLoggedWhereThatIsAskedFor() async throws {
        let record = Record()
        let requester = try Requester(
            name: "curious",
            logger: record.logger,
            configuration: Configuration {
                $0 = mesh.configuration
                $0.log = true
            }
        )
        let responder = try mesh.responder("useful")
        #expect(try await record.line(with: "Hello!") == "info: Hello! I'm curious#\(requester.id)")
        let online = "curious > service.online useful#\(responder.id) on \(responder.port)"
        #expect(try await record.line(with: "online") == "info: \(online)")
        await responder.close()
        #expect(try await record.line(with: "offline").contains("useful#\(responder.id)"))
        await requester.close()
    }

    @Test func aComponentIsQuietByDefault() async throws {
        let record = Record()
        let requester = try Requester(name: "quiet", logger: record.logger, configuration: mesh.configuration)
        let responder = try mesh.responder()
        responder.on("x") { 1 }
        #expect(try await requester.send("x") as Int == 1)
        await responder.close()
        await requester.close()
        // A machine that is busy may hold up the loop, and that is told.
        #expect(record.all.filter { !$0.contains("held up the loop") } == [])
    }

    @Test func whatGoesWrongIsAWarning() async throws {
        let record = Record()
        let responder = try Responder(name: "useful", logger: record.logger, configuration: mesh.configuration)
        responder.on("x") { Double.nan }
        let requester = try mesh.requester()
        await #expect(throws: CoteError.self) { try await requester.send("x") }
        #expect(try await record.line(with: "\"x\"").hasPrefix("warning: "))
        await responder.close()
    }
}
