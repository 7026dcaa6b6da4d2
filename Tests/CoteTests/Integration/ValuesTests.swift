import Cote
import Testing

#if canImport(Glibc)
@Suite("Several values", .timeLimit(.minutes(2)))
struct ValuesTests {
    let mesh = Mesh()

    /// Its handlers need no thread of the pool, which is blocked where a test reads from a socket.
    private func responder() throws -> Responder {
        try mesh.responder(execution: .inline)
    }

    @Test func extraValuesOfARequestAreGiven() async throws {
        let responder = try self.responder()
        responder.on("count") { (_: JSONValue, context: RequestContext) -> JSONValue in
            [
                "extra": .array(context.extra),
                "bytes": .array(context.extra.compactMap { $0.buffer.map { JSONValue($0.count) } }),
            ]
        }
        let socket = try Node.connect(port: responder.port)
        Node.send(
            Node.frame([#"j:{"type":"count"}"#, "j:1", "s:two", "\u{1}\u{2}\u{3}", "j:null", "s:4242:1"]),
            to: socket
        )
        let buffer = #"{"type":"Buffer","data":[1,2,3]}"#
        #expect(
            Node.readFrame(from: socket) == [
                "j:null", #"j:{"extra":[1,"two",\#(buffer),null],"bytes":[3]}"#, "s:4242:1",
            ]
        )
        Node.send(Node.frame([#"j:{"type":"count"}"#, "j:{bad", "s:4242:2"]), to: socket)
        #expect(Node.readFrame(from: socket)?.first?.contains("invalidRequest") == true)
        Node.disconnect(socket)
        await responder.close()
    }

    @Test func extraValuesOfAnAnswerAreSent() async throws {
        let responder = try self.responder()
        responder.on("several") { (_: JSONValue, reply: Reply<String>) in
            try reply.succeed("first", extra: [2, "three", ["four": nil], .init(buffer: [5, 0]), .init(buffer: [])])
        }
        responder.on("tagged") { (_: JSONValue, reply: Reply<[UInt8]>) in
            try reply.succeed(Array("j:".utf8), extra: [.init(buffer: Array("s:".utf8))])
        }
        let socket = try Node.connect(port: responder.port)
        Node.send(Node.frame([#"j:{"type":"several"}"#, "s:4242:1"]), to: socket)
        #expect(
            Node.readFrame(from: socket) == [
                "j:null", "s:first", "j:2", "s:three", #"j:{"four":null}"#, "\u{5}\u{0}", "", "s:4242:1",
            ]
        )
        Node.send(Node.frame([#"j:{"type":"tagged"}"#, "s:4242:2"]), to: socket)
        #expect(
            Node.readFrame(from: socket) == [
                "j:null", #"j:{"type":"Buffer","data":[106,58]}"#, #"j:{"type":"Buffer","data":[115,58]}"#, "s:4242:2",
            ]
        )
        Node.disconnect(socket)
        #expect(try await mesh.requester().send("several") as String == "first")
        await responder.close()
    }

    @Test func moreValuesThanFitAreAnErrorForBoth() async throws {
        let responder = try self.responder()
        let code = Promise<CoteError.Code?>()
        responder.on("many") { (_: JSONValue, reply: Reply<Int>) in
            do {
                try reply.succeed(1, extra: Array(repeating: 1, count: 13))
                code.fulfil(nil)
            } catch {
                code.fulfil((error as? CoteError)?.code)
            }
        }
        do {
            _ = try await mesh.requester().send("many") as Int
            Issue.record("answered")
        } catch let error as CoteError {
            #expect(error.remote?.code == "invalidReply")
        }
        #expect(try await code.value == .invalidArgument)
        await responder.close()
    }

    @Test func buffersAreObjectsInJSON() throws {
        #expect(JSONValue(buffer: [0, 255]) == ["type": "Buffer", "data": [0, 255]])
        #expect(JSONValue(buffer: [0, 255]).buffer == [0, 255])
        #expect(JSONValue(buffer: []).buffer == [])
        let others: [JSONValue] = [
            nil, [1], ["type": "Buffer"], ["type": "Buffer", "data": [256]], ["type": "Buffer", "data": [1.5]],
            ["type": "buffer", "data": [1]], ["type": "Buffer", "data": [1], "more": 1],
        ]
        for other in others { #expect(other.buffer == nil) }
    }
}
#endif
