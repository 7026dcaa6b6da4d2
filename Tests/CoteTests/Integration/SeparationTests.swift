import Cote
import Testing

@Suite("What separates components", .timeLimit(.minutes(2)))
struct SeparationTests {
    let mesh = Mesh()

    private func settings(_ change: (inout Configuration) -> Void) -> Configuration {
        Configuration {
            $0 = mesh.configuration
            change(&$0)
        }
    }

    /// The responders of other keys, environments and namespaces are there first; each request still finds its own.
    @Test func keysEnvironmentsAndNamespaces() async throws {
        let places: [Configuration] = [
            settings { $0.key = nil },
            settings { _ in },
            settings { $0.key = "other" },
            settings { $0.environment = "qa" },
            settings { $0.namespace = "ns" },
            settings {
                $0.environment = "qa"
                $0.namespace = "ns"
            },
        ]
        let responders = try places.map { try Responder(name: "responder", configuration: $0) }
        for (index, responder) in responders.enumerated() { responder.on("where") { index } }
        for (index, place) in places.enumerated() {
            let requester = try Requester(name: "requester", configuration: place)
            for _ in 1...10 { #expect(try await requester.send("where", timeout: patience) as Int == index) }
        }
        for responder in responders { await responder.close() }
    }

    @Test func anArgumentComesBeforeAConfiguration() async throws {
        let responder = try Responder(
            name: "responder",
            key: "argument",
            configuration: settings { $0.key = "configuration" }
        )
        responder.on("x") { 1 }
        let requester = try Requester(name: "requester", configuration: settings { $0.key = "argument" })
        #expect(try await requester.send("x", timeout: patience) as Int == 1)
        await responder.close()
    }
}
