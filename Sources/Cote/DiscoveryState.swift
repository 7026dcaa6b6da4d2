/// Whether a component can find others, and be found.
public enum DiscoveryState: Sendable, Hashable {
    /// Hellos go out and come in.
    case working
    /// They do not, for this reason: there is no network, say, or redis refuses the password. What is connected stays so,
    /// and discovery is tried again by itself.
    case failing(String)
}
