import Hardware
package import NetworkIR

/// The options of every command that plans.
package struct PlanningOptions: Sendable {
  /// Name of a built-in target, or path of a target file.
  package var target = "gap8"
  package var l1Bytes: Int?
  package var l2Bytes: Int?
  package var cores: Int?
  package var objective = Objective.latency
  /// Least bytes of L2 that tensors and buffers leave to the program and all that is reserved.
  package var codeReservedBytes = 0
  /// A file with decisions that are fixed: any part of a plan.
  package var pinPath: String?

  package init() {}

  /// The target with the command line's changes.
  ///
  /// - Throws: `Refusal` where it is neither a known name nor a valid file, or a change makes it impossible.
  package func resolvedTarget() throws(Refusal) -> Target {
    let isFile = target.contains("/") || target.hasSuffix(".json") || target.hasSuffix(".json5")
    let base =
      isFile
      ? try Target(json: try ModelFile.read(target, limitBytes: ModelFile.documentLimitBytes), fileName: target)
      : try Target.named(target)
    return try base.overriding(l1Bytes: l1Bytes, l2Bytes: l2Bytes, cores: cores)
  }
}
