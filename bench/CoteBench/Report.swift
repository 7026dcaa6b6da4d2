internal import Cote

/// What was measured, for machines: a line of JSON for each row.
struct Report: Encodable {
    struct Rounds: Encodable {
        var messagesPerSecond: [Double]
        /// Nanoseconds; 0 where latency is not what the work is about.
        var p50, p99, p999: [Double]
        var cpuNanoseconds: [Double]
        var memoryBytes: [Int]

        init(_ rounds: [Round]) {
            messagesPerSecond = rounds.map(\.rate)
            p50 = rounds.map(\.p50)
            p99 = rounds.map(\.p99)
            p999 = rounds.map(\.p999)
            cpuNanoseconds = rounds.map(\.cpu)
            memoryBytes = rounds.map(\.memory)
        }
    }

    var system: String
    var inFlight: Int?
    var subscribers: Int?
    var size: Int
    var pool: Bool
    var placement: String
    var lost: Int
    var rounds: Rounds
    var floor: Rounds?
    var peers: [String: Rounds]
    /// The median of the rounds' rates, each by that of the other's round beside it.
    var ratios: [String: Double] = [:]

    init(_ measurement: Measurement) {
        let work = measurement.work
        system = work.system.rawValue
        switch work.kind {
        case .request(let count): inFlight = count
        case .publish(let count): subscribers = count
        }
        size = work.size
        pool = work.onPool
        placement = measurement.placement.rawValue
        lost = measurement.rounds.lost
        rounds = Rounds(measurement.rounds)
        if !measurement.floor.isEmpty {
            floor = Rounds(measurement.floor)
            ratios["floor"] = measurement.ratio(to: measurement.floor)
        }
        peers = Dictionary(uniqueKeysWithValues: measurement.peers.map { ($0.system.rawValue, Rounds($0.rounds)) })
        for peer in measurement.peers { ratios[peer.system.rawValue] = measurement.ratio(to: peer.rounds) }
    }

    var line: String {
        get throws { try JSONValue(encoding: self).description }
    }
}
