import Testing

/// What the command does when something is used up.
@Suite("cote, short of something", .timeLimit(.minutes(5)))
struct ResourceTests {
    let mesh = Mesh()

    #if os(Linux)
    @Test("logs for which there is no room end nothing")
    func fullDisk() async throws {
        try await expectService(loggingTo: "/dev/full")
    }
    #endif

    @Test("logs that nobody reads end nothing")
    func brokenPipe() async throws {
        let fifo = try Fifo()
        try await expectService(loggingTo: fifo.path, beside: "true < '\(fifo.path)'")
    }

    private func expectService(loggingTo path: String, beside reader: String = "true") async throws {
        let options = mesh.options.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try await shell(
            """
            \(reader) &
            '\(Command.executable)' respond any --echo --log \(options) 2>'\(path)' &
            process=$!
            '\(Command.executable)' call any \(options)
            kill -TERM $process; wait $process; echo $?
            """
        )
        #expect(outcome.lines == [#"{"type":"any"}"#, "0"], "\(outcome.error)")
    }
}
