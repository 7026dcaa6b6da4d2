/// A handler's place at a responder or a subscriber.
public struct Registration: Sendable {
    private let takeBack: @Sendable () -> Void

    init(takeBack: @escaping @Sendable () -> Void) {
        self.takeBack = takeBack
    }

    /// Takes the handler back: it is given nothing any more, soon. What it was given before it may finish. May be called
    /// again.
    public func cancel() {
        takeBack()
    }
}
