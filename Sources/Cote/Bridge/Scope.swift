/// A component, as what it is to be closed.
protocol Closable: Sendable {
    func close() async
}

/// Hands a component to `body`, and closes it when `body` has returned or thrown.
func closing<Component: Closable, Result>(
    _ component: Component,
    isolation: isolated (any Actor)?,
    after body: (Component) async throws -> Result
) async throws -> Result {
    do {
        let result = try await body(component)
        await component.close()
        return result
    } catch {
        await component.close()
        throw error
    }
}

extension Component {
    /// Returns when the component is closed, and closes it when the task is cancelled.
    func run() async {
        await withTaskCancellationHandler {
            await closed()
        } onCancel: {
            close()
        }
    }
}
