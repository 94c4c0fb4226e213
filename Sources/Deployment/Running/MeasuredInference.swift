import NetworkIR

/// Measured time of an inference beside the plan's prediction, in cycles of the cluster clock.
///
/// Of several samples the mean, rounded.
package struct MeasuredInference: Encodable, Equatable, Sendable {
  /// Once, before the first inference.
  package var loadCycles: Int
  package var cycles: Int
  package var predictedCycles: Int
  package var macs: Int
  /// In step order.
  package var layers: [MeasuredLayer]

  /// Joins what was measured with what was planned; nothing where there are no samples.
  init?(_ report: ClusterReport, plan: DeploymentPlan) {
    guard !report.samples.isEmpty else { return nil }
    loadCycles = report.load.cycles
    cycles = Self.mean(report.samples.map(\.cycles))
    predictedCycles = plan.totals.predictedCycles
    macs = plan.totals.macs
    layers = plan.layers.enumerated().map { index, layer in
      MeasuredLayer(report.samples.map { $0.layers[index] }, of: layer)
    }
  }

  /// Rounded half up.
  fileprivate static func mean(_ values: [Int]) -> Int {
    (2 * values.reduce(0, +) + values.count) / (2 * values.count)
  }
}

/// One layer of a measured inference.
package struct MeasuredLayer: Encodable, Equatable, Sendable {
  package var name: String
  package var op: String
  package var macs: Int
  package var predictedCycles: Int
  /// The sum of `computeCycles`, `dmaCycles`, `l3Cycles` and `controlCycles`, up to their rounding.
  package var cycles: Int
  /// In kernels.
  package var computeCycles: Int
  /// Waiting for transfers between L2 and L1.
  package var dmaCycles: Int
  /// Waiting for transfers to or from L3.
  package var l3Cycles: Int
  /// All else: starting transfers, walking tiles.
  package var controlCycles: Int
  /// For which a core waited for a bank of L1, summed over the cores.
  package var conflictCycles: Int
  /// Lines that the instruction cache fetched.
  package var cacheMisses: Int

  fileprivate init(_ samples: [ClusterReport.Layer], of layer: PlannedLayer) {
    func mean(_ part: KeyPath<ClusterReport.Layer, Int>) -> Int {
      MeasuredInference.mean(samples.map { $0[keyPath: part] })
    }
    name = layer.name
    op = layer.op
    macs = layer.macs
    predictedCycles = layer.cycles.total
    cycles = mean(\.cycles)
    computeCycles = mean(\.compute)
    dmaCycles = mean(\.dma)
    l3Cycles = mean(\.l3)
    controlCycles = mean(\.control)
    conflictCycles = mean(\.conflicts)
    cacheMisses = mean(\.cacheMisses)
  }
}

extension MeasuredInference {
  /// Layers whose prediction is off by at most a tenth of what was measured.
  package var closelyPredictedLayers: Int {
    layers.count(where: isClose)
  }

  private func isClose(_ layer: MeasuredLayer) -> Bool {
    abs(layer.predictedCycles - layer.cycles) * 10 <= layer.cycles
  }

  /// For people: a table of the layers, then the whole.
  package var blocks: [TextBlock] {
    var table = TextTable([
      .init("layer", cut: .middle), .init("op", rank: 4), .init("cycles"), .init("kernels", rank: 7),
      .init("DMA", rank: 8), .init("L3", rank: 6), .init("control", rank: 9), .init("MAC/cycle", rank: 5),
      .init("predicted", rank: 2), .init("off by", rank: 1),
    ])
    for layer in layers {
      let times = [layer.cycles, layer.computeCycles, layer.dmaCycles, layer.l3Cycles, layer.controlCycles]
      table.rows.append(
        [TextTable.Cell(layer.name), TextTable.Cell(layer.op, short: ShortWords.op(layer.op))]
          + times.map { "\($0)" } + [
            TextTable.Cell(layer.macs == 0 ? "-" : Self.rate(layer.macs, layer.cycles)), "\(layer.predictedCycles)",
            TextTable.Cell(
              Figures.change(layer.predictedCycles, from: layer.cycles), isClose(layer) ? nil : .dma),
          ])
    }
    return [.table(table), .line("")] + .lines(summary)
  }

  private var summary: [String] {
    func share(_ part: KeyPath<MeasuredLayer, Int>) -> String {
      Figures.percent(layers.reduce(0) { $0 + $1[keyPath: part] }, of: cycles)
    }
    return [
      "\(cycles) cycles an inference, \(macs) MACs (\(Self.rate(macs, cycles)) MAC/cycle), after \(loadCycles) cycles of "
        + "loading once",
      "kernels \(share(\.computeCycles)), waiting for DMA \(share(\.dmaCycles)), waiting for L3 \(share(\.l3Cycles)), "
        + "control \(share(\.controlCycles))",
      "predicted: \(predictedCycles) cycles (\(Figures.change(predictedCycles, from: cycles))), "
        + "\(closelyPredictedLayers) of \(layers.count) layers within 10 %",
    ]
  }

  private static func rate(_ macs: Int, _ cycles: Int) -> String {
    cycles == 0 ? "-" : Figures.ratio(Double(macs) / Double(cycles))
  }
}
