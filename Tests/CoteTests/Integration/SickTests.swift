import Testing

@testable import Cote

/// Responders that let requests fail.
@Suite("sick peers", .timeLimit(.minutes(2)))
struct SickTests {
    /// Answers only while it is well.
    private func responder(_ mesh: Mesh, isWell: Locked<Bool>) throws -> Responder {
        let responder = try mesh.responder()
        responder.on("ask") { (_: JSONValue) async throws -> Bool in
            if !isWell.withLock({ $0 }) { try await Task.sleep(for: .seconds(600)) }
            return true
        }
        return responder
    }

    private func fail(_ requester: Requester, times: Int) async {
        for _ in 0..<times {
            await #expect(throws: CoteError.self) {
                _ = try await requester.send("ask", timeout: .milliseconds(50)) as Bool
            }
        }
    }

    @Test func whoLetsRequestsFailIsSuspectedUntilItAnswers() async throws {
        let mesh = Mesh {
            $0.breakerFailures = 2
            $0.breakerPause = .milliseconds(50)
            $0.breakerMaximumPause = .milliseconds(50)
        }
        let isWell = Locked(false)
        let responder = try responder(mesh, isWell: isWell)
        let requester = try mesh.requester()
        let events = requester.peers
        await requester.meet(1)
        await fail(requester, times: 2)
        let id = responder.id
        _ = try await events.first { if case .suspected(let peer) = $0 { peer.id == id } else { false } }
        // Who begins to listen now is told as well.
        let later = requester.peers
        _ = try await later.first { if case .suspected(let peer) = $0 { peer.id == id } else { false } }
        isWell.withLock { $0 = true }
        // It is alone, so it gets what there is.
        #expect(try await requester.send("ask", timeout: patience) as Bool)
        _ = try await later.first { if case .back(let peer) = $0 { peer.id == id } else { false } }
        await requester.close()
        await responder.close()
    }

    @Test func theBreakerCanBeTurnedOff() async throws {
        let mesh = Mesh { $0.breakerFailures = 0 }
        let responder = try responder(mesh, isWell: Locked(false))
        let requester = try mesh.requester()
        let events = requester.peers
        await requester.meet(1)
        await fail(requester, times: 12)
        await requester.close()
        for await event in events {
            if case .suspected = event { Issue.record("suspected") }
        }
        await responder.close()
    }
}
