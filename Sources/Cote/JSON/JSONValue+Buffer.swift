extension JSONValue {
    /// Creates what a `Buffer` of Node.js is in JSON: `{"type":"Buffer","data":[…]}`.
    public init(buffer bytes: some Sequence<UInt8>) {
        self = ["type": "Buffer", "data": .array(bytes.map { .integer(Int64($0)) })]
    }

    /// The bytes, if it is what a `Buffer` of Node.js is in JSON.
    public var buffer: [UInt8]? {
        guard let object, object.count == 2, self["type"] == "Buffer", let data = self["data"]?.array else {
            return nil
        }
        let bytes = data.compactMap { $0.int.flatMap(UInt8.init(exactly:)) }
        return bytes.count == data.count ? bytes : nil
    }
}
