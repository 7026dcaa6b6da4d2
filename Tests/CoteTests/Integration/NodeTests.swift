#if canImport(Glibc)
import Cote
import Testing

@Suite("Node.js peers", .timeLimit(.minutes(2)))
struct NodeTests {
    let mesh = Mesh()

    @Test func aNodeResponderIsAsked() async throws {
        try Node.respond(in: mesh) { arguments in
            arguments == [#"j:{"type":"add","a":1,"b":"two"}"#] ? ["j:null", "j:3"] : ["s:\(arguments)"]
        }
        let sum: Int = try await mesh.requester().send("add", ["a": 1, "b": "two"])
        #expect(sum == 3)
    }

    @Test func everyShapeOfAnswerIsUnderstood() async throws {
        try Node.respond(in: mesh) { arguments in
            switch arguments[0] {
            case #"j:{"type":"string"}"#: ["j:null", "s:text"]
            case #"j:{"type":"none"}"#: ["j:null"]
            case #"j:{"type":"several"}"#: ["j:null", "j:1", "s:two"]
            case #"j:{"type":"bigint"}"#: ["j:null", "b:12345678901234567890"]
            default: ["j:null", "\u{1}raw"]
            }
        }
        let requester = try mesh.requester()
        #expect(try await requester.send("string") as String == "text")
        #expect(try await requester.send("string") as JSONValue == "text")
        #expect(try await requester.send("none") as Int? == nil)
        #expect(try await requester.send("several") as Int == 1)
        #expect(try await requester.send("bigint") as UInt64 == 12_345_678_901_234_567_890)
        #expect(try await requester.send("raw") as [UInt8] == Array("\u{1}raw".utf8))
    }

    @Test func everyShapeOfErrorIsARemoteError() async throws {
        let shapes: [(type: String, answer: [String], message: String, code: String?, value: JSONValue?)] = [
            (
                "object", [#"j:{"message":"no","code":7,"details":[1]}"#], "no", "7",
                ["message": "no", "code": 7, "details": [1]]
            ),
            ("Error", ["j:{}"], "the responder sent an error without a message", nil, [:]),
            ("string", ["s:no"], "no", nil, "no"),
            ("number", ["j:5"], "5", nil, 5),
            ("true", ["j:true"], "true", nil, true),
            ("with result", ["s:no", "j:1"], "no", nil, "no"),
            (
                "raw", ["\u{1}raw"], "the responder answered with an error", nil,
                ["type": "Buffer", "data": [1, 114, 97, 119]]
            ),
        ]
        let answers = Dictionary(uniqueKeysWithValues: shapes.map { (#"j:{"type":"\#($0.type)"}"#, $0.answer) })
        try Node.respond(in: mesh) { answers[$0[0]] ?? ["j:null"] }
        let requester = try mesh.requester()
        for shape in shapes {
            do {
                try await requester.send(shape.type)
                Issue.record("\(shape.type) is no error")
            } catch let error as CoteError {
                #expect(error.code == .remote)
                #expect(error.peer?.name == "node")
                #expect(error.remote?.message == shape.message)
                #expect(error.remote?.code == shape.code)
                #expect(error.remote?.value == shape.value)
            }
        }
    }

    @Test func rawRequestsDoNotReachNode() async throws {
        try Node.respond(in: mesh) { _ in ["j:null", "j:true"] }
        let requester = try mesh.requester()
        #expect(try await requester.send("x") as Bool)
        do {
            try await requester.send("x", [1, 2, 3] as [UInt8])
            Issue.record("sent")
        } catch let error as CoteError {
            #expect(error.code == .unsupportedByPeer)
        }
    }

    @Test func aNodeRequesterIsAnswered() async throws {
        let responder = try mesh.responder()
        responder.on("value") { (request: JSONValue) in request["a"] }
        responder.on("string") { "text" }
        responder.on("untyped string") { () -> JSONValue in "text" }
        responder.on("bytes") { [1, 2] as [UInt8] }
        responder.on("tagged") { Array("j:{bad".utf8) }
        responder.on("throw") { () -> Int in throw RemoteError("no", code: "7", details: [1]) }
        responder.on("other") { () -> Int in throw Missing(what: "it") }
        let expected: [(String, [String])] = [
            (#"{"type":"value","a":[1,{"b":null}]}"#, ["j:null", #"j:[1,{"b":null}]"#]),
            (#"{"type":"string"}"#, ["j:null", "s:text"]),
            (#"{"type":"untyped string"}"#, ["j:null", "s:text"]),
            (#"{"type":"bytes"}"#, ["j:null", "\u{1}\u{2}"]),
            (#"{"type":"tagged"}"#, ["j:null", #"j:{"type":"Buffer","data":[106,58,123,98,97,100]}"#]),
            (#"{"type":"throw"}"#, [#"j:{"message":"no","code":"7","details":[1]}"#]),
            (#"{"type":"other"}"#, [#"j:{"message":"Missing(what: \"it\")","code":"Missing"}"#]),
            (
                #"{"type":"unknown"}"#,
                [#"j:{"message":"no handler for requests of type \"unknown\"","code":"noHandler"}"#]
            ),
        ]
        let socket = try Node.connect(port: responder.port)
        for (number, (request, answer)) in expected.enumerated() {
            Node.send(Node.frame(["j:" + request, "s:4242:\(number)"]), to: socket)
            #expect(Node.readFrame(from: socket) == answer + ["s:4242:\(number)"])
        }
        Node.disconnect(socket)
        await responder.close()
    }
}
#endif
