/// A coding key of the coder's own: the place of an element in an array, or a name.
enum JSONKey: CodingKey {
    case name(String)
    case index(Int)

    /// The key of `superEncoder()` and `superDecoder()`.
    static let `super` = JSONKey.name("super")

    init(stringValue: String) {
        self = .name(stringValue)
    }

    init?(intValue: Int) {
        self = .name(String(intValue))
    }

    var stringValue: String {
        switch self {
        case .name(let name): name
        case .index(let index): "Index \(index)"
        }
    }

    var intValue: Int? {
        switch self {
        case .name: nil
        case .index(let index): index
        }
    }
}

/// Where in a document something is: a list of keys that shares its front with its neighbours.
///
/// A place in an array costs no allocation, a key costs one.
struct JSONPath {
    private var node: Node?
    private var index: UInt32 = .max

    private final class Node {
        let parent: JSONPath
        let key: any CodingKey

        init(parent: JSONPath, key: any CodingKey) {
            self.parent = parent
            self.key = key
        }
    }

    /// The path of the document itself.
    init() {}

    func appending(_ key: some CodingKey) -> JSONPath {
        var path = JSONPath()
        path.node = Node(parent: self, key: key)
        return path
    }

    func appending(index: Int) -> JSONPath {
        var path = self
        if self.index != .max {
            var parent = self
            parent.index = .max
            path.node = Node(parent: parent, key: JSONKey.index(Int(self.index)))
        }
        path.index = UInt32(index)
        return path
    }

    /// The keys from the document down to the place.
    var keys: [any CodingKey] {
        var reversed: [any CodingKey] = []
        var path = self
        while true {
            if path.index != .max { reversed.append(JSONKey.index(Int(path.index))) }
            guard let node = path.node else { break }
            reversed.append(node.key)
            path = node.parent
        }
        return reversed.reversed()
    }
}
