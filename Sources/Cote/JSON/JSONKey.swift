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
