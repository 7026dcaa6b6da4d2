import Cote
import Subprocess
import Testing

/// How the command ends when it is told to.
@Suite("cote and signals", .timeLimit(.minutes(5)))
struct SignalTests {
    let mesh = Mesh()

    @Test(
        "a call that waits for its answer ends with 128 + signal",
        arguments: [(Signal.interrupt, Int32(130)), (.terminate, 143), (.terminalClosed, 129)]
    )
    func call(signal: Signal, status: Int32) async throws {
        let arrived = try Gate()
        let end = try Gate()
        let responder = try Responder(name: "slow", configuration: mesh.configuration)
        responder.on("wait") {
            arrived.open(1)
            await end.pass(1)
        }
        let (outcome, _) = try await Command.run(["call", "wait"] + mesh.options) { call in
            await arrived.pass(1)
            try call.send(signal)
        }
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.isEmpty)
        end.open(1)
        await responder.close()
    }

    @Test("a call that reads its request ends with 128 + signal")
    func callThatReads() async throws {
        let (outcome, _) = try await Command.run(["call", "any", "-"] + mesh.options) { call in
            // More than a pipe holds: when it is written, the command reads.
            _ = try await call.write(String(repeating: " ", count: 1_000_000))
            try call.send(.interrupt)
            // Until nobody reads any more; before that, an end of the input would be another reason to end.
            while let written = try? await call.write(" "), written > 0 {}
        }
        #expect(outcome.status == 130)
        #expect(outcome.error.isEmpty)
    }

    @Test("a responder says goodbye and ends with 0", arguments: [Signal.interrupt, .terminate, .terminalClosed])
    func responder(signal: Signal) async throws {
        var patient = mesh.configuration
        patient.nodeTimeout = .seconds(3600)  // so that only a goodbye removes a peer
        let requester = try Requester(name: "observer", configuration: patient)
        var peers = requester.peers.makeAsyncIterator()
        let (outcome, _) = try await Command.run(["respond", "any", "--echo"] + mesh.options) { responder in
            guard case .added(let peer)? = await peers.next() else { throw Unexpected() }
            #expect(peer.name == "cote-respond")
            try responder.send(signal)
        }
        // It may have announced its handler after itself.
        var event = await peers.next()
        if case .updated? = event { event = await peers.next() }
        guard case .removed? = event else { throw Unexpected() }
        outcome.expectCleanEnd()
        await requester.close()
    }

    @Test("the commands of a responder end with it, and all that they started")
    func commandsEnd() async throws {
        let fifo = try Fifo()
        let command = "exec 9> '\(fifo.path)'; sleep 1000 & echo started >&9; sleep 1000"
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(["respond", "run", "--drain", "0", "--exec", command] + mesh.options) {
            responder in
            // Ends when nobody is left who holds it open.
            try await fifo.read { line in
                #expect(line == "started")
                try responder.send(.terminate)
            }
        }
        outcome.expectCleanEnd()
        #expect(try await caller.status == 3)
    }

    @Test(
        "what ignores SIGTERM is killed after a while",
        arguments: [
            "trap '' TERM; exec 9> FIFO; echo started >&9; while :; do sleep 1000; done",
            "(trap '' TERM; exec 9> FIFO; echo started >&9; while :; do sleep 1000; done) & wait",
        ]
    )
    func stubbornCommand(script: String) async throws {
        let fifo = try Fifo()
        let command = script.replacing("FIFO", with: "'\(fifo.path)'")
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(["respond", "run", "--drain", "0", "--exec", command] + mesh.options) {
            responder in
            try await fifo.read { _ in try responder.send(.terminate) }
        }
        outcome.expectCleanEnd()
        #expect(try await caller.status == 3)
    }

    @Test("what came before the signal is answered, and the commands that answer it finish")
    func drain() async throws {
        var patient = mesh.configuration
        patient.nodeTimeout = .seconds(3600)  // so that only a goodbye removes a peer
        let requester = try Requester(name: "caller", configuration: patient)
        let peers = requester.peers
        let fifo = try Fifo()
        let gate = try Gate()
        let command = "echo started > '\(fifo.path)'; head -c 1 '\(gate.path)'"
        let options = ["respond", "run", "--drain", "600", "--exec", command] + mesh.options
        async let answer: Int = requester.send("run")
        let (outcome, _) = try await Command.run(options) { responder in
            try await fifo.read { _ in try responder.send(.terminate) }
            for await case .removed in peers { break }
            gate.open(1)
        }
        outcome.expectCleanEnd()
        #expect(try await answer == 1)
        await requester.close()
    }

    @Test("a second signal ends all at once", arguments: [(Signal.interrupt, Int32(130)), (.terminate, 143)])
    func secondSignal(signal: Signal, status: Int32) async throws {
        let fifo = try Fifo()
        // The command itself sends the second, as soon as it is told to end because of the first.
        let command = """
            trap 'kill -\(signal.rawValue) $PPID' TERM; exec 9> '\(fifo.path)'; echo started >&9
            while :; do sleep 1000 & wait; done
            """
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(["respond", "run", "--drain", "0", "--exec", command] + mesh.options) {
            responder in
            try await fifo.read { _ in try responder.send(.interrupt) }
        }
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(try await caller.status == 3)
    }

    @Test("a second signal ends the drain, and all at once")
    func secondSignalWhileDraining() async throws {
        var patient = mesh.configuration
        patient.nodeTimeout = .seconds(3600)
        let observer = try Requester(name: "observer", configuration: patient)
        let peers = observer.peers
        let fifo = try Fifo()
        let command = "exec 9> '\(fifo.path)'; echo started >&9; sleep 1000"
        let options = ["respond", "run", "--drain", "600", "--exec", command] + mesh.options
        async let caller = mesh.call("run")
        let (outcome, _) = try await Command.run(options) { responder in
            try await fifo.read { _ in
                try responder.send(.terminate)
                for await case .removed in peers { break }
                try responder.send(.terminate)
            }
        }
        #expect(outcome.status == 143)
        #expect(try await caller.status == 3)
        await observer.close()
    }

    #if os(Linux)
    @Test("a responder in the background of a script is not deaf to SIGINT, and respects nohup")
    func inheritedDispositions() async throws {
        let options = mesh.options.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try await shell(
            """
            trap '' INT HUP
            '\(Command.executable)' respond any --echo \(options) &
            '\(Command.executable)' call any \(options)
            grep SigIgn /proc/$!/status
            kill -INT $!; wait $!; echo $?
            """
        )
        try #require(outcome.lines.count == 3, "\(outcome.error)")
        #expect(outcome.lines[0] == #"{"type":"any"}"#)
        let ignored = try #require(Int(outcome.lines[1].suffix(16), radix: 16))
        #expect(ignored & 0b11 == 0b01)  // SIGHUP is, SIGINT is not
        #expect(outcome.lines[2] == "0")
    }
    #endif
}

struct Unexpected: Error {}
