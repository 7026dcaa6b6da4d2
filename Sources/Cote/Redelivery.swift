/// Which requests are sent again when their connection is lost before they were answered; the others fail with
/// ``CoteError/Code/connectionLost``.
///
/// A request that is sent again keeps its id and its deadline, and goes before all that wait. It may reach another
/// responder than before. After three lost connections over which something of it was sent it fails in any case, so that a
/// request that ends whoever handles it does not end them all.
public enum Redelivery: Sendable, Hashable {
    /// Those of which nothing was sent yet, and those that are idempotent, as their sender says: nothing is done twice that
    /// must not be.
    case whenSafe

    /// All of them: each is done at least once, and perhaps more often.
    case always

    /// None.
    case never
}
