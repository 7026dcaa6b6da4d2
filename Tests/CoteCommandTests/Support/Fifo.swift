import Foundation
import Subprocess
import Testing

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// A named pipe by which a command tells a test what it does, and that it has ended: the pipe ends when the last process
/// that holds it open is gone.
final class Fifo: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cote-\(UUID()).fifo").path
        try #require(mkfifo(path, 0o600) == 0)
    }

    deinit {
        unlink(path)
    }

    /// Hands each line that comes to `body`, and returns after the end.
    func read(_ body: (String) async throws -> Void) async throws {
        _ = try await Subprocess.run(
            .path("/bin/cat"),
            arguments: [path],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { cat in
            for try await line in cat.standardOutput.strings() { try await body(line) }
        }
    }
}

/// A named pipe of which each byte is a permission, or a sign, for one: it never ends.
final class Gate: Sendable {
    private let fifo: Fifo
    private let descriptor: Int32

    var path: String { fifo.path }

    init() throws {
        fifo = try Fifo()
        // With both ends open here, nobody who opens it waits, and nothing in it is lost.
        descriptor = Foundation.open(fifo.path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
    }

    deinit {
        close(descriptor)
    }

    /// Lets so many pass.
    func open(_ count: Int) {
        let bytes = [UInt8](repeating: UInt8(ascii: "1"), count: count)
        precondition(write(descriptor, bytes, count) == count)
    }

    /// Returns when so many have come.
    func pass(_ count: Int) async {
        let descriptor = descriptor
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var byte: UInt8 = 0
                for _ in 0..<count { while read(descriptor, &byte, 1) != 1 {} }
                continuation.resume()
            }
        }
    }
}
