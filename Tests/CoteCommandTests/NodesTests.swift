import Cote
import Testing

/// `cote nodes`.
@Suite("cote nodes", .timeLimit(.minutes(5)))
struct NodesTests {
    let mesh = Mesh()

    private func nodes(_ arguments: String...) async throws -> Command.Outcome {
        try await Command.run(["nodes"] + mesh.options + arguments)
    }

    @Test("a table, without anything that a terminal would obey")
    func table() async throws {
        let responder = try Responder(name: "bad\u{1b}[31m\u{9b}\u{202e}name", configuration: mesh.configuration)
        let subscriber = try Subscriber(name: "rates", namespace: "ns", configuration: mesh.configuration)
        let outcome = try await nodes()
        #expect(outcome.status == 0)
        #expect(outcome.error == "")
        let rows = outcome.lines.map { $0.split(separator: " ").map(String.init) }
        #expect(rows.count == 3)
        #expect(
            rows[0] == ["NAME", "KIND", "KEY", "NAMESPACE", "ADDRESS", "COUNT", "FAILED", "P50", "P99", "HOST", "ID"]
        )
        #expect(rows[1][0...1] == ["bad\\x1b[31m\\u009b\\u202ename", "responder"])
        #expect(rows[1][3] == "-")
        #expect(rows[1][4].hasSuffix(":\(responder.port)"))
        #expect(rows[1][5...8] == ["0", "0", "-", "-"])
        #expect(rows[1].last == responder.id)
        #expect(rows[2][0...1] == ["rates", "subscriber"])
        #expect(rows[2][3] == "ns")
        #expect(rows[2][5...8] == ["0", "-", "-", "-"])
        #expect(rows[2].last == subscriber.id)
        await responder.close()
        await subscriber.close()
    }

    @Test("lines of JSON, with whom they are connected to, and their counters")
    func json() async throws {
        let responder = try Responder(name: "b", advertisement: ["mine": [1]], configuration: mesh.configuration)
        let requester = try Requester(name: "a", configuration: mesh.configuration)
        responder.on("x") { 1 }
        #expect(try await requester.send("x") as Int == 1)
        var all: [JSONValue] = []
        // On a busy machine a status may come later than the listening ends.
        for _ in 0..<20 where all.count < 2 || all.contains(where: { $0["counters"]?.isNull ?? true }) {
            let outcome = try await nodes("--json")
            #expect(outcome.status == 0)
            all = try outcome.lines.map { try JSONValue(parsing: String($0)) }
        }
        #expect(all.map { $0["name"] } == ["a", "b"])
        #expect(all.map { $0["kind"] } == ["requester", "responder"])
        #expect(all.map { $0["connectedTo"] } == [[.string(responder.id)], []])
        let counters = all.map { $0["counters"] }
        #expect(
            counters.first??["requests"] == ["sent": 1, "answered": 1, "failed": 0, "queued": 0, "inFlight": 0]
        )
        #expect(counters.first??["failures"]?["timedOut"] == 0)
        #expect((counters.first??["latency"]?["p99"]?.int ?? 0) > 0)
        #expect(counters.last??["replies"] == ["received": 1, "sent": 1, "errors": 0, "running": 0])
        #expect(counters.last??["traffic"]?["received"] == counters.first??["traffic"]?["sent"])
        #expect(all.last?["port"] == .init(responder.port))
        #expect(all.last?["advertisement"]?["mine"] == [1])
        await requester.close()
        await responder.close()
    }

    @Test("nobody is there")
    func nobody() async throws {
        #expect(try await nodes("--json", "--timeout", "0.1").output == "")
        #expect(try await nodes("--timeout", "0.1").lines.count == 1)
    }

    @Test("--watch prints who comes and goes, until it is told to stop")
    func watch() async throws {
        let output = try Fifo()
        let stop = try Gate()
        let command = ([Command.executable, "nodes", "--watch", "--json"] + mesh.options)
            .map { "'\($0)'" }.joined(separator: " ")
        async let ended = shell(
            "\(command) > '\(output.path)' & head -c 1 '\(stop.path)' > /dev/null; kill $!; wait $!"
        )
        let responder = try Responder(name: "clock", configuration: mesh.configuration)
        var events: [JSONValue?] = []
        try await output.read { line in
            let event = try JSONValue(parsing: line)
            #expect(event["node"]?["id"] == .string(responder.id))
            events.append(event["event"])
            if event["event"] == "added" { await responder.close() } else { stop.open(1) }
        }
        #expect(events == ["added", "removed"])
        let outcome = try await ended
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    @Test("a signal before anything was printed is told by the status")
    func interrupted() async throws {
        let monitor = try Monitor(name: "monitor", configuration: mesh.configuration)
        let (outcome, _) = try await Command.run(["nodes", "--timeout", "3600"] + mesh.options) { running in
            for await case .added in monitor.peers { break }
            try running.terminate()
        }
        #expect(outcome.status == 143)
        #expect(outcome.output == "")
        await monitor.close()
    }

    @Test("refuses what cannot be")
    func usage() async throws {
        #expect(try await nodes("--watch", "--timeout", "1").status == 64)
        #expect(try await nodes("--timeout", "0").status == 64)
    }
}
