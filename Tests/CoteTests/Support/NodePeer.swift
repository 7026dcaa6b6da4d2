import Cote

#if canImport(Glibc)
import Glibc

/// What a component of Node.js cote puts on the wire, byte by byte, over real sockets.
enum Node {
    /// A frame of arguments with their tags, such as `j:null`.
    static func frame(_ arguments: [String]) -> [UInt8] {
        var bytes = [UInt8(0x10 | arguments.count)]
        for argument in arguments {
            withUnsafeBytes(of: UInt32(argument.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: argument.utf8)
        }
        return bytes
    }

    /// The arguments of the next frame that comes over a socket; `nil` at its end.
    static func readFrame(from socket: Int32) -> [String]? {
        guard let head = read(1, from: socket) else { return nil }
        var arguments: [String] = []
        for _ in 0..<(head[0] & 0x0f) {
            guard let prefix = read(4, from: socket) else { return nil }
            let length = prefix.reduce(0) { $0 << 8 | Int($1) }
            guard let argument = read(length, from: socket) else { return nil }
            arguments.append(String(decoding: argument, as: UTF8.self))
        }
        return arguments
    }

    private static func read(_ count: Int, from socket: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let size = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + have, count - have, 0) }
            guard size > 0 else { return nil }
            have += size
        }
        return bytes
    }

    static func send(_ bytes: [UInt8], to socket: Int32) {
        var sent = 0
        while sent < bytes.count {
            let size = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard size > 0 else { return }
            sent += size
        }
    }

    private static func address(_ host: UInt32, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return address
    }

    private static func withAddress<R>(
        _ host: UInt32,
        _ port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        var address = address(host, port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    private static let loopback: UInt32 = 0x7f00_0001
    private static let loopbackBroadcast: UInt32 = 0x7fff_ffff

    private static func makeSocket(_ type: __socket_type) -> Int32 {
        socket(AF_INET, Int32(type.rawValue), 0)
    }

    /// Connects to a responder as a Node.js requester does.
    static func connect(port: Int) throws -> Int32 {
        let socket = makeSocket(SOCK_STREAM)
        let status = withAddress(loopback, port) { Glibc.connect(socket, $0, $1) }
        guard status == 0 else { throw Missing(what: "a connection") }
        return socket
    }

    static func disconnect(_ socket: Int32) {
        close(socket)
    }

    /// A Node.js responder, announced in `mesh`, which answers each request with the arguments that `answer` makes of its
    /// arguments, the id aside. It ends when its requester goes. Before that it closes so many connections, each when a
    /// request came over it.
    static func respond(in mesh: Mesh, losing losses: Int = 0, answer: @escaping @Sendable ([String]) -> [String])
        throws
    {
        let listener = makeSocket(SOCK_STREAM)
        guard withAddress(loopback, 0, { bind(listener, $0, $1) }) == 0, listen(listener, 5) == 0 else {
            throw Missing(what: "a port")
        }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
        }
        let port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detach {
            for _ in 0..<losses {
                announceUntilReadable(listener, port: port, in: mesh)
                let connection = accept(listener, nil, nil)
                _ = readFrame(from: connection)
                close(connection)
            }
            announceUntilReadable(listener, port: port, in: mesh)
            let connection = accept(listener, nil, nil)
            close(listener)
            announceUntilReadable(connection, port: port, in: mesh)
            while let request = readFrame(from: connection) {
                send(frame(answer(Array(request.dropLast())) + [request.last!]), to: connection)
                announceUntilReadable(connection, port: port, in: mesh)
            }
            close(connection)
        }
    }

    private static func announceUntilReadable(_ socket: Int32, port: Int, in mesh: Mesh) {
        var incoming = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        repeat { announce(port: port, in: mesh) } while poll(&incoming, 1, helloInterval) == 0
    }

    private static let helloInterval: Int32 = 100  // ms

    /// One hello, as Node.js cote sends it.
    private static func announce(port: Int, in mesh: Mesh) {
        let hello: JSONValue = [
            "event": "hello", "pid": "b1a29ad1-f0a5-41e7-84b5-e4decc56f9d6",
            "iid": "3b1a156f-a063-4e19-b243-df49bb958588", "hostName": "node",
            "data": [
                "isMaster": false, "isMasterEligible": true, "weight": -0.1795, "address": "127.0.0.1",
                "advertisement": [
                    "type": "service", "name": "node", "key": .string("$$\(mesh.key)"), "axon_type": "rep",
                    "port": .init(port),
                ],
            ],
        ]
        let socket = makeSocket(SOCK_DGRAM)
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size))
        let bytes = hello.bytes
        _ = withAddress(loopbackBroadcast, mesh.discoveryPort) { sendto(socket, bytes, bytes.count, 0, $0, $1) }
        close(socket)
    }
}

/// A thread, since the sockets here block.
private enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func detach(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { body in
                Unmanaged<Body>.fromOpaque(body!).takeRetainedValue().run()
                return nil
            },
            body
        )
        pthread_detach(thread)
    }
}
#endif
