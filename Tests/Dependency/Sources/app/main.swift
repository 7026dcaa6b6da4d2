import Cote

struct Greeting: Codable {
    var name: String
}

try await withResponder(name: "greeter") { responder in
    responder.on("greet") { (greeting: Greeting) in "hello, \(greeting.name)" }
    try await withRequester(name: "curious") { requester in
        let answer: String = try await requester.send("greet", Greeting(name: "Ada"))
        print(answer)
    }
}
