import NetworkIR
import TilingSolver

/// The explanation of one layer for people.
struct LayerSentences {
  let layer: LayerExplanation
  /// Of one inference.
  let networkCycles: Int

  var blocks: [TextBlock] {
    [
      .line(
        "step \(layer.step), \(layer.name): \(layer.op), \(layer.macs) MACs, \(layer.cycles) cycles, "
          + "\(Figures.percent(layer.cycles, of: networkCycles)) of the network", emphasis: .strong),
      .line("limited by \(layer.limit.shortWords):", emphasis: layer.limit.emphasis),
    ] + parts + .lines(reasons)
  }

  /// All of it but the numbers of the time.
  var reasons: [String] { [place] + tile + alternatives + traffic + weights }

  private var parts: [TextBlock] {
    let rows = TimeParts.Resource.allCases.map { resource -> [TextTable.Cell] in
      [
        "  \(resource.words)", "\(layer.parts[resource])",
        "\(Figures.percent(layer.parts[resource], of: layer.cycles))",
        "\(absence(resource)) \(layer.savings[resource]) cycles less",
      ]
    }
    let table = TextBlock.table(TextTable(rows: rows))
    guard layer.parts.sum != layer.cycles else { return [table] }
    return [table, .line("  by this version's cost model it takes \(layer.parts.sum) cycles")]
  }

  private func absence(_ resource: TimeParts.Resource) -> String {
    switch resource {
    case .compute: "if kernels took no time:"
    case .dma: "if L2-L1 transfers took none:"
    case .l3: "if L3 transfers took none:"
    case .overhead: "if starting took none:"
    }
  }

  private var place: String {
    switch layer.mode {
    case .full: "every operand is whole in L2"
    case .weightsStreamed: "constants pass through L2 in chunks of \(layer.stripe.channels) output channels"
    case .activationsStriped: "activations pass through L2 in stripes of \(layer.stripe.rows) output rows"
    case .bothStreamed:
      "activations pass through L2 in stripes of \(layer.stripe.rows) output rows, and for each of them constants in "
        + "chunks of \(layer.stripe.channels) output channels"
    }
  }

  private var isDirect: Bool { layer.l1Bytes == 0 }

  private var shared: String { layer.split == .grid ? "positions and groups of channels" : layer.split.rawValue }

  private var tile: [String] {
    guard !isDirect else {
      return ["it computes in L2, without tiles in L1; the cores share \(layer.split.rawValue) and are busy \(busy)"]
    }
    let l1 = layer.buffers.filter { $0.level == .l1 }.map {
      "\($0.operand.rawValue) " + ($0.count > 1 ? "\($0.count) x " : "") + "\($0.bytes) B"
    }
    return [
      "tile \(words(layer.tile)), \(layer.tiles) tiles, \(order(layer.loopOrder))",
      "the cores share \(shared) and are busy \(busy) of the kernels' time; the rest is uneven shares and "
        + "starts",
      "L1: \(layer.l1Bytes) of \(layer.l1AvailableBytes) B, \(layer.l1AvailableBytes - layer.l1Bytes) B free: "
        + l1.joined(separator: ", "),
    ]
  }

  private var busy: String { Figures.percent(Int((layer.coreEfficiency * 1_000).rounded()), of: 1_000) }

  private func words(_ tile: TileSize) -> String { tile.words(inputChannels: layer.inputChannels ?? 0) }

  private var alternatives: [String] {
    var lines = layer.largerTiles.map { larger in
      let start = "a larger tile, \(words(larger.tile)) (\(axis(larger.axis))), "
      guard let cycles = larger.cycles else {
        return start + "needs \(larger.leastBytes) B with one slot each, \(larger.shortBytes) B more than there are"
      }
      return start + "fits from \(larger.leastBytes) B on, but takes \(cycles) cycles, "
        + Figures.difference(cycles, from: layer.cycles)
    }
    if layer.largerTiles.isEmpty && !isDirect { lines.append("no larger tile: this one is the whole chunk") }
    if let other = layer.runnerUp {
      lines.append(
        "runner-up: tile \(words(other.tile)), \(order(other.loopOrder)), \(other.split.rawValue) shared: "
          + "\(other.cycles) cycles, \(Figures.difference(other.cycles, from: layer.cycles)); \(other.l1Bytes) B of L1, "
          + "\(other.trafficBytes) B between L2 and L1")
    }
    return lines
  }

  private func order(_ order: LoopOrder) -> String {
    switch order {
    case .weightStationary: "channels outermost"
    case .inputStationary: "positions outermost"
    }
  }

  private func axis(_ axis: LargerTile.Axis) -> String {
    switch axis {
    case .height: "higher"
    case .width: "wider"
    case .outputChannels: "more output channels"
    case .inputChannels: "more input channels at a time"
    }
  }

  private var traffic: [String] {
    guard layer.leastTrafficBytes > 0 else { return [] }
    let ratio = Figures.ratio(Double(layer.trafficBytes) / Double(layer.leastTrafficBytes))
    return [
      "between L2 and L1 go \(layer.trafficBytes) B, \(ratio) times the \(layer.leastTrafficBytes) B of its tensors"
    ]
  }

  private var weights: [String] {
    guard let constants = layer.constants else { return [] }
    let home = constants.home == .flash ? "flash" : "L3"
    switch constants.kind {
    case .resident:
      return ["its \(constants.bytes) B of constants stay in L2, loaded from \(home) before the first inference"]
    case .streamed:
      let head = constants.loads.isEmpty ? "" : ", after the first that earlier steps bring: \(loads(constants))"
      return [
        "its \(constants.bytes) B of constants come from \(home) while it runs, through \(constants.slots) slots of "
          + "\(constants.slotBytes) B\(head)"
      ]
    case .fetched:
      return ["its \(constants.bytes) B of constants come from \(home): \(loads(constants))"]
    }
  }

  private func loads(_ constants: ConstantsArrival) -> String {
    constants.loads.map { load in
      load.phase == .before
        ? "\(load.bytes) B before step \(load.step), which waits for them"
        : "\(load.bytes) B during step \(load.step) (\(load.layer))"
    }.joined(separator: ", ")
  }
}
