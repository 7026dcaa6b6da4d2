import Cote
import Synchronization
import Testing

#if canImport(Glibc)
/// The error that `body` throws.
private func failure(of body: () async throws -> Void) async -> CoteError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? CoteError
    }
}

@Suite("Requests whose connection is lost", .timeLimit(.minutes(2)))
struct RedeliveryTests {
    let mesh = Mesh()

    /// A responder that closes one connection, and then answers with what it was sent.
    private func loseOne() throws {
        try Node.respond(in: mesh, losing: 1) { ["j:null", $0[0]] }
    }

    @Test func whatMayHaveArrivedFails() async throws {
        try loseOne()
        let requester = try mesh.requester()
        let error = await failure { try await requester.send("t") }
        #expect(error?.code == .connectionLost)
        #expect(error?.peer?.name == "node")
        #expect(error?.requestID == "\(requester.id):0")
        let id = try #require(error?.peer?.id)
        #expect(error?.message == "the connection to node (\(id)) was lost before it answered request 0")
    }

    @Test func idempotentRequestsAreSentAgain() async throws {
        try loseOne()
        let request: JSONValue = try await mesh.requester().send("t", ["a": 1], idempotent: true)
        #expect(request == ["type": "t", "a": 1, "__coteRedelivered": 1])
    }

    @Test func soAreThoseOfClosures() async throws {
        try loseOne()
        let requester = try mesh.requester()
        let count: Int = try await withCheckedThrowingContinuation { continuation in
            do {
                try requester.send("t", idempotent: true) { (result: Result<[String: JSONValue], any Error>) in
                    continuation.resume(with: result.map(\.count))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(count == 2)
    }

    @Test func allAreSentAgainIfThatIsWanted() async throws {
        try loseOne()
        let requester = try Requester(name: "requester", redelivery: .always, configuration: mesh.configuration)
        let request: JSONValue = try await requester.send("t")
        #expect(request == ["type": "t", "__coteRedelivered": 1])
    }

    @Test func noneIsIfThatIsWanted() async throws {
        try loseOne()
        let requester = try Requester(name: "requester", redelivery: .never, configuration: mesh.configuration)
        let error = await failure { try await requester.send("t", idempotent: true) }
        #expect(error?.code == .connectionLost)
    }

    @Test func aDuplicateIsNotHandledTwice() async throws {
        let responder = try Responder(
            name: "responder",
            execution: .inline,
            deduplicate: 10,
            configuration: mesh.configuration
        )
        let calls = Atomic(0)
        let began = Promise<Reply<Int>>()
        // It is answered from here, since this blocks a thread, and there may be no other to run a task.
        responder.on("t") { (_: JSONValue, reply: Reply<Int>) in
            calls.add(1, ordering: .relaxed)
            began.fulfil(reply)
        }
        let id = "s:01234567-89ab-4def-8123-456789abcdef:7"
        let again = Node.frame([#"j:{"type":"t","__coteRedelivered":1}"#, id])
        let first = try Node.connect(port: responder.port)
        Node.send(Node.frame([#"j:{"type":"t"}"#, id]), to: first)
        let reply = try await began.value
        Node.disconnect(first)

        let second = try Node.connect(port: responder.port)
        Node.send(again, to: second)
        Node.send(Node.frame([#"j:{"type":"unknown"}"#, "s:fence"]), to: second)
        #expect(Node.readFrame(from: second)?.last == "s:fence")
        try reply.succeed(5)
        #expect(Node.readFrame(from: second) == ["j:null", "j:5", id])
        Node.send(again, to: second)
        let refusal = Node.readFrame(from: second)
        #expect(refusal?.last == id)
        #expect(refusal?.first?.contains(#""code":"duplicate""#) == true)
        #expect(calls.load(ordering: .relaxed) == 1)
        Node.disconnect(second)
        await responder.close()
    }

    @Test func aHandlerIsToldThatARequestWasSentBefore() async throws {
        let responder = try mesh.responder(execution: .inline)
        responder.on("t") { (_: JSONValue, context: RequestContext) in context.redelivered }
        let socket = try Node.connect(port: responder.port)
        Node.send(Node.frame([#"j:{"type":"t"}"#, "s:1"]), to: socket)
        #expect(Node.readFrame(from: socket) == ["j:null", "j:0", "s:1"])
        Node.send(Node.frame([#"j:{"type":"t","__coteRedelivered":2}"#, "s:2"]), to: socket)
        #expect(Node.readFrame(from: socket) == ["j:null", "j:2", "s:2"])
        Node.disconnect(socket)
        await responder.close()
    }
}
#endif
