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
    /// 100,000 by default; less where a sanitizer makes each of them dear.
    static let total = Int(ProcessInfo.processInfo.environment["COTE_TEST_REQUESTS"] ?? "") ?? 100_000
    static let warmUp = 10_000
    static let inFlight = 1_000
    static let tasks = 8

    @Test func everyRequestIsAnsweredOnceAndRight() async throws {
        let mesh = Mesh()
        let served = Atomic<Int>(0)
        let responder = try mesh.responder()
        responder.on("add") { (request: Numbered) in
            served.add(1, ordering: .relaxed)
            return request.number + 1
        }
        let requester = try mesh.requester()
        try await send(0..<min(Self.warmUp, Self.total), through: requester)
        let before = try residentMemory()
        if Self.total > Self.warmUp { try await send(Self.warmUp..<Self.total, through: requester) }
        let growth = try residentMemory() - before
        #expect(served.load(ordering: .relaxed) == Self.total)
        // Not a leak of even one small object for each request.
        #expect(growth < 16 * (Self.total - Self.warmUp) + 2_000_000, "grew by \(growth) bytes")
        await requester.close()
        await responder.close()
    }

    /// From 8 tasks, with so many requests in flight at a time that together they are 1,000.
    private func send(_ numbers: Range<Int>, through requester: Requester) async throws {
        try await withThrowingTaskGroup { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    let own = stride(from: numbers.lowerBound + task, to: numbers.upperBound, by: Self.tasks)
                    try await sendAll(Array(own), atATime: Self.inFlight / Self.tasks, through: requester)
                }
            }
            try await group.waitForAll()
        }
    }
}

private func sendAll(_ numbers: [Int], atATime width: Int, through requester: Requester) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var next = 0
        @Sendable func ask(_ number: Int) async throws {
            let answer: Int = try await requester.send("add", Numbered(number: number))
            guard answer == number + 1 else { throw Wrong(number: number, answer: answer) }
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
    let number, answer: Int
}

private func residentMemory() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return Int(pages[1])! * 4096
}
