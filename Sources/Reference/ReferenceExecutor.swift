package import NetworkIR

/// Evaluates a network exactly, element by element, as the model's rules prescribe: the oracle.
///
/// Values are int32 in HWC order, whatever their stored type. Shares no code with planner, emitter or kernels.
package struct ReferenceExecutor: Sendable {
  package let network: Network

  package init(_ network: Network) { self.network = network }
}
