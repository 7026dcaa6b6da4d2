import Cote
import Testing

/// Requests go to those that handle their type.
@Suite struct AbilityTests {
    let mesh = Mesh()

    @Test func eachTypeGoesToItsResponder() async throws {
        let requester = try mesh.requester()
        let bank = try mesh.responder("bank")
        bank.on("convert") { "bank" }
        let shop = try mesh.responder("shop")
        shop.on("orders::*") { "shop" }
        for _ in 0..<20 {
            #expect(try await requester.send("convert", as: String.self) == "bank")
            #expect(try await requester.send("orders::list", as: String.self) == "shop")
        }
        await bank.close()
        await shop.close()
    }

    @Test func aRequestWaitsForItsHandler() async throws {
        let requester = try mesh.requester()
        let responder = try mesh.responder()
        responder.on("known") { 1 }
        async let late: Int = requester.send("late")
        #expect(try await requester.send("known", as: Int.self) == 1)
        responder.on("late") { 2 }
        #expect(try await late == 2)
        await responder.close()
    }

    @Test func peersTellWhatTheyHandle() async throws {
        let requester = try mesh.requester()
        let responder = try mesh.responder()
        let registration = responder.on("b") { 1 }
        responder.on("a::*") { 2 }
        let events = requester.peers
        _ = try await events.first { $0.handles == ["a::*", "b"] }
        registration.cancel()
        _ = try await events.first { $0.handles == ["a::*"] }
        await responder.close()
    }

    @Test func theResponderThatRefusesIsNamed() async throws {
        let requester = try mesh.requester()
        let responder = try mesh.responder("server")
        responder.on("forward") { () -> Int in throw RemoteError("not here", code: "noHandler") }
        let error = await #expect(throws: CoteError.self) { try await requester.send("forward") }
        #expect(error?.code == .noHandler)
        #expect(error?.peer?.name == "server")
        #expect(error?.remote?.message == "not here")
        await responder.close()
    }
}

extension PeerEvent {
    /// Handlers may be there before the first hello, or after it.
    fileprivate var handles: [String]? {
        switch self {
        case .added(let peer), .updated(let peer): peer.handles
        default: nil
        }
    }
}
