import NetworkIR
import Testing

/// What every plan must satisfy, read from the plan alone.
struct PlanInvariants {
  let plan: DeploymentPlan

  /// Sentences about what is wrong; empty for a sound plan.
  func violations() -> [String] {
    overlaps() + operandProblems() + weightProblems() + transferProblems() + sumProblems()
  }

  private struct Area {
    var name: String
    var level: MemoryLevel
    var bytes: Range<Int>
    var steps: ClosedRange<Int>
  }

  private var areas: [Area] {
    // A head lies in the slots of its layer, which stand for it in the layer's step.
    let heads = plan.layers.filter { $0.constants?.headChunks != nil }
    let isHead = { (tensor: PlannedTensor) in
      tensor.level == .l2 && heads.contains { $0.constants?.tensor == tensor.name && $0.step > tensor.firstStep }
    }
    let apart = plan.tensors.filter { tensor in
      isHead(tensor) || !heads.contains { $0.constants?.tensor == tensor.name && tensor.level == .l2 }
    }
    let tensors = apart.map {
      Area(
        name: $0.name, level: $0.level, bytes: $0.offset..<($0.offset + $0.bytes),
        steps: $0.firstStep...($0.lastStep - (isHead($0) ? 1 : 0)))
    }
    let slots = plan.layers.flatMap { layer in
      layer.buffers.filter { $0.level == .l2 }.map {
        Area(
          name: "\(layer.name) \($0.operand) slots", level: .l2, bytes: $0.offset..<($0.offset + $0.bytes * $0.count),
          steps: layer.step...layer.step)
      }
    }
    return tensors + slots
  }

  private func overlaps() -> [String] {
    let areas = areas
    var found: [String] = []
    for (index, one) in areas.enumerated() {
      let available = plan.budgets.first { $0.level == one.level }?.availableBytes ?? 0
      if one.bytes.lowerBound % 4 != 0 || one.bytes.count % 4 != 0 { found.append("\(one) is not aligned") }
      if one.bytes.upperBound > available { found.append("\(one) leaves the \(available) B of its level") }
      for other in areas.dropFirst(index + 1)
      where one.level == other.level && one.steps.overlaps(other.steps) && one.bytes.overlaps(other.bytes)
        && !takesPlace(one, of: other) && !takesPlace(other, of: one)
      {
        found.append("\(one) overlaps \(other)")
      }
    }
    return found
  }

  /// Whether `output` is written over `input` by an element-wise layer that reads it last.
  private func takesPlace(_ output: Area, of input: Area) -> Bool {
    guard output.bytes == input.bytes, output.steps.lowerBound == input.steps.upperBound else { return false }
    let layer = plan.layers[output.steps.lowerBound]
    let isElementwise = ["addition", "multiplication", "maximum", "minimum", "pairwise", "rescale", "lookup"]
      .contains(layer.op)
    return isElementwise && layer.mode == .full && layer.output.tensor == output.name
      && layer.inputs.contains { $0.tensor == input.name && $0.shape == layer.output.shape }
  }

  private func place(_ tensor: String, _ level: MemoryLevel, _ step: Int) -> PlannedTensor? {
    plan.tensors.first { $0.name == tensor && $0.level == level && ($0.firstStep...$0.lastStep).contains(step) }
  }

  private func operandProblems() -> [String] {
    plan.layers.flatMap { layer in
      (layer.inputs + [layer.output]).filter { place($0.tensor, $0.level, layer.step) == nil }
        .map { "step \(layer.step): \($0.tensor) is not in \($0.level)" }
    }
  }

  private func weightProblems() -> [String] {
    plan.layers.compactMap { layer in
      guard let constants = layer.constants, constants.level == .l2 || constants.headChunks != nil else { return nil }
      let slots = layer.buffers.first { $0.level == .l2 && $0.operand == .weights }
      let needed = constants.headChunks.map { $0 * (slots?.bytes ?? 0) } ?? constants.bytes
      let initial = plan.initialTransfers.filter { $0.tensor == constants.tensor }
      let before = plan.layers.prefix(layer.step).flatMap(\.transfers.l3)
      let own = layer.transfers.l3.filter { $0.phase == .before }
      let loads = (initial + before + own).filter { $0.kind == .weights && $0.tensor == constants.tensor }
      let homes = [MemoryLevel.l3, .flash].compactMap { place(constants.tensor, $0, layer.step) }
      guard let home = homes.first, let held = place(constants.tensor, .l2, layer.step)
      else { return "step \(layer.step): constants have no place" }
      if constants.headChunks != nil, slots?.offset != held.offset || slots?.count != constants.headChunks {
        return "step \(layer.step): a head outside its slots"
      }
      var end = 0
      for load in loads {
        if load.l3Offset != home.offset + end || load.l2Offset != held.offset + end {
          return "step \(layer.step): a load of constants goes to the wrong place"
        }
        end += load.bytes
      }
      return end == needed ? nil : "step \(layer.step): \(end) of \(needed) B of constants loaded"
    }
  }

  private func transferProblems() -> [String] {
    var stored: Set<String> = []
    return plan.layers.flatMap { layer in
      layer.transfers.l3.compactMap { transfer -> String? in
        guard let inL2 = place(transfer.tensor, .l2, layer.step),
          let inL3 = place(transfer.tensor, transfer.memory, layer.step)
        else { return "step \(layer.step): \(transfer.tensor) is moved without a place" }
        let fits =
          transfer.l2Offset >= inL2.offset && transfer.l2Offset + transfer.bytes <= inL2.offset + inL2.bytes
          && transfer.l3Offset >= inL3.offset && transfer.l3Offset + transfer.bytes <= inL3.offset + inL3.bytes
        if !fits || transfer.bytes % 4 != 0 || transfer.bytes <= 0 { return "step \(layer.step): \(transfer) is wrong" }
        if transfer.kind == .pageIn, !stored.contains(transfer.tensor) {
          return "step \(layer.step): \(transfer) reads what was not stored"
        }
        if transfer.kind == .pageOut { stored.insert(transfer.tensor) }
        return nil
      }
    }
  }

  private func sumProblems() -> [String] {
    let cycles = plan.layers.reduce(0) { $0 + $1.cycles.total }
    let isSound =
      plan.totals.predictedCycles == cycles && plan.solver.predictedCycles == cycles && plan.solver.bound <= cycles
      && plan.layers.map(\.step) == Array(plan.layers.indices)
      && plan.totals.l2PeakBytes == areas.filter { $0.level == .l2 }.map(\.bytes.upperBound).max()
    return isSound ? [] : ["the sums are wrong"]
  }
}
