/// All rounds of a piece of work, and of its floor beside it.
struct Measurement {
    let work: Work
    let placement: Placement
    let rounds: [Round]
    let floor: [Round]

    /// Each round's rate by that of the floor's round that was run beside it.
    var ratios: [Double] { zip(rounds, floor).map { $0.rate / $1.rate } }

    func median(_ value: (Round) -> Double) -> Double { rounds.map(value).median }

    /// How far apart the rounds are, as a share of their median.
    var spread: Double {
        let rates = rounds.map(\.rate)
        return (rates.max()! - rates.min()!) / rates.median
    }

    var lost: Int { rounds.reduce(0) { $0 + $1.lost } }

    /// Round by round, ours and the floor in turn, so that a machine that changes its speed does so for both.
    static func make(
        _ work: Work,
        _ placement: Placement,
        _ effort: Effort,
        progress: (Int) -> Void
    ) async throws -> Measurement {
        var rounds: [Round] = []
        var floor: [Round] = []
        for number in 0..<effort.rounds {
            progress(number)
            rounds.append(try await Pair(work: work, placement: placement, effort: effort).run())
            // Nothing is as fast as possible at a fixed rate.
            guard effort.rate == nil else { continue }
            floor.append(try await Pair(work: work.floor, placement: placement, effort: effort).run())
        }
        return Measurement(work: work, placement: placement, rounds: rounds, floor: floor)
    }
}

extension [Double] {
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = count / 2
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
