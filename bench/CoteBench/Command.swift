internal import ArgumentParser

/// `cote-bench`: how fast it is, beside how fast it can be.
@main
struct CoteBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cote-bench",
        abstract: "Measure how fast this library is, on this machine.",
        subcommands: [Measure.self, Worker.self],
        defaultSubcommand: Measure.self
    )

    static func main() async {
        guard let part = Part(CommandLine.arguments) else {
            // The options are the default command's.
            let isHelp = ["--help", "-h"].contains(CommandLine.arguments.dropFirst().first)
            return await main(isHelp ? ["help", "measure"] : nil)
        }
        do {
            try await part.play()
        } catch {
            exit(withError: error)
        }
    }
}
