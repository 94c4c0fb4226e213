package import NetworkIR

/// Why a plan takes the time it takes, and what more memory would change.
package struct PlanExplanation: Codable, Equatable, Sendable {
  package var model: String
  package var target: String
  package var objective: Objective
  /// Of one inference, by the plan.
  package var cycles: Int
  /// Where they go.
  package var parts: TimeParts
  /// When L2 is fullest.
  package var l2Peak: MemoryPeak
  /// Names of the layers that take most of them, the costliest first.
  package var costliest: [String]
  /// In the order of the plan; only those that were asked for.
  package var layers: [LayerExplanation]
  /// nil where it was not asked for.
  package var memory: MemoryStudy?
}

/// When most bytes of a level hold something.
package struct MemoryPeak: Codable, Equatable, Sendable {
  package var bytes: Int
  /// Of the level, for data.
  package var availableBytes: Int
  /// The steps in which so many are used.
  package var steps: [Int]
}

/// Where a layer's time goes, and what limits it.
package struct LayerTime: Codable, Equatable, Sendable {
  package var parts: TimeParts
  /// The resource whose absence would save most.
  package var limit: TimeParts.Resource
}

/// What other sizes of L1 and L2 would change, found by planning again without pins.
package struct MemoryStudy: Codable, Equatable, Sendable {
  /// The same network on a chip with more of one memory.
  package struct Variant: Codable, Equatable, Sendable {
    package var level: MemoryLevel
    package var extraBytes: Int
    /// Of the level then.
    package var totalBytes: Int
    /// nil where planning fails.
    package var cycles: Int?
    /// Cycles that it takes less than planned anew with the memories as they are; below 0 where it takes more.
    package var savedCycles: Int?
    /// Why planning fails.
    package var refusal: String?
  }

  /// Planned anew with the memories as they are: equals the plan's cycles unless it was pinned, made by another version,
  /// or changed by hand; nil where planning fails.
  package var cycles: Int?
  package var variants: [Variant]
}
