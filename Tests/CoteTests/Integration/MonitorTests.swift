import Cote
import Testing

@Suite("Monitoring", .timeLimit(.minutes(2)))
struct MonitorTests {
    let mesh = Mesh()

    private func monitor(key: String? = nil) throws -> Monitor {
        try Monitor(name: "monitor", key: key, configuration: mesh.configuration)
    }

    @Test func seesEveryKindOfComponentAndWhenItGoes() async throws {
        let monitor = try monitor()
        let responder = try mesh.responder("b")
        let requester = try mesh.requester("a")
        let publisher = try Publisher(name: "d", namespace: "ns", configuration: mesh.configuration)
        let subscriber = try Subscriber(name: "c", key: "\(mesh.key)-more", configuration: mesh.configuration)
        let stranger = try Subscriber(name: "stranger", key: "another", configuration: mesh.configuration)
        var there: [String: Peer] = [:]
        for await event in monitor.peers {
            if case .added(let peer) = event { there[peer.name] = peer }
            if there.count == 4 { break }
        }
        #expect(there.keys.sorted() == ["a", "b", "c", "d"])
        #expect(monitor.knownPeers.map(\.name) == ["a", "b", "c", "d"])
        #expect(there["b"]?.id == responder.id)
        #expect(there["d"]?.port == publisher.port)
        #expect(there["a"]?.advertisement["axon_type"] == "req")
        #expect(there["d"]?.advertisement["namespace"] == "ns")

        await responder.close()
        _ = try await monitor.peers.first { _ in monitor.knownPeers.count == 3 }
        #expect(!monitor.knownPeers.contains { $0.id == responder.id })
        for component in [requester, publisher, subscriber, stranger] as [any Ending] { await component.close() }
        await monitor.close()
        #expect(monitor.knownPeers.isEmpty)
    }

    @Test func toldWhoIsConnectedToWhom() async throws {
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        let subscriber = try Subscriber(name: "subscriber", configuration: mesh.configuration)
        try await subscriber.ready()
        let monitor = try monitor()
        let status = await monitor.statuses.first { $0.id == subscriber.id }
        #expect(status?.connectedTo == [publisher.id])
        #expect(status?.counters?.traffic.connections == 1)
        #expect(status?.counters?.traffic.unixConnections == 1)
        #expect(monitor.latestStatuses[subscriber.id] == status)
        // To a publisher others connect.
        let other = await monitor.statuses.first { $0.id == publisher.id }
        #expect(other?.connectedTo == [])
        #expect(other?.counters?.traffic.connections == 1)

        // Another stream begins with what is known, and goes on.
        await publisher.close()
        let changed = await monitor.statuses.first { $0.id == subscriber.id && $0.connectedTo.isEmpty }
        #expect(changed?.id == subscriber.id)
        #expect(subscriber.publishers == 0)

        let end = monitor.statuses
        let events = monitor.peers
        await subscriber.close()
        _ = try await events.first { if case .removed(let peer) = $0 { peer.id == subscriber.id } else { false } }
        #expect(monitor.latestStatuses.isEmpty)
        await monitor.close()
        for await _ in end {}
        for await _ in monitor.statuses { Issue.record("a status after the end") }
    }

    @Test func aMonitorIsNoPartner() async throws {
        let responder = try mesh.responder()
        let requester = try mesh.requester()
        responder.on("x") { 1 }
        try await requester.ready()
        try await withMonitor(name: "monitor", configuration: mesh.configuration) { monitor in
            for await status in monitor.statuses where status.connectedTo == [responder.id] { break }
            #expect(monitor.port > 0)
        }
        #expect(try await requester.send("x") as Int == 1)
        await requester.close()
        await responder.close()
    }

    @Test func refusesWhatCannotBe() throws {
        #expect(throws: CoteError.self) { try Monitor(name: "") }
        #expect(throws: CoteError.self) { try monitor(key: "") }
    }
}

/// What a test closes at its end.
protocol Ending {
    func close() async
}

extension Requester: Ending {}
extension Responder: Ending {}
extension Monitor: Ending {}
extension Publisher: Ending {}
extension Subscriber: Ending {}

#if canImport(Glibc)
/// A requester of Node.js that reports to a monitor.
@Suite("Monitoring Node.js", .timeLimit(.minutes(2)))
struct NodeMonitorTests {
    @Test func statusesOfNode() async throws {
        let mesh = Mesh()
        let monitor = try Monitor(name: "monitor", configuration: mesh.configuration)
        let statuses = monitor.statuses
        let socket = try Node.connect(port: monitor.port)
        for status in [
            #"j:{"id":"","nodes":[]}"#, #"j:{"id":"a","nodes":[1]}"#, #"j:{"id":"a","nodes":["b",null,"c"],"more":1}"#,
        ] { Node.send(Node.frame(["s:status", status]), to: socket) }
        #expect(await statuses.first { _ in true } == Monitor.Status(id: "a", connectedTo: ["b", "c"]))
        Node.disconnect(socket)
        await monitor.close()
    }

    /// Ids that nobody announced fill no memory.
    @Test func statusesOfNobody() async throws {
        let mesh = Mesh()
        let monitor = try Monitor(name: "monitor", configuration: mesh.configuration)
        let statuses = monitor.statuses
        let socket = try Node.connect(port: monitor.port)
        for number in 0..<3000 {
            Node.send(Node.frame(["s:status", #"j:{"id":"\#(number)","nodes":[]}"#]), to: socket)
        }
        _ = await statuses.first { $0.id == "2999" }
        #expect(monitor.latestStatuses.count == 1000)
        Node.disconnect(socket)
        await monitor.close()
    }
}
#endif
