internal import CCoteCore

/// The core's callback of a subscriber, on its loop: a publisher dropped messages for it.
func componentDidMiss(
    context: UnsafeMutableRawPointer?,
    publisher: UnsafePointer<cote_peer>?,
    dropped: UInt64
) {
    let gap = Gap(publisher: Peer(publisher!.pointee), dropped: Int(clamping: dropped))
    Unmanaged<Component>.fromOpaque(context!).takeUnretainedValue().didMiss(gap)
}
