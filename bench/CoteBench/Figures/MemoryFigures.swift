extension Figure {
    private static let kibibyte = 1024.0
    private static let mebibyte = 1_048_576.0

    /// What a process of Swift has resident, by the kernel's account.
    static let memory: [Figure] =
        [
            Figure(title: "memory: a process without components", unit: "MiB", rounds: 3) { effort in
                try await atOnce(effort) { try await resident(.idle, 0, effort) / mebibyte }
            },
            Figure(title: "memory: one requester, above that", unit: "MiB", bar: 4, rounds: 3) { effort in
                try await atOnce(effort) {
                    async let one = resident(.components, 1, effort)
                    async let none = resident(.idle, 0, effort)
                    return (try await one - none) / mebibyte
                }
            },
        ]
        + [100, 1000].map { count in
            Figure(
                title: "memory: each further of \(Table.grouped(Double(count))) components",
                unit: "KiB",
                bar: 24,
                rounds: 3
            ) { effort in
                try await atOnce(effort) {
                    async let all = resident(.components, count, effort)
                    async let one = resident(.components, 1, effort)
                    return (try await all - one) / Double(count - 1) / kibibyte
                }
            }
        }

    /// Memory does not depend on who else runs.
    private static func atOnce(
        _ effort: Effort,
        _ round: @escaping @Sendable () async throws -> Double
    ) async throws -> [Double] {
        try await withThrowingTaskGroup { group in
            for _ in 0..<effort.rounds { group.addTask(operation: round) }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Bytes, once each component has said hello twice.
    private static func resident(_ kind: Part.Kind, _ count: Int, _ effort: Effort) async throws -> Double {
        try await Part(kind, in: Mesh(), count: count).run { process in
            _ = try await process.line(beginning: "ready")
            try await Task.sleep(for: .seconds(effort.isQuick ? 0.1 : 2.5))
            return Double(try ProcessUse(process.pid).resident)
        }
    }
}
