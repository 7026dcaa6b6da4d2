internal import ArgumentParser
internal import Dispatch

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Standard input, for data; standard output, for data only; standard error, for the rest.
enum StandardStreams {
    /// Everything that is on standard input, until its end.
    static func readAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = try retrying("reading standard input", on: STDIN_FILENO, for: POLLIN) {
                    read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                }
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    /// The lines of standard input as they come, without their ends. They are read on a thread of their own, so that who
    /// waits for one can still be cancelled.
    static func lines() -> AsyncStream<[UInt8]> {
        let (lines, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        DispatchQueue(label: "standard input").async {
            while let line = readLine(strippingNewline: true) { continuation.yield(Array(line.utf8)) }
            continuation.finish()
        }
        return lines
    }

    /// Writes data.
    static func output(_ bytes: [UInt8]) throws {
        try write(bytes, to: STDOUT_FILENO, "writing standard output")
    }

    /// Writes to standard error; if nobody reads that, there is nobody to be told.
    static func report(_ bytes: [UInt8]) {
        try? write(bytes, to: STDERR_FILENO, "writing standard error")
    }

    /// Writes a message to standard error.
    static func report(_ message: String) {
        report(Array("\(message)\n".utf8))
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ action: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                let count = try retrying(action, on: descriptor, for: POLLOUT) {
                    #if canImport(Glibc)
                    Glibc.write(descriptor, slice.baseAddress, slice.count)
                    #elseif canImport(Musl)
                    Musl.write(descriptor, slice.baseAddress, slice.count)
                    #else
                    Darwin.write(descriptor, slice.baseAddress, slice.count)
                    #endif
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Makes a call again that was interrupted, or that would block because somebody made the stream so.
    private static func retrying(
        _ action: String,
        on descriptor: Int32,
        for events: Int32,
        _ call: () -> Int
    ) throws -> Int {
        while true {
            let count = call()
            if count >= 0 { return count }
            switch errno {
            case EINTR:
                continue
            case EAGAIN:
                var descriptor = pollfd(fd: descriptor, events: Int16(events), revents: 0)
                _ = poll(&descriptor, 1, -1)
            case EPIPE:
                throw ExitCode(ExitStatus.brokenPipe)
            case let code:
                throw StreamError(action: action, code: code)
            }
        }
    }
}

/// What the system says when a stream fails.
private struct StreamError: Error, CustomStringConvertible {
    let action: String
    let code: Int32

    var description: String { "\(action): \(String(cString: strerror(code)))" }
}
