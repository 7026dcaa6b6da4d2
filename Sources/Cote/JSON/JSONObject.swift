/// The members of a JSON object, in the order in which they were added.
///
/// It is used like a dictionary. Two objects are equal if they have the same members, in whatever
/// order. Few members are searched one by one; many have an index.
public struct JSONObject: Sendable {
    /// A member: its name and its value.
    public typealias Element = (key: String, value: JSONValue)

    private static let scanLimit = 16

    private var members: [Element] = []
    /// The places of the members, once they are many.
    private var places: [String: Int] = [:]

    /// Creates an object without members.
    public init() {}

    /// Creates an object of these members, in their order; of members with one name the last counts,
    /// in the place of the first, as in JavaScript.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        reserveCapacity(members.underestimatedCount)
        for (name, value) in members { updateValue(value, forKey: name) }
    }

    /// The member of this name. Setting one that is there keeps its place, a new one goes to the end,
    /// and nil removes it.
    public subscript(name: String) -> JSONValue? {
        get {
            place(of: name).map { members[$0].value }
        }
        set {
            if let newValue {
                updateValue(newValue, forKey: name)
            } else {
                removeValue(forKey: name)
            }
        }
    }

    /// The member of this name, or else a default, which setting makes a member.
    public subscript(name: String, default value: @autoclosure () -> JSONValue) -> JSONValue {
        get { self[name] ?? value() }
        _modify {
            let place = place(of: name) ?? append(name, value())
            yield &members[place].value
        }
    }

    /// The names, in the order of the members.
    public var keys: [String] { members.map(\.key) }

    /// The values, in the order of the members.
    public var values: [JSONValue] { members.map(\.value) }

    /// The members without their order.
    public var dictionary: [String: JSONValue] {
        Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// Makes room for so many members.
    public mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }

    /// Sets a member, and returns the value that it had before.
    @discardableResult
    public mutating func updateValue(_ value: JSONValue, forKey name: String) -> JSONValue? {
        guard let place = place(of: name) else {
            append(name, value)
            return nil
        }
        defer { members[place].value = value }
        return members[place].value
    }

    /// Removes a member, and returns the value that it had.
    @discardableResult
    public mutating func removeValue(forKey name: String) -> JSONValue? {
        guard let place = place(of: name) else { return nil }
        defer { indexMembers() }
        return members.remove(at: place).value
    }

    private func place(of name: String) -> Int? {
        places.isEmpty ? members.firstIndex { $0.key == name } : places[name]
    }

    /// Adds a member whose name is new, and returns its place.
    @discardableResult
    mutating func append(_ name: String, _ value: JSONValue) -> Int {
        members.append((name, value))
        if !places.isEmpty {
            places[name] = members.count - 1
        } else if members.count > Self.scanLimit {
            indexMembers()
        }
        return members.count - 1
    }

    private mutating func indexMembers() {
        places = [:]
        guard members.count > Self.scanLimit else { return }
        places.reserveCapacity(members.count)
        for (place, member) in members.enumerated() { places[member.key] = place }
    }
}

extension JSONObject: RandomAccessCollection {
    /// The place of the first member.
    public var startIndex: Int { 0 }
    /// The place behind the last member.
    public var endIndex: Int { members.count }

    /// The member at a place in the order.
    public subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Creates an object with its members in this order; of members with one name the last counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members)
    }
}

extension JSONObject: Hashable {
    /// Whether two objects have the same members, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    /// Feeds the members to a hasher, in no order.
    public func hash(into hasher: inout Hasher) {
        // A sum, so that the order of the members is of no account.
        var sum = 0
        for (name, value) in members {
            var member = Hasher()
            member.combine(name)
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: CustomStringConvertible {
    /// The object as a compact JSON text.
    public var description: String { JSONValue.object(self).description }
}
