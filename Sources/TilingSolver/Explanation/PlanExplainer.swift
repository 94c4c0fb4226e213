import Hardware
package import NetworkIR

/// Finds out why a plan takes the time it takes, from the plan alone.
package struct PlanExplainer: Sendable {
  private let plan: DeploymentPlan
  private let workload: Workload
  private let model: CostModel
  var layers: [PlannedLayer] { plan.layers }
  /// Layers that are named as the costliest ones.
  private static let costliestCount = 5

  /// The plan is taken to be one that `PlanVerifier` accepts.
  package init(_ plan: DeploymentPlan) {
    self.plan = plan
    workload = Workload(plan)
    model = CostModel(plan.target.figures)
  }

  /// Explains the network and all layers, or one of them; without a study of memory.
  ///
  /// - Parameter name: the layer; nil for all.
  /// - Returns: figures and alternatives.
  package func explanation(of name: String? = nil) -> PlanExplanation {
    let byCost = plan.layers.sorted { ($1.cycles.total, $0.step) < ($0.cycles.total, $1.step) }
    return PlanExplanation(
      model: plan.model.name, target: plan.target.name, objective: plan.objective,
      cycles: plan.totals.predictedCycles,
      parts: plan.layers.reduce(TimeParts()) { $0 + recurrence($1).parts }, l2Peak: l2Peak,
      costliest: byCost.prefix(Self.costliestCount).map(\.name),
      layers: plan.layers.filter { name == nil || $0.name == name }.map(layerExplanation))
  }

  /// Where the time of each layer goes, in the order of the plan.
  package func layerTimes() -> [LayerTime] {
    plan.layers.map { layer in
      let recurrence = recurrence(layer)
      return LayerTime(parts: recurrence.parts, limit: recurrence.savings.greatest)
    }
  }

  private var l2Peak: MemoryPeak {
    let bytes = plan.layers.map { plan.occupiedBytes(of: .l2, in: $0) }
    let most = bytes.max() ?? 0
    return MemoryPeak(
      bytes: most, availableBytes: plan.budgets.first { $0.level == .l2 }?.availableBytes ?? 0,
      steps: bytes.indices.filter { bytes[$0] == most })
  }

  /// What the network would take with `extraBytes` more of L1 or of L2, each found by planning anew.
  ///
  /// - Parameters:
  ///   - extraBytes: the sizes to try, multiples of 4.
  ///   - progress: told what is about to be planned.
  /// - Returns: first the variants of L1, then those of L2.
  package func memoryStudy(
    extraBytes: [Int] = [1_024, 4_096, 16_384], progress: (String) -> Void = { _ in }
  ) -> MemoryStudy {
    progress("planning anew with the memories as they are")
    let target = plan.target.figures
    let base = NetworkScheduling(workload, target: target, objective: plan.objective)
    let cycles = try? base.fitted().cycles
    var study = MemoryStudy(cycles: cycles, variants: [])
    func add(_ level: MemoryLevel, _ extra: Int, totalBytes: Int, _ plan: () throws(Refusal) -> Int) {
      progress("planning with \(totalBytes) B of \(level == .l1 ? "L1" : "L2")")
      var variant = MemoryStudy.Variant(level: level, extraBytes: extra, totalBytes: totalBytes)
      do {
        let found = try plan()
        variant.cycles = found
        variant.savedCycles = cycles.map { $0 - found }
      } catch {
        variant.refusal = error.diagnostics.first?.message
      }
      study.variants.append(variant)
    }
    for extra in extraBytes {
      var larger = target
      larger.l1.bytes += extra
      add(.l1, extra, totalBytes: larger.l1.bytes) { () throws(Refusal) in
        try NetworkScheduling(workload, target: larger, objective: plan.objective).fitted().cycles
      }
    }
    for extra in extraBytes {
      add(.l2, extra, totalBytes: target.l2.bytes + extra) { () throws(Refusal) in
        try base.fitted(moreL2Bytes: extra).cycles
      }
    }
    return study
  }

  /// The time of one of the layers.
  func recurrence(_ layer: PlannedLayer) -> LayerRecurrence {
    LayerRecurrence(layer, in: workload, model: model)
  }

  private func layerExplanation(_ layer: PlannedLayer) -> LayerExplanation {
    let shape = workload.layers[layer.step].shape
    let recurrence = recurrence(layer)
    let l1Available = plan.budgets.first { $0.level == .l1 }?.availableBytes ?? 0
    let alternatives = TileAlternatives(layer: layer, shape: shape, model: model, l1Bytes: l1Available)
    let savings = recurrence.savings
    return LayerExplanation(
      name: layer.name, op: layer.op, step: layer.step, mode: layer.mode, stripe: layer.stripe, macs: layer.macs,
      cycles: layer.cycles.total, chunkCycles: recurrence.chunkCycles, parts: recurrence.parts, savings: savings,
      limit: savings.greatest,
      tile: layer.tile, inputChannels: shape.channels == .mixed ? shape.input.channels : nil,
      loopOrder: layer.loopOrder, split: layer.split, tiles: layer.tiles, buffers: layer.buffers,
      l1AvailableBytes: l1Available,
      l1Bytes: layer.buffers.reduce(0) { $1.level == .l1 ? max($0, $1.offset + $1.bytes * $1.count) : $0 },
      largerTiles: alternatives.larger(stepCycles: recurrence.stepCycles(of:)),
      runnerUp: alternatives.runnerUp(stepCycles: recurrence.stepCycles(of:)),
      coreEfficiency: coreEfficiency(layer, compute: recurrence.compute),
      trafficBytes: layer.trafficBytes, tensorBytes: layer.tensorBytes,
      constants: layer.constants.map { arrival(of: $0, layer) }, overwritten: plan.overwrittenTensor(in: layer),
      copies: layer.transfers.l3.filter { $0.tensor != layer.constants?.tensor })
  }

  /// The kernels of one core without the time to start them, over those of all cores with it, times the cores.
  private func coreEfficiency(_ layer: PlannedLayer, compute: Int) -> Double {
    var single = plan.target.figures
    single.cores = 1
    single.kernels.launchCycles = 0
    let work = LayerRecurrence(layer, in: workload, model: CostModel(single)).compute
    return compute > 0 ? Double(work) / Double(compute * plan.target.cores) : 0
  }

  private func arrival(of constants: PlannedConstants, _ layer: PlannedLayer) -> ConstantsArrival {
    let home = plan.tensors.first { $0.name == constants.tensor && $0.level != .l2 }?.level ?? .l3
    let loads = plan.layers.flatMap { step in
      step.transfers.l3.filter { $0.tensor == constants.tensor }.map {
        ConstantsArrival.Load(step: step.step, layer: step.name, phase: $0.phase, bytes: $0.bytes)
      }
    }
    let slots = layer.buffers.first { $0.level == .l2 && $0.operand == .weights }
    let isResident = plan.initialTransfers.contains { $0.tensor == constants.tensor }
    return ConstantsArrival(
      kind: isResident ? .resident : constants.level == .l2 ? .fetched : .streamed, bytes: constants.bytes,
      home: home, loads: loads, slotBytes: slots?.bytes ?? 0, slots: slots?.count ?? 0)
  }
}
