internal import Glibc

/// What the processes of one measurement have for themselves, so that they meet nobody else.
struct Mesh {
    let key = "bench-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let discoveryPort = UInt16.random(in: 20_000..<30_000)
}
