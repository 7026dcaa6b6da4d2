internal import Synchronization

/// Keeps one object that is used over and over, so that it need not be made anew each time: whoever finds it taken makes
/// another.
struct Spare<Object: AnyObject>: ~Copyable, Sendable {
    private let address = Atomic<UInt>(0)

    /// The object, which is the caller's alone from now on; `nil` if somebody else has it.
    func take() -> Object? {
        let pointer = UnsafeRawPointer(bitPattern: address.exchange(0, ordering: .acquiring))
        return pointer.map { Unmanaged<Object>.fromOpaque($0).takeRetainedValue() }
    }

    /// Keeps an object to which nobody else has a reference.
    func keep(_ object: Object) {
        let pointer = Unmanaged.passRetained(object).toOpaque()
        let before = address.exchange(UInt(bitPattern: pointer), ordering: .acquiringAndReleasing)
        if let before = UnsafeRawPointer(bitPattern: before) { Unmanaged<Object>.fromOpaque(before).release() }
    }
}
