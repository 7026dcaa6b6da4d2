extension Work {
    /// Nine that tell most.
    static let telling: [Work] = [
        Work(system: .c, kind: .request(inFlight: 1), size: 64),
        Work(system: .cUnix, kind: .request(inFlight: 1), size: 64),
        Work(system: .c, kind: .request(inFlight: 100), size: 64),
        Work(system: .c, kind: .publish(subscribers: 1), size: 64),
        Work(system: .c, kind: .publish(subscribers: 1), size: 1024),
        Work(system: .swiftCodable, kind: .request(inFlight: 1), size: 65),
        Work(system: .swiftCodable, kind: .request(inFlight: 100), size: 65),
        Work(system: .swiftCodable, kind: .request(inFlight: 100), size: 65, onPool: true),
        Work(system: .swiftCodable, kind: .publish(subscribers: 1), size: 65),
    ]

    static let full: [Work] = requests + publishing

    private static var requests: [Work] {
        [1, 10, 100, 1000].flatMap { inFlight in
            let kind = Kind.request(inFlight: inFlight)
            return [
                Work(system: .c, kind: kind, size: 64),
                Work(system: .cUnix, kind: kind, size: 64),
                Work(system: .swiftBytes, kind: kind, size: 64),
                Work(system: .swiftBytes, kind: kind, size: 64, onPool: true),
                Work(system: .swiftCodable, kind: kind, size: 65),
                Work(system: .swiftCodable, kind: kind, size: 65, onPool: true),
            ]
        }
    }

    private static var publishing: [Work] {
        [1, 10].flatMap { subscribers in
            let kind = Kind.publish(subscribers: subscribers)
            let bytes = [64, 1024, 8192].flatMap { size in
                [System.c, .cUnix, .swiftBytes].map { Work(system: $0, kind: kind, size: size) }
            }
            return bytes + [Work(system: .swiftCodable, kind: kind, size: 65)]
        }
    }
}
