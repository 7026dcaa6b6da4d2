import Cote
import Subprocess
import Testing

/// How the command ends when it is told to.
@Suite("cote and signals", .timeLimit(.minutes(1)))
struct SignalTests {
    let mesh = Mesh()

    @Test(
        "a call that waits for its answer ends with 128 + signal",
        arguments: [(Signal.interrupt, Int32(130)), (.terminate, 143), (.terminalClosed, 129)])
    func call(signal: Signal, status: Int32) async throws {
        let arrived = try Gate()
        let responder = try Responder(name: "slow", configuration: mesh.configuration)
        responder.on("wait") {
            arrived.open(1)
            try await Task.sleep(for: .seconds(1000))
        }
        let (outcome, _) = try await Command.run(["call", "wait"] + mesh.options) { call in
            await arrived.pass(1)
            try call.send(signal)
        }
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.isEmpty)
        await responder.close()
    }

    @Test("a call that reads its request ends with 128 + signal")
    func callThatReads() async throws {
        let (outcome, _) = try await Command.run(["call", "any", "-"] + mesh.options) { call in
            // More than a pipe holds: when it is written, the command reads.
            try await call.write(String(repeating: " ", count: 1_000_000))
            try call.send(.interrupt)
        }
        #expect(outcome.status == 130)
        #expect(outcome.error.isEmpty)
    }

    @Test("a responder says goodbye and ends with 0", arguments: [Signal.interrupt, .terminate, .terminalClosed])
    func responder(signal: Signal) async throws {
        let requester = try Requester(name: "observer", configuration: mesh.configuration)
        var peers = requester.peers.makeAsyncIterator()
        let (outcome, start) = try await Command.run(["respond", "any", "--echo"] + mesh.options) { responder in
            guard case .added(let peer)? = await peers.next() else { throw Unexpected() }
            #expect(peer.name == "cote-respond")
            try responder.send(signal)
            return ContinuousClock.now
        }
        guard case .removed? = await peers.next() else { throw Unexpected() }
        // Without a goodbye it takes five seconds and more.
        #expect(ContinuousClock.now - start < .seconds(3))
        outcome.expectCleanEnd()
        await requester.close()
    }

    @Test("the commands of a responder end with it, and all that they started")
    func commandsEnd() async throws {
        let fifo = try Fifo()
        let command = "exec 9> '\(fifo.path)'; sleep 1000 & echo started >&9; sleep 1000"
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(["respond", "run", "--exec", command] + mesh.options) { responder in
            // Ends when nobody is left who holds it open.
            try await fifo.read { line in
                #expect(line == "started")
                try responder.send(.terminate)
            }
        }
        outcome.expectCleanEnd()
        #expect(try await caller.status == 3)
    }

    @Test("a command that ignores SIGTERM is killed after a while")
    func stubbornCommand() async throws {
        let fifo = try Fifo()
        let command = "trap '' TERM; exec 9> '\(fifo.path)'; echo started >&9; while :; do sleep 1000; done"
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(["respond", "run", "--exec", command] + mesh.options) { responder in
            try await fifo.read { _ in try responder.send(.terminate) }
        }
        outcome.expectCleanEnd()
        #expect(try await caller.status == 3)
    }

    @Test("a second signal ends all at once", arguments: [(Signal.interrupt, Int32(130)), (.terminate, 143)])
    func secondSignal(signal: Signal, status: Int32) async throws {
        let fifo = try Fifo()
        let command = """
            trap 'echo asked >&9' TERM; exec 9> '\(fifo.path)'; echo started >&9
            while :; do sleep 1000 & wait; done
            """
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(["respond", "run", "--exec", command] + mesh.options) { responder in
            try await fifo.read { line in
                try responder.send(line == "started" ? .interrupt : signal)
            }
        }
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(try await caller.status == 3)
    }

    @Test("signals that were ignored at the start: nohup is respected, a shell's background job is not deaf")
    func inheritedDispositions() async throws {
        let script = """
            trap '' INT
            '\(Command.executable)' respond any --echo \(mesh.options.map { "'\($0)'" }.joined(separator: " ")) &
            '\(Command.executable)' call any \(mesh.options.map { "'\($0)'" }.joined(separator: " "))
            kill -INT $!; wait $!; echo $?
            """
        let outcome = try await shell(script)
        #expect(outcome.lines == [#"{"type":"any"}"#, "0"])
    }
}

struct Unexpected: Error {}
