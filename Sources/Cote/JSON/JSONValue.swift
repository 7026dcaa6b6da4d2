/// Any JSON value.
///
///     let request: JSONValue = ["type": "convert", "from": "usd", "amount": 100]
///     let amount = request["amount"]?.double
///
/// Members of objects keep their order. Integers are exact from `Int64.min` to `UInt64.max`; other
/// numbers are what JavaScript would make of them, the nearest `Double`.
///
/// Numbers are equal if they are the same number, whichever case holds them: `1`, `1.0` and `1e0`
/// are. Objects are equal if their members are, in whatever order.
public enum JSONValue: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A whole number that is written without fraction and exponent.
    case integer(Int64)
    /// A whole number above `Int64.max`.
    case unsigned(UInt64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)
}

extension JSONValue {
    /// Creates a number from an integer; one that JSON values cannot hold exactly becomes the nearest `Double`.
    public init(_ integer: some BinaryInteger) {
        if let value = Int64(exactly: integer) {
            self = .integer(value)
        } else if let value = UInt64(exactly: integer) {
            self = .unsigned(value)
        } else {
            self = .number(Double(integer))
        }
    }

    /// Whether the value is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The string, if it is one.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The boolean, if it is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number, if it is one without a fraction that an `Int` can hold.
    public var int: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .unsigned(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The number, if it is one; rounded, if a `Double` cannot hold it exactly.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The elements, if it is an array.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, if it is an object.
    public var object: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The member of this name; nil if there is none, or the value is no object.
    ///
    /// Setting a member makes a `null` an object first, and removes the member if the new value is
    /// nil. On other values setting has no effect, as in JavaScript: what kind a value is may be up
    /// to a peer, and must not stop the process.
    public subscript(name: String) -> JSONValue? {
        get {
            if case .object(let members) = self { members[name] } else { nil }
        }
        set {
            switch self {
            case .object(var members):
                // Without the reference that is held here, the members are changed in place.
                self = .null
                members[name] = newValue
                self = .object(members)
            case .null:
                if let newValue { self = .object([name: newValue]) }
            default:
                break
            }
        }
    }

    /// The element at this index; nil if there is none, or the value is no array.
    ///
    /// Setting the element behind the last one appends, and setting nil removes. On other indices and
    /// other values setting has no effect.
    public subscript(index: Int) -> JSONValue? {
        get {
            if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
        }
        set {
            guard case .array(var elements) = self, (0...elements.count).contains(index) else { return }
            self = .null
            if index == elements.count {
                if let newValue { elements.append(newValue) }
            } else if let newValue {
                elements[index] = newValue
            } else {
                elements.remove(at: index)
            }
            self = .array(elements)
        }
    }
}

extension JSONValue: Hashable {
    /// Whether two values are the same; see ``JSONValue`` for numbers and objects.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        default: left.whole != nil && left.whole == right.whole
        }
    }

    /// Feeds the value to a hasher, equal values alike.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        case .integer, .unsigned, .number:
            if let whole { hasher.combine(whole) } else { hasher.combine(double) }
        }
    }

    /// The number without a fraction that it is, whichever case holds it.
    private var whole: Int128? {
        switch self {
        case .integer(let value): Int128(value)
        case .unsigned(let value): Int128(value)
        case .number(let value): Int128(exactly: value)
        default: nil
        }
    }
}
