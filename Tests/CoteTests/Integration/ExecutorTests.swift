import Cote
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

private struct Numbered: Codable {
    var number: Int
}

@Suite("A requester's executor", .timeLimit(.minutes(2)))
struct ExecutorTests {
    let mesh = Mesh()

    @Test func tasksStayOnTheThreadOfTheAnswers() async throws {
        let responder = try mesh.responder()
        responder.on("double") { (request: Numbered) in request.number * 2 }
        let requester = try mesh.requester()
        let loop = Promise<UInt>()
        try requester.send("double", Numbered(number: 1)) { (_: Result<Int, any Error>) in loop.fulfil(thread()) }
        let threadOfAnswers = try await loop.value
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<10 {
                group.addTask(executorPreference: requester.executor) {
                    for step in 0..<10 {
                        #expect(thread() == threadOfAnswers)
                        let number = task * 10 + step
                        let answer: Int = try await requester.send("double", Numbered(number: number))
                        #expect(answer == number * 2)
                        #expect(thread() == threadOfAnswers)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        withExtendedLifetime(responder) {}
    }

    /// As if it were called: a job that is enqueued on the loop itself does not run inside of what enqueues it.
    @Test func aTaskDoesNotBeginInsideOfAnother() async throws {
        let requester = try mesh.requester()
        let isInside = Flag()
        await withTaskExecutorPreference(requester.executor) {
            isInside.value.store(true, ordering: .relaxed)
            let other = Task(executorPreference: requester.executor) { isInside.value.load(ordering: .relaxed) }
            isInside.value.store(false, ordering: .relaxed)
            let wasInside = await other.value
            #expect(!wasInside)
        }
    }
}

private final class Flag: Sendable {
    let value = Atomic(false)
}

private func thread() -> UInt {
    UInt(pthread_self())
}
