/// A machine that runs the generated C.
package enum Backend: String, Sendable, CaseIterable {
  /// This machine, with simulated transfers.
  case host
  /// The cycle-accurate simulator of the cluster.
  case cluster
}
