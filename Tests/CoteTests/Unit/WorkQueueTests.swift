import Testing

@testable import Cote

@Suite("Work on the pool", .timeLimit(.minutes(2)))
struct WorkQueueTests {
    @Test func piecesAreDoneInOrder() async throws {
        let queue = WorkQueue(width: 1)
        let done = Locked<[Int]>([])
        let all = Promise<Void>()
        for number in 0..<1000 { queue.add { done.withLock { $0.append(number) } } }
        queue.add { all.fulfil(()) }
        try await all.value
        #expect(done.withLock { $0 } == Array(0..<1000))
    }

    @Test func theNewestAreKept() async throws {
        let queue = WorkQueue(width: 1, limit: 3)
        let kept = Locked<[Bool]>([])
        let done = Locked<[Int]>([])
        let all = Promise<Void>()
        // While this piece is done no other is.
        queue.add {
            for number in 1...5 {
                let isKept = queue.add {
                    done.withLock { $0.append(number) }
                    if number == 5 { all.fulfil(()) }
                }
                kept.withLock { $0.append(isKept) }
            }
        }
        try await all.value
        #expect(kept.withLock { $0 } == [true, true, true, false, false])
        #expect(done.withLock { $0 } == [3, 4, 5])
    }

    @Test func theEndDropsNothing() async throws {
        let queue = WorkQueue(width: 1, limit: 3)
        let done = Locked<[Int]>([])
        let all = Promise<Void>()
        queue.add {
            for number in 1...3 { queue.add { done.withLock { $0.append(number) } } }
            queue.finish { all.fulfil(()) }
        }
        try await all.value
        #expect(done.withLock { $0 } == [1, 2, 3])
    }

    @Test func nothingIsLostBetweenManyThreads() async throws {
        let queue = WorkQueue(width: 3)
        struct Counts {
            var running = 0, most = 0, done = 0
        }
        let counts = Locked(Counts())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        let end = Promise<Void>()
                        queue.add {
                            counts.withLock {
                                $0.running += 1
                                $0.most = max($0.most, $0.running)
                            }
                            counts.withLock {
                                $0.running -= 1
                                $0.done += 1
                            }
                            end.fulfil(())
                        }
                        try await end.value
                    }
                }
            }
            try await group.waitForAll()
        }
        let (most, done) = counts.withLock { ($0.most, $0.done) }
        #expect(done == 4000)
        #expect((1...3).contains(most))
    }

    @Test func theFirstOneInIsTheFirstOneOut() {
        var fifo = Fifo<Int>()
        var (added, taken) = (0, 0)
        #expect(fifo.popFirst() == nil)
        for round in 0..<200 {
            for _ in 0..<round % 7 {
                fifo.append(added)
                added += 1
            }
            for _ in 0..<min(round % 5, added - taken) {
                #expect(fifo.popFirst() == taken)
                taken += 1
            }
            #expect(fifo.count == added - taken)
        }
        while taken < added {
            #expect(fifo.popFirst() == taken)
            taken += 1
        }
        #expect(fifo.popFirst() == nil)
    }
}
