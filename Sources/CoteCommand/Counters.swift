internal import Cote

/// Counters, as they are shown.
extension Counters {
    /// What a component of that kind has done, how much of it failed, and how long it took.
    func cells(of kind: String) -> [String] {
        func row(_ count: Int, _ failed: Int? = nil) -> [String] {
            ["\(count)", failed.map { "\($0)" } ?? "-", "-", "-"]
        }
        return switch kind {
        case "requester":
            row(requests.answered, requests.failed.total).prefix(2)
                + [requests.latency.p50, requests.latency.p99].map(\.short)
        case "responder": row(replies.sent, replies.errors)
        case "publisher": row(messages.published, messages.dropped)
        case "subscriber": row(messages.received)
        default: ["-", "-", "-", "-"]
        }
    }

    /// As in a status on the wire.
    func json(of kind: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "traffic": [
                "connections": .init(traffic.connections), "unixConnections": .init(traffic.unixConnections),
                "received": .init(traffic.received), "sent": .init(traffic.sent),
            ]
        ]
        switch kind {
        case "requester":
            members["requests"] = [
                "sent": .init(requests.sent), "answered": .init(requests.answered),
                "failed": .init(requests.failed.total), "queued": .init(requests.queued),
                "inFlight": .init(requests.inFlight),
            ]
            members["failures"] = requests.failed.json
            members["latency"] = [
                "p50": .init(requests.latency.p50.microseconds), "p99": .init(requests.latency.p99.microseconds),
            ]
        case "responder":
            members["replies"] = [
                "received": .init(replies.received), "sent": .init(replies.sent), "errors": .init(replies.errors),
                "running": .init(replies.running),
            ]
        case "publisher":
            members["messages"] = ["published": .init(messages.published), "dropped": .init(messages.dropped)]
        case "subscriber": members["messages"] = ["received": .init(messages.received)]
        default: break
        }
        return .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }
}

extension Counters.Failures {
    fileprivate var json: JSONValue {
        [
            "remote": .init(remote), "timedOut": .init(timedOut), "cancelled": .init(cancelled),
            "connectionLost": .init(connectionLost), "closed": .init(closed), "unsupported": .init(unsupported),
            "otherwise": .init(otherwise),
        ]
    }
}

extension Duration {
    /// Whole ones.
    fileprivate var microseconds: Int {
        Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000)
    }

    /// In the unit that suits it.
    fileprivate var short: String {
        switch microseconds {
        case 0: "-"
        case ..<10_000: "\(microseconds)us"
        case ..<10_000_000: "\(microseconds / 1000)ms"
        default: "\(microseconds / 1_000_000)s"
        }
    }
}
