import NetworkIR

/// What pins of tensors decide about a schedule, and where they contradict the network or each other.
struct SchedulePins: Sendable {
  /// Where a layer's constants must be.
  enum Constants: Equatable, Sendable {
    /// In L2 for good.
    case pinned
    /// In L2, whole or their head, from a step to the layer's own.
    case window(from: Int)
    /// In L2 when the layer begins, whole or their head; since when is free.
    case whole
  }

  /// By `TensorID`: true, lives in L3; false, in L2; nil, free.
  private(set) var isInL3: [Bool?]
  /// By `TensorID`, by gap step: whether L2 holds the tensor; steps that are missing are free.
  private(set) var isResident: [[Int: Bool]]
  /// By layer; nil: free.
  private(set) var constants: [Constants?]
  /// DG0521, one for each pin that cannot be.
  private(set) var conflicts: [Diagnostic] = []

  /// Reads the pins of a workload's tensors.
  init(_ pins: Pins, _ workload: Workload, _ lifetimes: [TensorLifetime?], mayPin: Bool) {
    isInL3 = lifetimes.map { _ in nil }
    isResident = lifetimes.map { _ in [:] }
    constants = workload.layers.map { _ in nil }
    guard !pins.tensors.isEmpty else { return }
    for case let lifetime? in lifetimes {
      let name = workload[lifetime.tensor].name
      let entries = pins.tensors.filter { $0.name == name }
      let inL2 = entries.filter { $0.level == .l2 }
      if entries.contains(where: { $0.level == .flash }) {
        conflicts.append(Self.conflict(name, "is pinned to flash, where only constants are", "pin it to l2 or l3"))
      }
      if !entries.isEmpty { isInL3[lifetime.tensor] = inL2.isEmpty }
      readResidency(inL2, lifetime, name)
    }
    for layer in workload.layers.indices {
      let name = workload.layers[layer].constantsName
      let inL2 = pins.tensors.filter { $0.name == name && $0.level == .l2 }
      if let entry = inL2.first { readConstants(entry, layer, last: workload.layers.count - 1, name, mayPin: mayPin) }
      if inL2.count > 1 {
        conflicts.append(
          Self.conflict(name, "has \(inL2.count) pins in l2, but constants are loaded once", "keep one of them"))
      }
    }
  }

  /// Whether the layer at a step may run by a choice.
  func allows(_ choice: LayerChoice, of layer: WorkloadLayer, at step: Int) -> Bool {
    switch constants[step] {
    case nil: break
    case .pinned: if !choice.needsResidentConstants { return false }
    case .window, .whole: if choice.loadedConstantBytes == 0 { return false }
    }
    let operands = zip(layer.inputs.map(\.tensor) + [layer.output], choice.inputsInL3 + [choice.outputInL3])
    return operands.allSatisfy { tensor, level in isInL3[tensor].map { $0 == level } ?? true }
  }

  /// Whether a schedule decides as the pins do.
  func allows(_ schedule: Schedule) -> Bool {
    let tensors = isInL3.indices.allSatisfy { tensor in
      (isInL3[tensor].map { $0 == schedule.isInL3[tensor] } ?? true)
        && isResident[tensor].allSatisfy { $0.value != schedule.absences[tensor].contains($0.key) }
    }
    return tensors
      && constants.indices.allSatisfy { layer in
        switch constants[layer] {
        case nil: true
        case .pinned: schedule.isPinned[layer]
        case .window(let first): schedule.window[layer] == first
        case .whole: schedule.isPinned[layer] || schedule.window[layer] != nil
        }
      }
  }

  /// Entries with both ends are all the runs there are; one with one end says that a run starts or ends there.
  private mutating func readResidency(_ entries: [TensorPin], _ lifetime: TensorLifetime, _ name: String) {
    var wanted: [Int: Bool] = [:]
    let isComplete = entries.allSatisfy { $0.firstStep != nil && $0.lastStep != nil }
    if isComplete, !entries.isEmpty { for step in lifetime.live { wanted[step] = false } }
    for entry in entries {
      let steps = (entry.firstStep ?? entry.lastStep, entry.lastStep ?? entry.firstStep)
      guard let first = steps.0, let last = steps.1 else { continue }
      guard first <= last, lifetime.live.contains(first), lifetime.live.contains(last) else {
        let life = "from step \(lifetime.live.lowerBound) to \(lifetime.live.upperBound)"
        conflicts.append(
          Self.conflict(
            name, "is pinned to l2 from step \(first) to \(last), but lives \(life)", "pin steps of its life"))
        return
      }
      for step in first...last { wanted[step] = true }
      if entry.firstStep != nil, first > lifetime.live.lowerBound, wanted[first - 1] == nil {
        wanted[first - 1] = false
      }
      if entry.lastStep != nil, last < lifetime.live.upperBound, wanted[last + 1] == nil { wanted[last + 1] = false }
    }
    for step in wanted.keys.sorted() {
      guard let isWanted = wanted[step] else { continue }
      if lifetime.gaps.contains(step) {
        isResident[lifetime.tensor][step] = isWanted
      } else if !isWanted {
        let reason = lifetime.isUsed(in: step) ? "a layer uses it there" : "it is written out beside that step"
        conflicts.append(
          Self.conflict(
            name, "is pinned so that l2 lacks it in step \(step), but \(reason)", "pin it to l2 in that step"))
      }
    }
  }

  private mutating func readConstants(_ entry: TensorPin, _ layer: Int, last: Int, _ name: String, mayPin: Bool) {
    switch (entry.firstStep, entry.lastStep) {
    case (0?, last?) where mayPin: constants[layer] = .pinned
    case (let first?, let end) where first <= layer && (end ?? layer) == layer: constants[layer] = .window(from: first)
    case (nil, let end) where (end ?? layer) == layer: constants[layer] = .whole
    default:
      let steps = "from step \(entry.firstStep ?? 0) to \(entry.lastStep ?? layer)"
      let forGood = mayPin ? ", or to all steps from 0 to \(last)" : ""
      conflicts.append(
        Self.conflict(
          name, "is pinned to l2 \(steps), but its layer runs in step \(layer)",
          "pin it from a step up to \(layer) to step \(layer)\(forGood)"))
    }
  }

  static func conflict(_ name: String, _ problem: String, _ hint: String) -> Diagnostic {
    Diagnostic(code: "DG0521", message: "'\(name)' \(problem)", hint: hint)
  }
}

extension PlanningProblem {
  /// DG0521, one for each pin that cannot be: against the life of its tensor, against another pin, or because no choice of
  /// a layer is left.
  var pinConflicts: [Diagnostic] { schedulePins.conflicts + choiceConflicts + offsetConflicts }

  private var choiceConflicts: [Diagnostic] {
    steps.filter { choices[$0].isEmpty && !unpinnedChoices[$0].isEmpty }.map { step in
      let layer = workload.layers[step]
      let names = Set((layer.inputs.map(\.tensor) + [layer.output]).map { workload[$0].name } + [layer.constantsName])
      let wanted = pins.tensors.filter { names.contains($0.name) }.map { "'\($0.name)' in \($0.level.rawValue)" }
      return Diagnostic(
        code: "DG0521", node: layer.source, op: layer.op,
        message: "no tiling of '\(layer.name)' that fits has \(wanted.joined(separator: " and ")), as is pinned",
        hint: "remove one of these pins, or a pin of the layer's mode or stripe")
    }
  }
}
