internal import ArgumentParser

/// A length of time on the command line: seconds, with a fraction if need be.
struct Seconds: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let seconds = Double(argument), seconds.isFinite, seconds > 0 else { return nil }
        // Beyond that it is for ever anyway.
        duration = .seconds(min(seconds, 1e9))
    }
}
