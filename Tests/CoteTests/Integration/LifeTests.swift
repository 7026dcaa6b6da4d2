import Cote
import Dispatch
import Synchronization
import Testing

@Suite("The life of components", .timeLimit(.minutes(2)))
struct LifeTests {
    let mesh = Mesh()

    @Test func peersComeAndGo() async throws {
        let requester = try mesh.requester("asker")
        let events = requester.peers
        let responder = try mesh.responder("answerer")
        let added = try await events.first { _ in true }
        guard case .added(let peer) = added else {
            Issue.record("\(added)")
            return
        }
        #expect(peer.id == responder.id)
        #expect(peer.name == "answerer")
        #expect(peer.port == responder.port)
        #expect(peer.acceptsRawRequests)
        #expect(peer.advertisement["axon_type"] == "rep")

        // A stream that begins later begins with those that are there.
        #expect(try await requester.peers.first { _ in true } == added)
        _ = try await responder.peers.first {
            if case .added(let peer) = $0 { peer.name == "asker" && peer.port == nil } else { false }
        }

        await responder.close()
        _ = try await events.first { $0 == .removed(peer) }
        await requester.close()
        for await event in requester.peers { Issue.record("\(event) after close") }
    }

    /// Nobody listens at the port of this redis server, and then the component is closed.
    @Test func troubleWithDiscoveryIsTold() async throws {
        let requester = try Requester(
            name: "lost",
            configuration: Configuration {
                $0.key = mesh.key
                $0.redis = "redis://127.0.0.1:1"
            }
        )
        for await case .failing(let reason) in requester.discovery {
            #expect(reason.contains("127.0.0.1:1"))
            break
        }
        await requester.close()
        for await state in requester.discovery where state == .working { Issue.record("it works") }
    }

    /// Cancelling holds a lock of the task, and an event takes it: the one may not wait for the other.
    @Test func whoWatchesPeersIsCancelledWhileTheyCome() async throws {
        let watched = try mesh.responder()
        let coming = Task {
            while !Task.isCancelled { await (try mesh.requester()).close() }
        }
        for _ in 0..<1_000 {
            let watcher = Task { for await _ in watched.peers {} }
            _ = try await watched.peers.first { _ in true }
            watcher.cancel()
            await watcher.value
        }
        coming.cancel()
        try await coming.value
        await watched.close()
    }

    @Test func goodbyeIsHeardAtOnce() async throws {
        let mesh = Mesh {
            $0.nodeTimeout = .seconds(3600)
            $0.checkInterval = .seconds(3600)
        }
        let requester = try mesh.requester()
        let responder = try mesh.responder()
        let id = responder.id
        let events = requester.peers
        _ = try await events.first { if case .added(let peer) = $0 { peer.id == id } else { false } }
        await responder.close()
        _ = try await events.first { if case .removed(let peer) = $0 { peer.id == id } else { false } }
    }

    @Test func aNewcomerDoesNotWaitForTheNextInterval() async throws {
        let mesh = Mesh {
            $0.helloInterval = .seconds(1800)
            $0.checkInterval = .seconds(3600)
            $0.nodeTimeout = .seconds(3600)
        }
        let responder = try mesh.responder()
        responder.on("x") { 1 }
        // Of another setting, as if of another process: only the network introduces the two.
        let requester = try Requester(
            name: "newcomer",
            configuration: Configuration {
                $0 = mesh.configuration
                $0.helloInterval = .seconds(1700)
            }
        )
        #expect(try await requester.send("x", timeout: patience) as Int == 1)
        await responder.close()
    }

    @Test func theLastReferenceCloses() async throws {
        let requester = try mesh.requester()
        var responder: Responder? = try mesh.responder()
        let id = responder!.id
        let events = requester.peers
        _ = try await events.first { if case .added(let peer) = $0 { peer.id == id } else { false } }
        responder = nil
        _ = try await events.first { if case .removed(let peer) = $0 { peer.id == id } else { false } }
    }

    @Test func aScopeCloses() async throws {
        let responder = try mesh.responder()
        responder.on("x") { 1 }
        let (requester, answer) = try await withRequester(
            name: "scoped",
            configuration: mesh.configuration
        ) { requester in
            (requester, try await requester.send("x") as Int)
        }
        #expect(answer == 1)
        await #expect(throws: CoteError.self) { try await requester.send("x") }

        struct Stop: Error {}
        await #expect(throws: Stop.self) {
            try await withResponder(name: "scoped", configuration: mesh.configuration) { _ in throw Stop() }
        }
        await responder.close()
    }

    @Test func runEndsWithItsTask() async throws {
        let responder = try mesh.responder()
        let task = Task { await responder.run() }
        task.cancel()
        await task.value
        let requester = try mesh.requester()
        async let run: Void = requester.run()
        await requester.close()
        await run
    }

    @Test func closingFromInsideACallback() async throws {
        let responder = try mesh.responder(execution: .inline)
        responder.on("close") { [weak responder] () -> Int in
            Task.immediate { await responder?.close() }
            return 1
        }
        let requester = try mesh.requester()
        let outcome = Promise<Bool>()
        try requester.send("close") { [weak requester] (result: Result<Int, any Error>) in
            Task.immediate { await requester?.close() }
            outcome.fulfil((try? result.get()) == 1)
        }
        #expect(try await outcome.value)
        await responder.run()
        await requester.run()
    }

    /// A handler that holds its loop for longer than the node timeout: the process stays in the mesh, and everything else
    /// in it goes on.
    @Test func anInlineHandlerHoldsUpNobodyElse() async throws {
        let mesh = Mesh {
            $0.helloInterval = .milliseconds(200)
            $0.checkInterval = .milliseconds(400)
            $0.nodeTimeout = .seconds(1)
        }
        let blocked = try mesh.responder("blocked", execution: .inline)
        let started = Promise<Void>()
        let release = DispatchSemaphore(value: 0)
        blocked.on("block") {
            started.fulfil(())
            release.wait()
        }
        let other = try Responder(name: "other", namespace: "others", configuration: mesh.configuration)
        other.on("x") { 1 }
        let asker = try Requester(name: "asker", namespace: "others", configuration: mesh.configuration)

        // Of another setting, so that only the network tells it who is there.
        let observer = try Requester(
            name: "observer",
            configuration: Configuration {
                $0 = mesh.configuration
                $0.helloInterval = .milliseconds(201)
            }
        )
        let lost = Atomic<Int>(0)
        let found = Promise<Void>()
        let watch = Task {
            for await event in observer.peers {
                switch event {
                case .added(let peer) where peer.name == "blocked": found.fulfil(())
                case .removed(let peer) where peer.name == "blocked": lost.add(1, ordering: .relaxed)
                default: break
                }
            }
        }
        try await found.value
        let requester = try mesh.requester()
        let block = Task { try await requester.send("block") }
        try await started.value

        let clock = ContinuousClock()
        let end = clock.now + .seconds(3)
        var answered = 0
        while clock.now < end {
            #expect(try await asker.send("x", timeout: patience) as Int == 1)
            answered += 1
        }
        #expect(answered > 10)
        #expect(lost.load(ordering: .relaxed) == 0)
        release.signal()
        try await block.value
        let events = observer.peers
        await blocked.close()
        _ = try await events.first { if case .removed(let peer) = $0 { peer.name == "blocked" } else { false } }
        watch.cancel()
        await other.close()
    }
}
