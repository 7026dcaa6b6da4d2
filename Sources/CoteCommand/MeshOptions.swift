internal import ArgumentParser
internal import Cote

/// Who one is in the mesh, and which mesh it is: the options that all subcommands share.
struct MeshOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What others see of this component.", valueName: "name"))
    var name: String?

    @Option(help: "Meet only components of the same key.")
    var key: String?

    @Option(help: "Meet only components of the same namespace.")
    var namespace: String?

    @Option(help: "Meet only components of the same environment. Default: COTE_ENV.")
    var environment: String?

    @Option(
        help: ArgumentHelp(
            """
            Say hello to this IPv4 broadcast address; 127.255.255.255 stays on this host. Default: \
            COTE_BROADCAST_ADDRESS, else 255.255.255.255.
            """,
            valueName: "address"
        )
    )
    var broadcast: String?

    @Option(
        help: ArgumentHelp(
            "Say hello to this IPv4 multicast group instead. Default: COTE_MULTICAST_ADDRESS.",
            valueName: "address"
        )
    )
    var multicast: String?

    @Option(help: ArgumentHelp("The UDP port of discovery. Default: COTE_UDP_PORT, else 12345.", valueName: "port"))
    var discoveryPort: Int?

    @Flag(help: "Log who comes and goes to standard error. Default: COTE_LOG.")
    var log = false

    /// What is asked for here; the rest is left to the library.
    var configuration: Configuration {
        Configuration {
            $0.environment = environment
            $0.key = key
            $0.namespace = namespace
            $0.broadcast = broadcast
            $0.multicast = multicast
            $0.discoveryPort = discoveryPort
            $0.log = log ? true : nil
        }
    }
}
