internal import CCoteCore

extension Peer {
    init(_ peer: cote_peer) {
        id = String(cString: peer.id)
        name = String(cString: peer.name)
        host = String(cString: peer.host)
        processID = String(cString: peer.process)
        address = String(cString: peer.address)
        port = peer.port == 0 ? nil : Int(peer.port)
        acceptsRawRequests = peer.ours
        advertisement = (try? JSONValue(parsing: String(cString: peer.advertisement))) ?? [:]
        handles = peer.handles.flatMap { try? JSONValue(parsing: String(cString: $0)) }?.array?.compactMap(\.string)
    }
}
