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
      .line("limited by \(layer.limit.shortWords)\(rival):", emphasis: layer.limit.emphasis),
    ] + parts + .lines(reasons)
  }

  /// All of it but the numbers of the time.
  var reasons: [String] {
    [place] + TileSentences(layer: layer).lines + traffic + weights + copies
  }

  /// Where no resource alone would save a twentieth of the time, something else runs beside it as long.
  private var rival: String {
    layer.savings[layer.limit] < layer.cycles / 20 ? ", but hardly: what runs beside it takes almost as long" : ""
  }

  private var parts: [TextBlock] {
    let rows = TimeParts.Resource.allCases.map { resource -> [TextTable.Cell] in
      [
        "  \(resource.words)", "\(layer.parts[resource])",
        "\(Figures.percent(layer.parts[resource], of: layer.cycles))",
        TextTable.Cell(
          "\(absence(resource)) \(layer.savings[resource]) cycles less",
          short: "without: \(layer.savings[resource]) cycles less"),
      ]
    }
    var table = TextTable(rows: rows)
    table.columns[3].cut = .wrapped
    guard layer.parts.sum != layer.cycles else { return [.table(table)] }
    return [.table(table), .line("  by this version's cost model it takes \(layer.parts.sum) cycles")]
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
    let channels = Figures.count(layer.stripe.channels, "output channel")
    let rows = Figures.count(layer.stripe.rows, "output row")
    return switch layer.mode {
    case .full:
      "every operand is whole in L2"
        + (layer.overwritten.map { "; the output takes the place of '\(shown($0))', which nobody reads again" } ?? "")
    case .weightsStreamed: "constants pass through L2 in chunks of \(channels)"
    case .activationsStriped: "activations pass through L2 in stripes of \(rows)"
    case .bothStreamed:
      "activations pass through L2 in stripes of \(rows), and for each of them constants in chunks of \(channels)"
    }
  }

  private var traffic: [String] {
    guard layer.tensorBytes > 0 else { return [] }
    if layer.trafficBytes == layer.tensorBytes {
      return ["between L2 and L1 go \(layer.trafficBytes) B: each of its tensors once"]
    }
    let ratio = Figures.ratio(Double(layer.trafficBytes) / Double(layer.tensorBytes))
    return [
      "between L2 and L1 go \(layer.trafficBytes) B, \(ratio) times the \(layer.tensorBytes) B of its tensors"
    ]
  }

  private var weights: [String] {
    guard let constants = layer.constants else { return [] }
    let home = constants.home == .flash ? "flash" : "L3"
    let own = "its \(constants.bytes) B of constants"
    switch constants.kind {
    case .resident:
      return ["\(own) stay in L2, loaded from \(home) before the first inference"]
    case .streamed:
      let head = constants.loads.isEmpty ? "" : "; earlier steps bring the first of them: \(loads(constants))"
      return [
        "\(own) come from \(home) while it runs, through \(Figures.count(constants.slots, "slot")) of "
          + "\(constants.slotBytes) B\(head)"
      ]
    case .fetched:
      return ["\(own) come from \(home): \(loads(constants))"]
    }
  }

  private func loads(_ constants: ConstantsArrival) -> String {
    constants.loads.map { load in
      switch load.phase {
      case .before where load.step == layer.step: "\(load.bytes) B before it starts, which it waits for"
      case .before: "\(load.bytes) B before step \(load.step) (\(load.layer)), which waits for them"
      case .during: "\(load.bytes) B during step \(load.step) (\(load.layer))"
      }
    }.joined(separator: ", ")
  }

  /// A name that is not longer than a line.
  private func shown(_ name: String) -> String { name.shortened(to: 60, .middle) }

  /// What else its step makes the bus of the external memory do.
  private var copies: [String] {
    func list(_ phase: L3Transfer.Phase) -> String {
      layer.copies.filter { $0.phase == phase }.map { copy in
        switch copy.kind {
        case .weights: "\(copy.bytes) B of '\(shown(copy.tensor))' are fetched"
        case .pageIn: "\(copy.bytes) B of '\(shown(copy.tensor))' come back to L2"
        case .pageOut: "\(copy.bytes) B of '\(shown(copy.tensor))' leave L2"
        }
      }.joined(separator: ", ")
    }
    let (before, during) = (list(.before), list(.during))
    return (before.isEmpty ? [] : ["before it starts, \(before)"])
      + (during.isEmpty ? [] : ["while it runs, \(during)"])
  }
}
