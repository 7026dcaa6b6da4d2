internal import ArgumentParser
internal import CCoteCore
internal import Logging

/// The `cote` command: the mesh for shells and scripts.
@main
struct CoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cote",
        abstract: "Ask and answer in a mesh of cote microservices, without configuration.",
        discussion: """
            Programs find each other by themselves, on this host and on its network, be they in Swift, in C or in \
            Node.js. Standard output carries data only; everything else goes to standard error.

            EXAMPLES
              cote respond time --exec date        answer requests of type "time"
              cote call time                       ask for it, from another terminal
            """,
        version: String(cString: cote_version()),
        subcommands: [Call.self, Respond.self, Publish.self, Subscribe.self, Nodes.self]
    )

    static func main() async {
        Signals.take()
        LoggingSystem.bootstrap(StreamLogHandler.standardError(label:))
        await main(nil)
    }
}
