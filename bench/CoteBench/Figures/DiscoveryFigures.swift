internal import CBench

extension Figure {
    /// What it costs to hear others, who only say that they are still there.
    static let discovery: [Figure] =
        [
            Figure(title: "discovery: an unchanged hello, among 1,000 peers", unit: "µs", bar: 0.5) { effort in
                let mesh = Mesh()
                let task = WorkerTask(
                    key: mesh.key,
                    discoveryPort: mesh.discoveryPort,
                    peers: 1000,
                    seconds: effort.seconds
                )
                return (0..<effort.rounds).map { _ in bench_hello_again(task.work) / 1000 }
            }
        ]
        + [10, 100, 1000, 10_000].map { count in
            Figure(
                title: "discovery: CPU among \(Table.grouped(Double(count))) peers",
                unit: "% of a core",
                bar: count == 1000 ? 0.5 : nil,
                rounds: 3
            ) { effort in
                try await cpu(among: effort.isQuick ? min(count, 100) : count, effort)
            }
        }

    /// A round lasts as long as it takes until each peer has said hello once.
    private static func cpu(among peers: Int, _ effort: Effort) async throws -> [Double] {
        let mesh = Mesh()
        let interval = effort.isQuick ? 0.1 : 2
        return try await Part(.listener, in: mesh).run { listener in
            _ = try await listener.line(beginning: "ready")
            return try await Part(.simulatedPeers, in: mesh, count: peers, seconds: interval).run { others in
                _ = try await others.line(beginning: "ready")
                try await allAreHeard(peers, by: listener, interval)
                var values: [Double] = []
                for _ in 0..<effort.rounds {
                    let begun = bench_now()
                    let before = try ProcessUse(listener.pid).cpu
                    try await Task.sleep(for: .seconds(interval))
                    let used = try ProcessUse(listener.pid).cpu - before
                    values.append(100 * Double(used) / Double(bench_now() - begun))
                }
                return values
            }
        }
    }

    /// A datagram may be lost while nobody reads; there will be another.
    private static func allAreHeard(_ count: Int, by listener: WorkerProcess, _ interval: Double) async throws {
        var heard = ""
        for _ in 0..<10 {
            try await listener.again()
            heard = try await listener.line(beginning: "peers ")
            if heard == "\(count)" { return }
            try await Task.sleep(for: .seconds(interval))
        }
        throw WorkerFailure(description: "\(heard) of \(count) peers were heard")
    }
}
