@testable import Cote
import Synchronization
import Testing

private struct Rate: Codable, Equatable, Sendable {
    var pair: String
    var rate: Double
}

@Suite("Publishing and subscribing", .timeLimit(.minutes(2)))
struct PublishTests {
    let mesh = Mesh()

    private func publisher(_ name: String = "publisher", namespace: String? = nil) throws -> Publisher {
        try Publisher(name: name, namespace: namespace, configuration: mesh.configuration)
    }

    private func subscriber(
        _ name: String = "subscriber",
        namespace: String? = nil,
        subscribesTo: [String]? = nil,
        execution: Responder.Execution = .pool,
        onError: (@Sendable (any Error, MessageContext) -> Void)? = nil
    ) throws -> Subscriber {
        try Subscriber(
            name: name,
            namespace: namespace,
            subscribesTo: subscribesTo,
            execution: execution,
            configuration: mesh.configuration,
            onError: onError
        )
    }

    @Test func everyKindOfValueCrosses() async throws {
        let publisher = try publisher()
        let subscriber = try subscriber()
        let rates = subscriber.messages(on: "rate", as: Rate.self)
        let values = subscriber.messages(on: "value", as: JSONValue.self)
        let bytes = subscriber.messages(on: "bytes", as: [UInt8].self)
        let texts = subscriber.messages(on: "text", as: String.self)
        try await publisher.ready()
        try publisher.publish("rate", Rate(pair: "usd_eur", rate: 0.91))
        try publisher.publish("value", ["a": 1, "b": [nil, "x"]])
        try publisher.publish("text", "text")
        let raw: [[UInt8]] = [[0, 1], Array("j:{bad".utf8), []]
        for each in raw { try publisher.publish("bytes", each) }

        #expect(await rates.first { _ in true } == Rate(pair: "usd_eur", rate: 0.91))
        #expect(await values.first { _ in true } == ["a": 1, "b": [nil, "x"]])
        #expect(await texts.first { _ in true } == "text")
        var iterator = bytes.makeAsyncIterator()
        for each in raw { #expect(await iterator.next() == each) }
        await publisher.close()
        await subscriber.close()
    }

    @Test(arguments: [Responder.Execution.pool, .inline])
    func messagesComeInOrder(execution: Responder.Execution) async throws {
        let publisher = try publisher()
        let subscriber = try subscriber(execution: execution)
        let received = Promise<[Int]>()
        let numbers = Locked<[Int]>([])
        subscriber.on("number") { (number: Int) in
            let all = numbers.withLock { numbers in
                numbers.append(number)
                return numbers
            }
            if all.count == 1000 { received.fulfil(all) }
        }
        try await publisher.ready()
        for number in 0..<1000 { try publisher.publish("number", number) }
        #expect(try await received.value == Array(0..<1000))
        await publisher.close()
        await subscriber.close()
    }

    @Test func asyncHandlersRunOneAfterTheOther() async throws {
        let publisher = try publisher()
        let subscriber = try subscriber()
        let running = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let done = Promise<Void>()
        subscriber.on("number") { (number: Int) async in
            most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
            await Task.yield()
            running.subtract(1, ordering: .relaxed)
            if number == 99 { done.fulfil(()) }
        }
        try await publisher.ready()
        for number in 0..<100 { try publisher.publish("number", number) }
        try await done.value
        #expect(most.load(ordering: .relaxed) == 1)
        await publisher.close()
        await subscriber.close()
    }

    @Test func patternsMatchSegments() async throws {
        let publisher = try publisher()
        let subscriber = try subscriber()
        let heard = Locked<[String: [String]]>([:])
        for pattern in ["a", "a::*", "a::**", "**", "*::b"] {
            subscriber.on(pattern) { (_: JSONValue, context: MessageContext) in
                heard.withLock { $0[context.topic, default: []].append(pattern) }
            }
        }
        let end = subscriber.messages(on: "end", as: JSONValue.self)
        try await publisher.ready()
        for topic in ["a", "a::b", "a::b::c", "x"] { try publisher.publish(topic, 1) }
        try publisher.publish("end", 1)
        _ = await end.first { _ in true }
        await subscriber.close()
        let result = heard.withLock { $0.mapValues(Set.init) }
        #expect(result["a"] == ["a", "a::**", "**"])
        #expect(result["a::b"] == ["a::*", "a::**", "**", "*::b"])
        #expect(result["a::b::c"] == ["a::**", "**"])
        #expect(result["x"] == ["**"])
        await publisher.close()
    }

    @Test func whatIsNotSubscribedToIsNotHeard() async throws {
        let publisher = try publisher()
        let subscriber = try subscriber(subscribesTo: ["rate *", "end"])
        let topics = Locked<[String]>([])
        subscriber.on("**") { (_: JSONValue, context: MessageContext) in
            topics.withLock { $0.append(context.topic) }
        }
        let end = subscriber.messages(on: "end", as: JSONValue.self)
        try await publisher.ready()
        for topic in ["other", "rate updated", "rate ", "end"] { try publisher.publish(topic, 1) }
        _ = await end.first { _ in true }
        await subscriber.close()
        #expect(topics.withLock { $0 } == ["rate updated", "end"])
        await publisher.close()
    }

    @Test func namespacesAreSeparate() async throws {
        let one = try publisher("one", namespace: "one")
        let other = try publisher("other", namespace: "other")
        let subscriber = try subscriber(namespace: "one")
        let messages = subscriber.messages(on: "x", as: String.self)
        try await one.ready()
        #expect(other.subscribers == 0)
        try other.publish("x", "other")
        try one.publish("x", "one")
        #expect(await messages.first { _ in true } == "one")
        await one.close()
        await other.close()
        await subscriber.close()
    }

    @Test func whatDoesNotDecodeIsToldAndCounted() async throws {
        let publisher = try publisher()
        let told = Promise<String>()
        let subscriber = try subscriber(onError: { _, context in told.fulfil(context.topic) })
        let numbers = subscriber.messages(on: "number", as: Int.self)
        try await publisher.ready()
        try publisher.publish("number", "one")
        try publisher.publish("number", 2)
        #expect(await numbers.first { _ in true } == 2)
        #expect(try await told.value == "number")
        #expect(subscriber.failedMessages == 1)
        await publisher.close()
        await subscriber.close()
    }

    @Test func aCancelledSubscriptionHearsNothing() async throws {
        let publisher = try publisher()
        let subscriber = try subscriber()
        let count = Atomic<Int>(0)
        let subscription = subscriber.on("x") { (_: Int) in count.add(1, ordering: .relaxed) }
        subscription.cancel()
        subscription.cancel()
        let end = subscriber.messages(on: "x", as: Int.self)
        try await publisher.ready()
        try publisher.publish("x", 1)
        #expect(await end.first { _ in true } == 1)
        await subscriber.close()
        #expect(count.load(ordering: .relaxed) == 0)
        await publisher.close()
    }

    @Test func readyWaitsForNumbers() async throws {
        let publisher = try publisher()
        async let ready: Void = publisher.ready(minimum: 3)
        let subscribers = try (1...3).map { try subscriber("\($0)") }
        try await ready
        #expect(publisher.subscribers == 3)
        for subscriber in subscribers {
            try await subscriber.ready()
            #expect(subscriber.publishers == 1)
        }
        let never = Task { try await publisher.ready(minimum: 4) }
        never.cancel()
        await #expect(throws: CancellationError.self) { try await never.value }
        let closed = Task { try await publisher.ready(minimum: 4) }
        await publisher.close()
        await #expect(throws: CoteError.self) { try await closed.value }
        for subscriber in subscribers { await subscriber.close() }
    }

    @Test func whatWouldHarmNodeIsRefused() throws {
        let publisher = try publisher()
        #expect(throws: CoteError.self) { try publisher.publish("error", 1) }
        #expect(throws: CoteError.self) { try publisher.publish("", 1) }
        #expect(throws: CoteError.self) { try publisher.publish("x", Double.infinity) }
    }

    @Test func fiftySubscribersMissNothing() async throws {
        let publisher = try publisher()
        let subscribers = try (1...50).map { try subscriber("\($0)") }
        let payload = String(repeating: "x", count: 1000)
        let streams = subscribers.map { $0.messages(on: "n", as: Rate.self) }
        try await publisher.ready(minimum: 50)
        for number in 0..<1000 { try publisher.publish("n", Rate(pair: payload, rate: Double(number))) }
        for stream in streams {
            var expected = 0.0
            for await rate in stream {
                #expect(rate.rate == expected)
                expected += 1
                if expected == 1000 { break }
            }
        }
        for subscriber in subscribers { await subscriber.close() }
        await publisher.close()
    }
}
