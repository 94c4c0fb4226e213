import NetworkIR

extension Findings {
  /// The plan's totals are the sums over its layers, its peaks the ends of what lies highest.
  mutating func checkTotals(of plan: DeploymentPlan) {
    let totals = plan.totals
    let layers = plan.layers
    func sum(_ part: KeyPath<PlannedLayer, Int>) -> Int { layers.reduce(0) { $0 + $1[keyPath: part] } }
    let sums: [(found: Int, layers: Int, name: String)] = [
      (totals.macs, sum(\.macs), "macs"),
      (totals.predictedCycles, sum(\.cycles.total), "predicted cycles"),
      (totals.l3ReadBytes, sum(\.transfers.l3ReadBytes), "bytes from l3"),
      (totals.l3WriteBytes, sum(\.transfers.l3WriteBytes), "bytes to l3"),
      (totals.l2l1ReadBytes, sum(\.transfers.l2l1ReadBytes), "bytes from l2 to l1"),
      (totals.l2l1WriteBytes, sum(\.transfers.l2l1WriteBytes), "bytes from l1 to l2"),
      (totals.dmaCommands, sum(\.transfers.dmaCommands), "dma commands"),
    ]
    for (found, layers, name) in sums {
      expect(found, equals: layers, .totals, at: .plan, "\(name) of the plan, as the sum over the layers")
    }
    expect(totals.l2PeakBytes, equals: plan.peakBytes(of: .l2), .totals, at: .plan, "highest used address of l2")
    expect(totals.l1PeakBytes, equals: plan.peakBytes(of: .l1), .totals, at: .plan, "highest used address of l1")
  }

  /// Predictions that contradict each other or the bytes that are moved.
  mutating func checkCycles(of plan: DeploymentPlan) {
    for layer in plan.layers {
      let place = Place.layer(layer)
      let cycles = layer.cycles
      let slowest = max(cycles.compute, cycles.dma, cycles.l3)
      expect(cycles.total, atLeast: slowest, .cycles, at: place, "cycles of the step below those of its slowest part")
      expect(cycles.compute, atLeast: 1, .cycles, at: place, "cycles of the kernels")
      expect(
        cycles.dma, atLeast: layer.isDirect ? 0 : 1, .cycles, at: place, "cycles of the copies between l2 and l1")
      if layer.isDirect { expect(cycles.dma, equals: 0, .cycles, at: place, "cycles of copies between l2 and l1") }
      let usesL3 = layer.transfers.l3ReadBytes + layer.transfers.l3WriteBytes > 0
      require((cycles.l3 > 0) == usesL3, .cycles, at: place, "cycles of l3 without bytes, or bytes without cycles")
    }
    checkSolver(plan.solver, predicted: plan.totals.predictedCycles)
  }

  private mutating func checkSolver(_ solver: SolverReport, predicted: Int) {
    expect(
      solver.predictedCycles, equals: predicted, .cycles, at: .plan, "the solver's prediction is not the plan's")
    expect(solver.bound, atMost: solver.predictedCycles, .cycles, at: .plan, "the solver's bound above its plan")
    let distance = solver.predictedCycles - solver.bound
    // In cycles, so that a bound that is off by one is seen however long the run is.
    let isConsistent = abs(solver.gap * Double(solver.predictedCycles) - Double(distance)) < 0.5
    require(
      isConsistent && solver.gap >= 0, .cycles, at: .plan,
      "gap \(solver.gap) is not \(distance) in \(solver.predictedCycles) cycles")
  }
}

extension DeploymentPlan {
  /// The end of what lies highest in a level.
  fileprivate func peakBytes(of level: MemoryLevel) -> Int {
    let tensors = tensors.filter { $0.level == level }.map(\.range.upperBound)
    let buffers = layers.flatMap(\.buffers).filter { $0.level == level }.map(\.range.upperBound)
    return (tensors + buffers).max() ?? 0
  }
}
