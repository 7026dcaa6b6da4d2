internal import CBench
internal import Cote
internal import Glibc

extension WorkerTask {
    /// Asks, and says when: as `bench_c_asker`.
    func ask() async throws {
        let requester = try Requester(name: "requester", configuration: configuration)
        repeat {
            while requester.responders > 0 { try await Task.sleep(for: .milliseconds(1)) }
            say("asked")
            let _: [UInt8] = try await requester.send("echo", [UInt8]())
            say("answered \(bench_now())")
        } while readLine() != nil
        await requester.close()
    }

    /// Has so many, each with a key of its own, until the input ends: a requester, a responder, a publisher, a subscriber, and
    /// so on.
    func hold(components count: Int) throws {
        try allowFiles()
        var all: [any AnyObject & Sendable] = []
        for index in 0..<count {
            var own = configuration
            own.key = "\(key)-\(index)"
            switch index % 4 {
            case 0: all.append(try Requester(name: "requester", configuration: own))
            case 1:
                let responder = try Responder(name: "responder", configuration: own)
                responder.on("echo") { (value: [UInt8]) in value }
                all.append(responder)
            case 2: all.append(try Publisher(name: "publisher", configuration: own))
            default:
                let subscriber = try Subscriber(name: "subscriber", configuration: own)
                subscriber.on("number") { (_: [UInt8]) in }
                all.append(subscriber)
            }
        }
        bench_ready(0)
        bench_until_input_ends()
        withExtendedLifetime(all) {}
    }

    /// Those that listen need one each, and many systems allow 1,024.
    private func allowFiles() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
