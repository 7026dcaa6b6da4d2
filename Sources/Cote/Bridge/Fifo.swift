/// First in, first out.
struct Fifo<Element> {
    private var newest: [Element] = []
    /// The last one goes first.
    private var oldest: [Element] = []

    var count: Int { newest.count + oldest.count }

    mutating func append(_ element: Element) {
        newest.append(element)
    }

    mutating func popFirst() -> Element? {
        if oldest.isEmpty {
            swap(&oldest, &newest)
            oldest.reverse()
        }
        return oldest.popLast()
    }
}
