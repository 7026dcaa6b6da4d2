internal import Cote
internal import Glibc

/// What a process has used so far.
struct ProcessUse {
    /// Nanoseconds, over all threads.
    var cpu: Int
    /// Bytes that it had resident at most.
    var memory: Int
    /// Bytes that it has resident now.
    var resident: Int

    init(_ process: pid_t) throws {
        let folder = "/proc/\(process)"
        cpu = try Self.entries(of: "\(folder)/task").reduce(0) { sum, thread in
            // A thread may end while the folder is read.
            guard let text = try? Self.text(of: "\(folder)/task/\(thread)/schedstat") else { return sum }
            return sum + (text.split(separator: " ").first.flatMap { Int($0) } ?? 0)
        }
        let status = try Self.text(of: "\(folder)/status").split(separator: "\n")
        func bytes(_ name: String) -> Int {
            let line = status.first { $0.hasPrefix("\(name):") }
            return 1024 * (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
        }
        memory = bytes("VmHWM")
        resident = bytes("VmRSS")
    }

    private static func entries(of folder: String) throws -> [String] {
        guard let handle = opendir(folder) else { throw WorkerFailure(description: "\(folder) cannot be read") }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func text(of path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw WorkerFailure(description: "\(path) cannot be read") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

extension Round {
    /// From a client's line of JSON, and what both processes used before and after.
    init(result: String, before: [ProcessUse], after: [ProcessUse]) throws {
        let json = try JSONValue(parsing: result)
        func number(_ name: String) throws -> Double {
            guard let value = json[name]?.double else {
                throw WorkerFailure(description: "a worker said \(result)")
            }
            return value
        }
        messages = Int(try number("messages"))
        lost = Int(try number("lost"))
        seconds = try number("seconds")
        p50 = try number("p50")
        p99 = try number("p99")
        p999 = try number("p999")
        let used = zip(before, after).reduce(0) { $0 + $1.1.cpu - $1.0.cpu }
        cpu = Double(used) / Double(max(messages, 1))
        memory = after.reduce(0) { $0 + $1.memory }
    }
}
