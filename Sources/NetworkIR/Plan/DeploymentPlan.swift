/// Everything that was decided about how a network runs: one JSON document.
///
/// The plan is self-contained: with the weights it is enough to write the C, and without the model it is enough to
/// check, explain and draw every transfer. Sizes are in bytes, times in cluster cycles, layout is HWC.
package struct DeploymentPlan: Codable, Equatable, Sendable {
  /// Version of this document's format; readers refuse what they do not know.
  package var version: Int
  /// The tool and its version.
  package var generator: String
  package var model: PlannedModel
  package var target: PlannedTarget
  package var objective: Objective
  package var solver: SolverReport
  package var totals: PlanTotals
  /// What each level holds besides tensors, and what that leaves.
  package var budgets: [MemoryBudget]
  /// What occupies L2, L3 and flash, when: a tensor that is paged out has several entries.
  package var tensors: [PlannedTensor]
  /// Done once, before the first inference: weights that stay in L2 for good.
  package var initialTransfers: [L3Transfer]
  /// One per step, in order.
  package var layers: [PlannedLayer]
  /// Of everything else in the document, so that a changed prediction or name is noticed too; empty until the plan is
  /// sealed. See `PlanVerifier.digest(of:)`.
  package var digest = ""

  package static let currentVersion = 2

  package init(
    version: Int = currentVersion, generator: String, model: PlannedModel, target: PlannedTarget,
    objective: Objective, solver: SolverReport, totals: PlanTotals, budgets: [MemoryBudget],
    tensors: [PlannedTensor], initialTransfers: [L3Transfer], layers: [PlannedLayer]
  ) {
    self.version = version
    self.generator = generator
    self.model = model
    self.target = target
    self.objective = objective
    self.solver = solver
    self.totals = totals
    self.budgets = budgets
    self.tensors = tensors
    self.initialTransfers = initialTransfers
    self.layers = layers
  }
}

/// What the planner minimises.
package enum Objective: String, Codable, Sendable, CaseIterable {
  /// Cycles of one inference in steady state: weights that fit stay in L2.
  case latency
  /// Cycles from power-up to the first result: every weight comes once from flash, or from RAM where there is no flash.
  case cold
  /// Least L2 peak, then latency.
  case memory
}

/// A level of memory.
package enum MemoryLevel: String, Codable, Sendable, CaseIterable {
  case l1, l2
  /// External memory that is read and written: weights and paged activations.
  case l3
  /// External memory that is only read: weights.
  case flash

  /// What lies there reaches a layer through L2.
  package var isExternal: Bool { self == .l3 || self == .flash }
}

/// The model that the plan is for.
package struct PlannedModel: Codable, Equatable, Sendable {
  package var name: String
  /// Of the model file, lower-case hexadecimal; empty where there is no file.
  package var sha256: String

  package init(name: String, sha256: String) {
    self.name = name
    self.sha256 = sha256
  }
}

/// The chip that the plan is for, after the command line's changes.
package struct PlannedTarget: Codable, Equatable, Sendable {
  package var name: String
  package var l1Bytes: Int
  package var l2Bytes: Int
  /// Read-write L3: weights and paged activations.
  package var l3Bytes: Int
  package var cores: Int
  /// All figures that the plan was made with, so that it can be explained and made again without the target's file.
  package var figures: Target

  /// The sizes of a chip, and the chip.
  package init(_ target: Target) {
    name = target.name
    l1Bytes = target.l1.bytes
    l2Bytes = target.l2.bytes
    l3Bytes = target.ram.bytes
    cores = target.cores
    figures = target
  }
}

/// How the whole-network model was solved.
package struct SolverReport: Codable, Equatable, Sendable {
  package enum Status: String, Codable, Sendable { case optimal, feasible }

  package var status: Status
  /// The model's objective for this plan, in cycles.
  package var predictedCycles: Int
  /// No plan within the model is faster than this.
  package var bound: Int
  /// `(predictedCycles - bound) / predictedCycles`
  package var gap: Double
  /// Branch-and-bound nodes.
  package var nodes: Int
  package var rows: Int
  package var columns: Int

  package init(
    status: Status, predictedCycles: Int, bound: Int, gap: Double, nodes: Int, rows: Int, columns: Int
  ) {
    self.status = status
    self.predictedCycles = predictedCycles
    self.bound = bound
    self.gap = gap
    self.nodes = nodes
    self.rows = rows
    self.columns = columns
  }
}

/// Sums over the layers, and the peaks of memory.
package struct PlanTotals: Codable, Equatable, Sendable {
  package var macs = 0
  package var predictedCycles = 0
  /// Highest used byte address of the L2 data area.
  package var l2PeakBytes = 0
  /// Highest used byte address of the L1 data area, over all layers.
  package var l1PeakBytes = 0
  /// From RAM and flash to L2.
  package var l3ReadBytes = 0
  package var l3WriteBytes = 0
  package var l2l1ReadBytes = 0
  package var l2l1WriteBytes = 0
  package var dmaCommands = 0

  package init() {}
}

/// How the bytes of one level are divided before any tensor is placed.
package struct MemoryBudget: Codable, Equatable, Sendable {
  package struct Item: Codable, Equatable, Sendable {
    /// `stacks`, `code`, `tables`, `reserve`
    package var name: String
    package var bytes: Int

    package init(name: String, bytes: Int) {
      self.name = name
      self.bytes = bytes
    }
  }

  package var level: MemoryLevel
  package var capacityBytes: Int
  /// Subtracted from the capacity.
  package var items: [Item]
  /// Left for tensors and buffers: their addresses run from 0 to this.
  package var availableBytes: Int

  package init(level: MemoryLevel, capacityBytes: Int, items: [Item], availableBytes: Int) {
    self.level = level
    self.capacityBytes = capacityBytes
    self.items = items
    self.availableBytes = availableBytes
  }
}
