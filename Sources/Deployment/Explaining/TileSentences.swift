import NetworkIR
import TilingSolver

/// Which tile a layer has, and why no other.
struct TileSentences {
  let layer: LayerExplanation

  var lines: [String] {
    // Without buffers in L1 there are no tiles.
    guard layer.l1Bytes > 0 else {
      return ["it computes in L2, without tiles in L1; the cores share \(words(layer.split)) and are busy \(busy)"]
    }
    return tile + layer.largerTiles.map(sentence) + (layer.runnerUp.map { [sentence($0)] } ?? [])
  }

  private var tile: [String] {
    let l1 = layer.buffers.filter { $0.level == .l1 }.map {
      "\(words($0.operand)) " + ($0.count > 1 ? "\($0.count) x " : "") + "\($0.bytes) B"
    }
    return [
      size,
      "the cores share \(words(layer.split)) and are busy \(busy) of the kernels' time; the rest is uneven shares and starts",
      "L1: \(layer.l1Bytes) of \(layer.l1AvailableBytes) B, \(layer.l1AvailableBytes - layer.l1Bytes) B free: "
        + l1.joined(separator: ", "),
    ]
  }

  private var size: String {
    if layer.tiles == 1 { return "one tile, \(words(layer.tile)), holds the whole output" }
    if layer.largerTiles.isEmpty {
      return "tile \(words(layer.tile)), as large as the chunks in L2: \(layer.tiles) of them, none larger is possible"
    }
    return "tile \(words(layer.tile)), \(layer.tiles) of them, \(words(layer.loopOrder))"
  }

  private func sentence(_ larger: LargerTile) -> String {
    let start = "a larger tile, \(words(larger.tile)) (\(words(larger.axis))), "
    guard let cycles = larger.cycles, let chunkCycles = larger.chunkCycles else {
      return start + "needs \(larger.leastBytes) B with one slot each, \(larger.shortBytes) B more than there are"
    }
    if let runnerUp = layer.runnerUp, runnerUp.tile == larger.tile, runnerUp.cycles == cycles {
      return start + "fits and is the runner-up"
    }
    return start + "fits in \(larger.leastBytes) B with one slot each, and takes \(time(cycles, chunkCycles))"
  }

  private func sentence(_ other: TileAlternative) -> String {
    "runner-up: tile \(words(other.tile)), \(words(other.loopOrder)), the cores share \(words(other.split)): "
      + "\(other.l1Bytes) B of L1, \(other.trafficBytes) B between L2 and L1, \(time(other.cycles, other.chunkCycles))"
  }

  /// The time with another tile, beside the planned one; why it was not taken where it is faster.
  private func time(_ cycles: Int, _ chunkCycles: Int) -> String {
    let time = "\(cycles) cycles, \(Figures.difference(cycles, from: layer.cycles))"
    guard cycles < layer.cycles else { return time }
    guard chunkCycles >= layer.chunkCycles else {
      return time + ": the plan was pinned, changed or made by another version"
    }
    let more = chunkCycles == layer.chunkCycles ? "no less" : "\(chunkCycles - layer.chunkCycles) more"
    return time
      + ". Without L3 its chunks take \(more), and tiles are chosen by that; '--pin' can give the layer this one"
  }

  private var busy: String { Figures.percent(Int((layer.coreEfficiency * 1_000).rounded()), of: 1_000) }

  private func words(_ tile: TileSize) -> String { tile.words(inputChannels: layer.inputChannels ?? 0) }

  private func words(_ split: CoreSplit) -> String {
    split == .grid ? "positions and groups of channels" : split.rawValue
  }

  private func words(_ order: LoopOrder) -> String {
    switch order {
    case .weightStationary: "channels in the outer loop"
    case .inputStationary: "positions in the outer loop"
    }
  }

  private func words(_ axis: LargerTile.Axis) -> String {
    switch axis {
    case .height: "higher"
    case .width: "wider"
    case .outputChannels: "more output channels"
    case .inputChannels: "more input channels at a time"
    }
  }

  private func words(_ operand: PlannedBuffer.Operand) -> String {
    switch operand {
    case .input0: layer.buffers.contains { $0.operand == .input1 } ? "first input" : "input"
    case .input1: "second input"
    case .accumulator: "32-bit sums"
    case .scratch: "working memory"
    case .weights, .parameters, .output: operand.rawValue
    }
  }
}
