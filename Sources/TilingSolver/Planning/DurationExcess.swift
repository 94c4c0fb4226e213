import Hardware
package import NetworkIR

/// The greatest numbers that durations and tilings are computed with: beyond them sums could overflow and searches could
/// take all memory.
private enum DurationLimit {
  /// Cycles of one inference, as a plan may hold them: a week at 400 MHz.
  static let cycles = 1 << 48
  /// Rows, columns or channels of a map.
  static let axis = 1 << 20
}

/// Says that a network and a target together are beyond all that cycles can be computed for; nil for any that a chip could
/// run.
///
/// The estimate is a bound from above of the sum of all costs, each tile one output of one input channel, in floating point.
package func durationExcess(of workload: Workload, target: Target) -> Diagnostic? {
  for layer in workload.layers {
    let shapes = layer.inputs.map(\.shape) + [layer.shape.output]
    let longest = shapes.flatMap { [$0.height, $0.width, $0.channels] }.max() ?? 0
    guard longest <= DurationLimit.axis else {
      return Diagnostic(
        code: "DG0514", node: layer.source, op: layer.op,
        message: "a map has \(longest) rows, columns or channels, but at most \(DurationLimit.axis) can be planned",
        hint: "use a smaller input or fewer channels")
    }
  }
  let cycles = workload.layers.reduce(0.0) { $0 + mostCycles($1, target) }
  guard cycles > Double(DurationLimit.cycles) else { return nil }
  let most = Int(min(cycles, 0x1p62))
  return Diagnostic(
    code: "DG0514",
    message: "by the figures of target '\(target.name)' the network could take \(most) cycles, more than the "
      + "\(DurationLimit.cycles) that can be planned",
    hint: "check the figures of the target file, or use a smaller network")
}

/// Cycles that a layer takes at most in any tiling: every operation costs all figures of the kernels, every operand of
/// every operation is a copy of its own.
private func mostCycles(_ layer: WorkloadLayer, _ target: Target) -> Double {
  let shape = layer.shape
  let outputs = Double(shape.output.elements)
  let positions = outputs * Double(shape.inputChannelsPerOutput)
  let operations = positions * Double(shape.window.height) * Double(shape.window.width)
  let kernels = target.kernels.sum * Double(target.kernels.contentionPercent) / 100
  let dma = target.dma
  let starts = target.overheads.tileCycles + target.kernels.launchCycles
  let copies = 4 * (dma.commandCycles + dma.latencyCycles + dma.lineCycles + 8)
  let model = CostModel(target)
  let bytes = layer.inputs.reduce(outputs * 4) { $0 + Double($1.shape.elements) * 4 } + operations
  let bursts = [model.l3Read, model.l3Write, model.constantsRead(from: .flash)].map {
    Double($0.firstCycles + $0.burstCycles) * (bytes / Double($0.burstBytes) + outputs)
  }
  return operations * kernels + positions * Double(starts + copies) + bursts.reduce(0, +)
    + Double(target.overheads.layerCycles)
}

extension Target.KernelFigures {
  /// All durations, in cycles.
  fileprivate var sum: Double {
    Double(
      matmulStepCycles + matmulBlockCycles + pixelPairCycles + partialSumCycles + windowWordCycles + windowRowCycles
        + fullyConnectedWordCycles + fullyConnectedBlockCycles + depthwiseColumnCycles + depthwiseInputRowCycles
        + depthwiseOutputCycles + depthwiseWordCycles + max(words.sum, elements.sum, pools.sum, softmax.sum)
        + tableSoftmaxElementCycles + argumentMaximumElementCycles + 2 * l2AccessCycles
        + directElementCycles)
  }
}

extension Target.WordFigures {
  fileprivate var sum: Int { tileCycles + WordLoop.allCases.reduce(0) { $0 + self[$1] } }
}

extension Target.ElementFigures {
  fileprivate var sum: Int {
    tileCycles + positionCycles + additionCycles + multiplicationCycles + extremumCycles + pairwiseCycles
      + rescaleCycles + lookupCycles + wideAdditionCycles + wideMultiplicationCycles
  }
}

extension Target.PoolFigures {
  fileprivate var sum: Int {
    tileCycles + blockCycles + rowCycles + twoCycles + threeCycles + sharedCycles + positionCycles + maximumWordCycles
      + maximumRowCycles + maximumPairCycles + meanWordCycles
      + averageWordCycles + sumWordCycles + wideSumWordCycles + windowRowCycles + pairCycles + elementCycles
  }
}

extension Target.SoftmaxFigures {
  fileprivate var sum: Int { tileCycles + positionCycles + 2 * exponentialCycles + codeCycles + resultCycles }
}
