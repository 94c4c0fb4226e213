package import NetworkIR
import TilingSolver

/// A plan for people.
package struct PlanTable {
  private let plan: DeploymentPlan

  package init(_ plan: DeploymentPlan) { self.plan = plan }

  /// A layer with that part of the network's cycles, or more, stands out.
  private static let greatShare = 0.1

  /// A line for each layer, then the whole.
  package var blocks: [TextBlock] {
    // What is looked for last goes first.
    var table = TextTable([
      .init("layer", cut: .middle), .init("op", rank: 4), .init("output", rank: 7), .init("mode", rank: 5),
      .init("tile", rank: 3), .init("tiles", rank: 11), .init("L1 bytes", rank: 10), .init("kernels", rank: 9),
      .init("L3", rank: 8), .init("cycles"), .init("share", rank: 1, isForTerminals: true),
      .init("limited by", rank: 2, isForTerminals: true), .init("MAC/cycle", rank: 6),
    ])
    table.rows = zip(plan.layers, PlanExplainer(plan).layerTimes()).map(cells)
    return [.table(table), .line("")] + summary
  }

  private func cells(of layer: PlannedLayer, _ time: LayerTime) -> [TextTable.Cell] {
    let share = Double(layer.cycles.total) / Double(max(1, plan.totals.predictedCycles))
    return [
      TextTable.Cell(layer.name), TextTable.Cell(layer.op, short: ShortWords.op(layer.op)), "\(layer.output.shape)",
      TextTable.Cell(layer.mode.rawValue, short: ShortWords.mode(layer.mode.rawValue)),
      TextTable.Cell(tile(of: layer)), "\(layer.tiles)", "\(l1Bytes(layer))", "\(layer.cycles.compute)",
      "\(layer.cycles.l3)", "\(layer.cycles.total)",
      TextTable.Cell(
        Figures.percent(layer.cycles.total, of: plan.totals.predictedCycles),
        share >= Self.greatShare ? .strong : nil),
      TextTable.Cell(time.limit.shortWords, time.limit.emphasis),
      TextTable.Cell(layer.macs == 0 ? "-" : ratio(layer.macs, layer.cycles.total)),
    ]
  }

  /// Height, width and output channels; `/n` where the tile is summed up from n input channels at a time.
  private func tile(of layer: PlannedLayer) -> String {
    let tile = layer.tile
    let passes = layer.geometry.groups == 1 && tile.inputChannels < layer.inputs[0].shape.channels
    return "\(tile.height)x\(tile.width)x\(tile.outputChannels)" + (passes ? "/\(tile.inputChannels)" : "")
  }

  private var summary: [TextBlock] {
    let totals = plan.totals
    let room = { (level: MemoryLevel) -> String in
      guard let budget = plan.budgets.first(where: { $0.level == level }) else { return "0 bytes" }
      let reserved = budget.items.map { "\($0.bytes) \($0.name)" }.joined(separator: ", ")
      return "\(budget.availableBytes) bytes" + (reserved.isEmpty ? "" : " (\(budget.capacityBytes) less \(reserved))")
    }
    return [
      .line(
        "\(plan.model.name) on \(plan.target.name): \(totals.predictedCycles) cycles predicted\(duration), "
          + "\(totals.macs) MACs (\(ratio(totals.macs, totals.predictedCycles)) MAC/cycle)", emphasis: .strong)
    ]
      + .lines([
        verdict
          + " (\(plan.solver.rows) rows, \(plan.solver.columns) columns, \(plan.solver.nodes) nodes)",
        "L1 \(totals.l1PeakBytes) of \(room(.l1))", "L2 \(totals.l2PeakBytes) of \(room(.l2))",
        "L2-L1 traffic \(totals.l2l1ReadBytes + totals.l2l1WriteBytes) bytes an inference, "
          + "\(ratio(Int((plan.trafficRatio * 1_000).rounded()), 1_000)) times each tensor once",
        "L3 reads \(totals.l3ReadBytes) and writes \(totals.l3WriteBytes) bytes an inference",
      ])
  }

  /// The predicted cycles as milliseconds of the cluster's clock.
  private var duration: String {
    let hertz = plan.target.figures.clocks.clusterHertz
    guard hertz > 0 else { return "" }
    return ", \(ratio(plan.totals.predictedCycles, hertz / 1_000)) ms at \(ratio(hertz, 1_000_000)) MHz"
  }

  /// What is proven of plans that could be better.
  private var verdict: String {
    let solver = plan.solver
    let gap = ratio(Int((solver.gap * 1_000_000).rounded(.up)), 10_000)
    let scope = plan.objective == .memory ? "in that little L2 no plan" : "no plan"
    return "\(solver.status.rawValue): by this cost model \(scope) takes less than \(solver.bound) cycles"
      + (solver.gap > 0 ? ", \(gap) % less" : "")
  }

  private func l1Bytes(_ layer: PlannedLayer) -> Int {
    layer.buffers.filter { $0.level == .l1 }.map { $0.offset + $0.bytes * $0.count }.max() ?? 0
  }

  private func ratio(_ numerator: Int, _ denominator: Int) -> String {
    guard denominator > 0 else { return "-" }
    let hundredths = (numerator * 100 + denominator / 2) / denominator
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}
