/// All rounds of a piece of work, and beside it of its floor, and of what else does it.
struct Measurement {
    let work: Work
    let placement: Placement
    let rounds: [Round]
    /// Each as many rounds, or none.
    let floor: [Round]
    let peers: [(system: Work.System, rounds: [Round])]

    /// Each round's rate by that of the round that was run beside it.
    func ratio(to others: [Round]) -> Double {
        zip(rounds, others).map { $0.rate / $1.rate }.median
    }

    /// Round by round, ours and the others in turn, so that a machine that changes its speed does so for all.
    static func make(
        _ work: Work,
        _ placement: Placement,
        _ effort: Effort,
        peers: [Work.System],
        progress: (Int) -> Void
    ) async throws -> Measurement {
        // Nothing is as fast as possible at a fixed rate.
        let others = effort.rate == nil ? [work.floor] + peers.map(work.by) : []
        var rounds: [[Round]] = Array(repeating: [], count: 1 + others.count)
        for number in 0..<effort.rounds {
            progress(number)
            for (index, work) in ([work] + others).enumerated() {
                rounds[index].append(try await Pair(work: work, placement: placement, effort: effort).run())
            }
        }
        return Measurement(
            work: work,
            placement: placement,
            rounds: rounds[0],
            floor: others.isEmpty ? [] : rounds[1],
            peers: others.isEmpty ? [] : Array(zip(peers, rounds.dropFirst(2)))
        )
    }
}

extension [Round] {
    func median(_ value: (Round) -> Double) -> Double { map(value).median }

    /// How far apart the rounds are, as a share of their median.
    var spread: Double {
        let rates = map(\.rate)
        return (rates.max()! - rates.min()!) / rates.median
    }

    var lost: Int { reduce(0) { $0 + $1.lost } }
}

extension [Double] {
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
