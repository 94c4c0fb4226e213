import Hardware
import NetworkIR

/// Writes down a placed schedule as a plan.
struct PlanAssembly: Sendable {
  /// What the plan runs.
  let workload: Workload
  /// Decisions and L2 addresses.
  let placed: PlacedSchedule
  /// Addresses in RAM and flash.
  let l3: L3Placement

  /// The decisions and what follows from them.
  var scheduled: ScheduledNetwork { placed.scheduled }

  /// The finished document.
  func plan(target: Target, objective: Objective, model: PlannedModel, generator: String) -> DeploymentPlan {
    let layers = workload.layers.indices.map { plannedLayer($0) }
    let totals = totals(layers)
    return DeploymentPlan(
      generator: generator, model: model, target: PlannedTarget(target), objective: objective,
      solver: report(predictedCycles: totals.predictedCycles), totals: totals,
      budgets: target.budgets(for: workload.program),
      tensors: activations() + weights(), initialTransfers: initialTransfers(), layers: layers)
  }

  private func report(predictedCycles: Int) -> SolverReport {
    let bound = min(placed.bound, predictedCycles)
    return SolverReport(
      status: placed.isOptimal ? .optimal : .feasible, predictedCycles: predictedCycles, bound: bound,
      gap: predictedCycles > 0 ? Double(predictedCycles - bound) / Double(predictedCycles) : 0,
      nodes: placed.nodes, rows: placed.rows, columns: placed.columns)
  }

  private func totals(_ layers: [PlannedLayer]) -> PlanTotals {
    var totals = PlanTotals()
    for (step, layer) in layers.enumerated() {
      totals.macs += layer.macs
      totals.predictedCycles += layer.cycles.total
      totals.l1PeakBytes = max(totals.l1PeakBytes, scheduled.choice(step).l1PeakBytes)
      totals.l3ReadBytes += layer.transfers.l3ReadBytes
      totals.l3WriteBytes += layer.transfers.l3WriteBytes
      totals.l2l1ReadBytes += layer.transfers.l2l1ReadBytes
      totals.l2l1WriteBytes += layer.transfers.l2l1WriteBytes
      totals.dmaCommands += layer.transfers.dmaCommands
    }
    totals.l2PeakBytes = placed.placement.assignment.peakBytes
    return totals
  }

  private func activations() -> [PlannedTensor] {
    let inputs = Set(workload.inputs)
    let outputs = Set(workload.outputs)
    return scheduled.problem.lifetimes.compactMap { $0 }.flatMap { lifetime in
      let tensor = workload[lifetime.tensor]
      let isInput = inputs.contains(lifetime.tensor)
      let kind: PlannedTensor.Kind = isInput ? .input : outputs.contains(lifetime.tensor) ? .output : .activation
      func entry(_ level: MemoryLevel, _ offset: Int, _ steps: ClosedRange<Int>) -> PlannedTensor {
        PlannedTensor(
          name: tensor.name, kind: kind, shape: tensor.shape, type: tensor.type, level: level, offset: offset,
          bytes: lifetime.bytes, firstStep: steps.lowerBound, lastStep: steps.upperBound)
      }
      let inL2 = scheduled.residentRuns(of: lifetime).map { steps in
        entry(.l2, l2Offset(.tensor(lifetime.tensor, firstStep: steps.lowerBound)), steps)
      }
      guard let steps = scheduled.l3Steps(of: lifetime) else { return inL2 }
      return inL2 + [entry(.l3, l3Offset(lifetime.tensor), steps)]
    }
  }

  private func weights() -> [PlannedTensor] {
    workload.layers.indices.flatMap { layer -> [PlannedTensor] in
      guard let home = l3.weights[layer] else { return [] }
      let choice = scheduled.choice(layer)
      func entry(_ level: MemoryLevel, _ offset: Int, bytes: Int, _ steps: ClosedRange<Int>) -> PlannedTensor {
        PlannedTensor(
          name: workload.layers[layer].constantsName, kind: .weights,
          shape: Shape(height: 1, width: 1, channels: bytes), type: .uint8,
          level: level, offset: offset, bytes: bytes, firstStep: steps.lowerBound, lastStep: steps.upperBound)
      }
      let inL2 = scheduled.weightSteps(of: layer).map {
        [entry(.l2, constantsOffset(layer), bytes: choice.loadedConstantBytes, $0)]
      }
      let atHome = entry(
        scheduled.problem.constantsHome[layer], home, bytes: roundedUpTo4(choice.constantBytes),
        0...(workload.layers.count - 1))
      return [atHome] + (inL2 ?? [])
    }
  }

  private func initialTransfers() -> [L3Transfer] {
    workload.layers.indices.filter { scheduled.schedule.isPinned[$0] }.map { layer in
      weightTransfer(
        layer, firstByte: 0, bytes: roundedUpTo4(scheduled.choice(layer).constantBytes), phase: .before)
    }
  }

  /// A copy of some of a layer's constants from their home.
  func weightTransfer(_ layer: Int, firstByte: Int, bytes: Int, phase: L3Transfer.Phase) -> L3Transfer {
    guard let home = l3.weights[layer] else { preconditionFailure("a layer without constants has none to load") }
    return L3Transfer(
      kind: .weights, tensor: workload.layers[layer].constantsName, phase: phase,
      memory: scheduled.problem.constantsHome[layer],
      l3Offset: home + firstByte, l2Offset: constantsOffset(layer) + firstByte, bytes: bytes)
  }

  /// Address of the constants that the schedule loads to L2: their own place, or the slots of their head.
  private func constantsOffset(_ layer: Int) -> Int {
    let buffers = scheduled.choice(layer).buffers
    let slots = buffers.firstIndex { $0.level == .l2 && $0.operand == .weights }
    return l2Offset(slots.map { .slots(layer: layer, buffer: $0) } ?? .weights(layer: layer))
  }

  /// Address of something that the schedule keeps in L2.
  func l2Offset(_ occupant: L2Placement.Occupant) -> Int {
    guard let offset = placed.placement.offset(of: occupant) else {
      preconditionFailure("the schedule keeps \(occupant) in L2")
    }
    return offset
  }

  /// Address of an activation that the schedule keeps in L3.
  func l3Offset(_ tensor: TensorID) -> Int {
    guard let offset = l3.offset(of: tensor) else {
      preconditionFailure("the schedule keeps tensor \(tensor) in L3")
    }
    return offset
  }
}
