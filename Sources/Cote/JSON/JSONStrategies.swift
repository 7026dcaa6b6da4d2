#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension JSONCoder {
    /// How keys are turned into member names when encoding.
    public enum KeyEncodingStrategy: Sendable {
        /// The keys as the types give them.
        case useDefaultKeys
        /// `camelCaseKeys` become `snake_case_keys`. Keys of dictionaries stay as they are.
        case convertToSnakeCase
        /// The closure turns the last key of the path into the key that is written.
        case custom(@Sendable (_ codingPath: [any CodingKey]) -> any CodingKey)
    }

    /// How member names are turned into keys when decoding.
    public enum KeyDecodingStrategy: Sendable {
        /// The names as the text gives them.
        case useDefaultKeys
        /// `snake_case_keys` become `camelCaseKeys`. Keys of dictionaries stay as they are.
        case convertFromSnakeCase
        /// The closure turns the last key of the path, a member's name, into the key it stands for.
        case custom(@Sendable (_ codingPath: [any CodingKey]) -> any CodingKey)
    }

    /// How a `Date` is written.
    public enum DateEncodingStrategy: Sendable {
        /// As `Date` itself does: a number of seconds since 1 January 2001.
        case deferredToDate
        /// A number of seconds since 1970.
        case secondsSince1970
        /// A number of milliseconds since 1970, as `Date.now()` of JavaScript.
        case millisecondsSince1970
        /// A string such as `2001-01-01T00:00:01Z`.
        case iso8601
        /// What the closure encodes; an empty object if it encodes nothing.
        case custom(@Sendable (Date, any Encoder) throws -> Void)
    }

    /// How a `Date` is read.
    public enum DateDecodingStrategy: Sendable {
        /// As `Date` itself does: a number of seconds since 1 January 2001.
        case deferredToDate
        /// A number of seconds since 1970.
        case secondsSince1970
        /// A number of milliseconds since 1970, as `Date.now()` of JavaScript.
        case millisecondsSince1970
        /// A string such as `2001-01-01T00:00:01Z`.
        case iso8601
        /// What the closure decodes.
        case custom(@Sendable (any Decoder) throws -> Date)
    }

    /// How a `Data` is written.
    public enum DataEncodingStrategy: Sendable {
        /// As `Data` itself does: an array of numbers.
        case deferredToData
        /// A string in Base64.
        case base64
        /// What the closure encodes; an empty object if it encodes nothing.
        case custom(@Sendable (Data, any Encoder) throws -> Void)
    }

    /// How a `Data` is read.
    public enum DataDecodingStrategy: Sendable {
        /// As `Data` itself does: an array of numbers.
        case deferredToData
        /// A string in Base64.
        case base64
        /// What the closure decodes.
        case custom(@Sendable (any Decoder) throws -> Data)
    }

    /// What becomes of floating-point numbers that JSON cannot express, when encoding.
    public enum NonConformingFloatEncodingStrategy: Sendable {
        /// They throw `EncodingError.invalidValue`.
        case `throw`
        /// They are written as these strings.
        case convertToString(positiveInfinity: String, negativeInfinity: String, nan: String)
    }

    /// Which strings stand for floating-point numbers that JSON cannot express, when decoding.
    public enum NonConformingFloatDecodingStrategy: Sendable {
        /// None does.
        case `throw`
        /// These do.
        case convertFromString(positiveInfinity: String, negativeInfinity: String, nan: String)
    }
}

extension JSONCoder {
    /// All the settings of a coder.
    struct Options: Sendable {
        var sortedKeys = false
        var keyEncoding = KeyEncodingStrategy.useDefaultKeys
        var keyDecoding = KeyDecodingStrategy.useDefaultKeys
        var dateEncoding = DateEncodingStrategy.deferredToDate
        var dateDecoding = DateDecodingStrategy.deferredToDate
        var dataEncoding = DataEncodingStrategy.base64
        var dataDecoding = DataDecodingStrategy.base64
        var floatEncoding = NonConformingFloatEncodingStrategy.throw
        var floatDecoding = NonConformingFloatDecodingStrategy.throw
        var userInfo: [CodingUserInfoKey: any Sendable] = [:]
    }

    /// Settings behind one reference, so that handing them to a writer or a tape costs one retain.
    final class Box: Sendable {
        let options: Options
        /// Whether keys are written and read as they are; most coders never change that.
        let convertsKeysEncoding: Bool
        let convertsKeysDecoding: Bool

        init(_ options: Options) {
            self.options = options
            if case .useDefaultKeys = options.keyEncoding {
                convertsKeysEncoding = false
            } else {
                convertsKeysEncoding = true
            }
            if case .useDefaultKeys = options.keyDecoding {
                convertsKeysDecoding = false
            } else {
                convertsKeysDecoding = true
            }
        }
    }

    private var options: Options {
        get { box.options }
        set { box = Box(newValue) }
    }

    /// Whether members are written in the order of their names rather than as encoded.
    public var sortedKeys: Bool {
        get { options.sortedKeys }
        set { options.sortedKeys = newValue }
    }

    /// How keys are turned into member names; as they are by default.
    public var keyEncodingStrategy: KeyEncodingStrategy {
        get { options.keyEncoding }
        set { options.keyEncoding = newValue }
    }

    /// How member names are turned into keys; as they are by default.
    public var keyDecodingStrategy: KeyDecodingStrategy {
        get { options.keyDecoding }
        set { options.keyDecoding = newValue }
    }

    /// How dates are written; by default as `Date` itself does.
    public var dateEncodingStrategy: DateEncodingStrategy {
        get { options.dateEncoding }
        set { options.dateEncoding = newValue }
    }

    /// How dates are read; by default as `Date` itself does.
    public var dateDecodingStrategy: DateDecodingStrategy {
        get { options.dateDecoding }
        set { options.dateDecoding = newValue }
    }

    /// How data is written; Base64 by default.
    public var dataEncodingStrategy: DataEncodingStrategy {
        get { options.dataEncoding }
        set { options.dataEncoding = newValue }
    }

    /// How data is read; Base64 by default.
    public var dataDecodingStrategy: DataDecodingStrategy {
        get { options.dataDecoding }
        set { options.dataDecoding = newValue }
    }

    /// What becomes of infinities and NaN when encoding; they throw by default.
    public var nonConformingFloatEncodingStrategy: NonConformingFloatEncodingStrategy {
        get { options.floatEncoding }
        set { options.floatEncoding = newValue }
    }

    /// Which strings stand for infinities and NaN when decoding; none by default.
    public var nonConformingFloatDecodingStrategy: NonConformingFloatDecodingStrategy {
        get { options.floatDecoding }
        set { options.floatDecoding = newValue }
    }

    /// What encoders and decoders show as their `userInfo`.
    public var userInfo: [CodingUserInfoKey: any Sendable] {
        get { options.userInfo }
        set { options.userInfo = newValue }
    }
}
