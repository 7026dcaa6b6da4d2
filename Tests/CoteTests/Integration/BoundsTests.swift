import Cote
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A number that several threads change.
private final class Counter: Sendable {
    let atomic = Atomic(0)

    var value: Int { atomic.load(ordering: .relaxed) }
    func set(_ value: Int) { atomic.store(value, ordering: .relaxed) }
    @discardableResult func add(_ count: Int) -> Int { atomic.add(count, ordering: .relaxed).newValue }
}

@Suite("Bounds", .timeLimit(.minutes(2)))
struct BoundsTests {
    @Test func aSlowSubscriberLearnsWhatItMissed() async throws {
        let mesh = Mesh { $0.maximumUnsentBytes = 64 * 1024 }
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        let subscriber = try Subscriber(
            name: "subscriber",
            execution: .inline,
            configuration: mesh.configuration
        )
        let gaps = subscriber.gaps
        let isHeldUp = Counter(), received = Counter()
        isHeldUp.set(1)
        let end = Promise<Void>()
        subscriber.on("number") { (_: JSONValue) in
            while isHeldUp.value > 0 { usleep(1000) }
            received.add(1)
        }
        subscriber.on("end") { (_: JSONValue) in end.fulfil(()) }
        try await publisher.ready()
        let text = String(repeating: "x", count: 4000)
        var published = 0
        while publisher.counters.messages.dropped < 100 {
            try publisher.publish("number", ["text": .string(text)])
            published += 1
        }
        try publisher.publish("end", nil)  // the newest is not dropped
        isHeldUp.set(0)
        try await end.value

        let dropped = publisher.counters.messages.dropped
        #expect(received.value + dropped == published)
        var missed = 0
        for await gap in gaps {
            #expect(gap.publisher.id == publisher.id)
            missed += gap.dropped
            if missed >= dropped { break }
        }
        #expect(missed == dropped)
        await subscriber.close()
        await publisher.close()
    }

    @Test func aSlowSubscriberIsDisconnected() async throws {
        let mesh = Mesh {
            $0.maximumUnsentBytes = 64 * 1024
            $0.overflow = .disconnect
        }
        let publisher = try Publisher(name: "publisher", configuration: mesh.configuration)
        let subscriber = try Subscriber(
            name: "subscriber",
            execution: .inline,
            configuration: mesh.configuration
        )
        let isHeldUp = Counter()
        isHeldUp.set(1)
        subscriber.on("number") { (_: JSONValue) in
            while isHeldUp.value > 0 { usleep(1000) }
        }
        try await publisher.ready()
        let text = String(repeating: "x", count: 4000)
        while publisher.counters.messages.dropped == 0 { try publisher.publish("number", ["text": .string(text)]) }
        while publisher.subscribers > 0 { try await Task.sleep(for: .milliseconds(1)) }
        isHeldUp.set(0)
        try await publisher.ready()  // it comes again
        await subscriber.close()
        await publisher.close()
    }

    @Test func aResponderHandlesNoMoreAtOnceThanItMay() async throws {
        let mesh = Mesh { $0.maximumRunningRequests = 2 }
        let responder = try mesh.responder(), requester = try mesh.requester()
        let running = Counter(), most = Counter()
        responder.on("slow") { (_: JSONValue) async throws -> Int in
            most.atomic.max(running.add(1), ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(5))
            running.add(-1)
            return 1
        }
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 { group.addTask { try await requester.send("slow", JSONValue.object([:])) } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 40)
        #expect(1...2 ~= most.value)
        await requester.close()
        await responder.close()
    }

    @Test func aQueueIsFullOfBytes() async throws {
        let mesh = Mesh { $0.maximumQueuedBytes = 10_000 }
        let requester = try mesh.requester()
        let text = String(repeating: "x", count: 6000)
        await withTaskGroup(of: CoteError?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do {
                        let _: Int = try await requester.send("any", ["text": .string(text)])
                        return nil
                    } catch {
                        return error as? CoteError
                    }
                }
            }
            // Whichever came second.
            let refusal = await group.next()
            #expect(refusal??.code == .queueFull)
            #expect(refusal??.message.contains("10000 bytes") == true)
            await requester.close()
            #expect(await group.next()??.code == .closed)
        }
    }
}
