import Cote
import Testing

/// Who meets whom.
@Suite("cote, its mesh options", .timeLimit(.minutes(5)))
struct MeshOptionTests {
    let mesh = Mesh()

    @Test(
        "components of another environment, key or namespace do not meet",
        arguments: ["environment", "key", "namespace"]
    )
    func separation(option: String) async throws {
        try await mesh.responding("which", "--\(option)", "one", "--reply", "1") {
            try await mesh.responding("which", "--\(option)", "two", "--reply", "2") {
                for (value, answer) in ["one": 1, "two": 2] as [String: JSONValue] {
                    let outcome = try await mesh.call("which", "--\(option)", value, "--count", "10")
                    #expect(outcome.lines == Array(repeating: "\(answer)", count: 10))
                }
                #expect(try await mesh.call("which", "--timeout", "0.3", "--\(option)", "three").status == 2)
            }
        }
    }

    @Test("COTE_ENV is the environment")
    func environmentVariable() async throws {
        let options = Array(mesh.options.dropLast(2))
        let (responder, outcome) = try await Command.run(
            ["respond", "which", "--reply", "1", "--environment", "staging"] + options
        ) { responder in
            let outcome = try await Command.run(["call", "which"] + options, environment: ["COTE_ENV": "staging"])
            try responder.terminate()
            return outcome
        }
        responder.expectCleanEnd()
        #expect(try outcome.answer() == 1)
    }

    @Test("they meet by multicast")
    func multicast() async throws {
        try await mesh.responding("ping", "--reply", "1", "--multicast", "239.255.77.1") {
            let answer = try await mesh.call("ping", "--multicast", "239.255.77.1").answer()
            #expect(answer == 1)
        }
    }

    @Test("--name is what others see")
    func name() async throws {
        let responder = try Responder(name: "seer", configuration: mesh.configuration)
        responder.on("ping") { 1 }
        var peers = responder.peers.makeAsyncIterator()
        #expect(try await mesh.call("ping", "--name", "the caller").answer() == 1)
        guard case .added(let peer)? = await peers.next() else { throw Unexpected() }
        #expect(peer.name == "the caller")
        await responder.close()
    }

    @Test("one responder answers several types")
    func types() async throws {
        try await mesh.responding("one", "two", "--echo") {
            for type in ["one", "two"] {
                let answer = try await mesh.call(type).answer()
                #expect(answer == ["type": .string(type)])
            }
        }
    }
}
