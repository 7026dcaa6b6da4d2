import CTestSupport
import Cote
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

private struct Numbered: Codable {
    var number: Int
}

@Suite("Load", .timeLimit(.minutes(5)))
struct LoadTests {
    /// In a process of its own, whose memory nothing else changes.
    @Test func everyRequestIsAnsweredOnceAndRight() async {
        await #expect(processExitsWith: .success) { try await load() }
    }
}

/// 100,000 requests by default; fewer where a sanitizer makes each of them dear.
private let total = Int(ProcessInfo.processInfo.environment["COTE_TEST_REQUESTS"] ?? "") ?? 100_000
private let warmUp = 10_000
private let inFlight = 1_000
private let tasks = 8

private func load() async throws {
    let mesh = Mesh()
    let served = Atomic<Int>(0)
    let responder = try mesh.responder()
    responder.on("add") { (request: Numbered) in
        served.add(1, ordering: .relaxed)
        return request.number + 1
    }
    let requester = try mesh.requester()
    try await send(0..<min(warmUp, total), through: requester)
    let before = heap_in_use()
    if total > warmUp { try await send(warmUp..<total, through: requester) }
    let growth = Int(heap_in_use()) - Int(before)
    await requester.close()
    await responder.close()
    #expect(served.load(ordering: .relaxed) == total)
    // Not a leak of even one small object for each request. What is free on the heap does not count: how much of it the
    // allocator keeps depends on which threads happened to run.
    #expect(growth < 16 * (total - warmUp) + 100_000)
}

/// From 8 tasks, with so many requests in flight at a time that together they are 1,000.
private func send(_ numbers: Range<Int>, through requester: Requester) async throws {
    try await withThrowingTaskGroup { group in
        for task in 0..<tasks {
            group.addTask {
                let own = stride(from: numbers.lowerBound + task, to: numbers.upperBound, by: tasks)
                try await sendAll(Array(own), atATime: inFlight / tasks, through: requester)
            }
        }
        try await group.waitForAll()
    }
}

private func sendAll(_ numbers: [Int], atATime width: Int, through requester: Requester) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var next = 0
        @Sendable func ask(_ number: Int) async throws {
            let answer: Int = try await requester.send("add", Numbered(number: number))
            guard answer == number + 1 else { throw Wrong(what: "\(number) + 1 is answered with \(answer)") }
        }
        while next < numbers.count {
            if next >= width { try await group.next() }
            let number = numbers[next]
            group.addTask { try await ask(number) }
            next += 1
        }
        try await group.waitForAll()
    }
}

private struct Wrong: Error {
    let what: String
}
