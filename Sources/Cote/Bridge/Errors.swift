internal import CCoteCore

extension CoteError {
    /// What a call of the core returned; `nil` for success. To be made on the thread of the call, which keeps the details.
    init?(status: Int32) {
        guard status != COTE_OK.rawValue else { return nil }
        let detail = String(cString: cote_error_detail())
        self.init(Code(status: status), detail.isEmpty ? String(cString: cote_strerror(status)) : detail)
    }
}

/// Throws what a call of the core returned, unless it is success.
func check(_ status: Int32) throws {
    if let error = CoteError(status: status) { throw error }
}

extension CoteError.Code {
    init(status: Int32) {
        switch cote_error(rawValue: status) {
        case COTE_EINVAL: self = .invalidArgument
        case COTE_ECLOSED: self = .closed
        case COTE_ETIMEDOUT: self = .timeout
        case COTE_ECONNLOST: self = .connectionLost
        case COTE_EREMOTE: self = .remote
        case COTE_EUNSUPPORTED: self = .unsupportedByPeer
        case COTE_EQUEUEFULL: self = .queueFull
        case COTE_ETOOBIG: self = .tooLarge
        case COTE_EADDRINUSE: self = .noFreePort
        case COTE_EANSWERED: self = .alreadyAnswered
        case COTE_ENOHANDLER: self = .noHandler
        default: self = .system
        }
    }
}

extension CoteError {
    /// Why a request failed, by the response that the core made of it.
    init(_ response: cote_response) {
        self.init(Code(status: response.status), String(cString: response.message))
        if response.error.size > 0 { remote = RemoteError(response) }
    }
}

extension RemoteError {
    fileprivate init(_ response: cote_response) {
        self.init(String(cString: response.message))
        if response.code.pointee != 0 { code = String(cString: response.code) }
        details = response.details.size > 0 ? try? Payload.decode(JSONValue.self, from: response.details) : nil
        value = try? Payload.decode(JSONValue.self, from: response.error)
    }

    /// What a requester is told of an error that a handler threw.
    init(describing error: any Error) {
        switch error {
        case let error as RemoteError:
            self = error
        case let error as CoteError:
            // One that came from a responder goes on as it came.
            self = error.remote ?? RemoteError(error.message, code: error.code.description)
        default:
            self.init(String(describing: error), code: String(describing: type(of: error)))
            if let encodable = error as? any Encodable { details = try? JSONValue(encoding: encodable) }
        }
    }
}
