import Cote
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

private struct Conversion: Codable, Equatable {
    var from = "usd"
    var to = "eur"
    var amount = 100.0
}

@Suite("Requests and answers", .timeLimit(.minutes(2)))
struct RequestReplyTests {
    let mesh = Mesh()

    @Test func typedValuesCross() async throws {
        let responder = try mesh.responder()
        responder.on("convert") { (request: Conversion) in request.amount * 0.5 }
        let euros: Double = try await mesh.requester().send("convert", Conversion())
        #expect(euros == 50)
        await responder.close()
    }

    @Test func untypedValuesCross() async throws {
        let responder = try mesh.responder()
        responder.on("describe") { (request: JSONValue) -> JSONValue in
            ["from": request["from"] ?? nil, "type": request["type"] ?? nil, "list": [1, 2.5, nil, true]]
        }
        let answer = try await mesh.requester().send("describe", ["from": "usd", "nested": ["a": 1]]) as JSONValue
        #expect(answer == ["from": "usd", "type": "describe", "list": [1, 2.5, nil, true]])
        await responder.close()
    }

    @Test(arguments: [[], [0, 255, 1], Array("j:{bad".utf8), Array("s:".utf8), Array("b:12".utf8)])
    func rawBytesCross(bytes: [UInt8]) async throws {
        let responder = try mesh.responder()
        responder.on("reverse") { (request: [UInt8]) in [UInt8](request.reversed()) }
        responder.on("same") { (request: Data) in request }
        let requester = try mesh.requester()
        #expect(try await requester.send("reverse", bytes) as [UInt8] == bytes.reversed())
        #expect(try await requester.send("same", Data(bytes)) as Data == Data(bytes))
        await responder.close()
    }

    @Test func bytesAnswerATypedRequest() async throws {
        let responder = try mesh.responder()
        responder.on("image") { (request: Conversion) in Data(request.from.utf8) }
        let image: [UInt8] = try await mesh.requester().send("image", Conversion())
        #expect(image == Array("usd".utf8))
        await responder.close()
    }

    @Test func everyFormOfHandlerAnswers() async throws {
        let responder = try mesh.responder()
        responder.on("1") { 1 }
        responder.on("2") { () async in
            await Task.yield()
            return 2
        }
        responder.on("3") { (request: Conversion) in 3 }
        responder.on("4") { (request: Conversion) async in
            await Task.yield()
            return 4
        }
        responder.on("5") { (request: Conversion, context: RequestContext) in context.type == "5" ? 5 : 0 }
        responder.on("6") { (request: Conversion, context: RequestContext) async in
            await Task.yield()
            return context.address == "127.0.0.1" ? 6 : 0
        }
        responder.on("7") { (request: Conversion, reply: Reply<Int>) in try reply.succeed(7) }
        responder.on("8") { (request: Conversion, reply: Reply<Int>, context: RequestContext) in
            Task { try reply.succeed(8) }
        }
        let requester = try mesh.requester()
        for number in 1...8 {
            #expect(try await requester.send("\(number)", Conversion()) as Int == number)
        }
        await responder.close()
    }

    @Test func handlersThatReturnNothingAnswerNull() async throws {
        let responder = try mesh.responder()
        let calls = Atomic<Int>(0)
        responder.on("none") { calls.add(1, ordering: .relaxed) }
        responder.on("async") { (request: Conversion) async in
            await Task.yield()
            calls.add(1, ordering: .relaxed)
        }
        let requester = try mesh.requester()
        try await requester.send("none")
        try await requester.send("async", Conversion())
        #expect(try await requester.send("none") as JSONValue == .null)
        #expect(try await requester.send("none") as Int? == nil)
        #expect(calls.load(ordering: .relaxed) == 4)
        await responder.close()
    }

    @Test func contextTellsWhoAsks() async throws {
        let responder = try mesh.responder()
        responder.on("who") { (request: JSONValue, context: RequestContext) in context.requesterID }
        let requester = try mesh.requester()
        #expect(try await requester.send("who") as String == requester.id)
        await responder.close()
    }

    @Test func answersComeInAnyOrder() async throws {
        let responder = try mesh.responder()
        let first = Promise<Reply<String>>()
        responder.on("first") { (request: JSONValue, reply: Reply<String>) in first.fulfil(reply) }
        responder.on("second") { "second" }
        let requester = try mesh.requester()
        async let slow: String = requester.send("first")
        let reply = try await first.value
        #expect(try await requester.send("second") as String == "second")
        try reply.succeed("first")
        #expect(try await slow == "first")
        await responder.close()
    }

    @Test func aTokenIsUsedOnce() async throws {
        let responder = try mesh.responder()
        let second = Promise<CoteError.Code?>()
        responder.on("x") { (request: JSONValue, reply: Reply<Int>) in
            try reply.succeed(1)
            do {
                try reply.succeed(2)
                second.fulfil(nil)
            } catch let error as CoteError {
                second.fulfil(error.code)
            }
        }
        #expect(try await mesh.requester().send("x") as Int == 1)
        #expect(try await second.value == .alreadyAnswered)
        await responder.close()
    }

    @Test func closuresAreCalledOnce() async throws {
        let responder = try mesh.responder()
        responder.on("convert") { (request: Conversion) in request.amount }
        let requester = try mesh.requester()
        let answer = Promise<Double?>()
        try requester.send("convert", Conversion()) { (result: Result<Double, any Error>) in
            answer.fulfil(try? result.get())
        }
        #expect(try await answer.value == 100)
        await responder.close()
    }

    @Test func largeValuesCross() async throws {
        let responder = try mesh.responder()
        responder.on("same") { (request: [UInt8]) in request }
        let bytes = [UInt8](unsafeUninitializedCapacity: 10_000_000) { buffer, count in
            for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index &* 31) }
            count = buffer.count
        }
        #expect(try await mesh.requester().send("same", bytes) as [UInt8] == bytes)
        await responder.close()
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func requestsAreSpreadEvenly(execution: Responder.Execution) async throws {
        let responders = try (1...3).map { try mesh.responder("responder \($0)", execution: execution) }
        for (index, responder) in responders.enumerated() { responder.on("who") { index } }
        let requester = try mesh.requester()
        await requester.meet(3)
        // A peer that is known may still be on its way to being connected: until all three answer, that goes on.
        var seen = Set<Int>()
        while seen.count < 3 { seen.insert(try await requester.send("who")) }
        var counts = [0, 0, 0]
        for _ in 0..<300 { counts[try await requester.send("who")] += 1 }
        #expect(counts == [100, 100, 100])
        for responder in responders { await responder.close() }
    }
}
