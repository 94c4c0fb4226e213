import NetworkIR
import TilingSolver

/// The explanation of a whole plan for people.
struct NetworkSentences {
  let content: PlanExplanation

  var blocks: [TextBlock] {
    var blocks: [TextBlock] = [
      .line(
        "\(content.model) on \(content.target), objective \(content.objective.rawValue): "
          + "\(content.cycles) cycles an inference", emphasis: .strong)
    ]
    blocks += parts + [.line(""), .table(layers), .line("")] + .lines([costliest] + fullest + better)
    if let memory = content.memory { blocks += [.line("")] + study(memory) }
    return blocks
  }

  private var parts: [TextBlock] {
    let rows = TimeParts.Resource.allCases.map { resource -> [TextTable.Cell] in
      [
        "  \(resource.words)", "\(content.parts[resource])",
        "\(Figures.percent(content.parts[resource], of: content.cycles))",
      ]
    }
    let table = TextBlock.table(TextTable(rows: rows))
    guard content.parts.sum != content.cycles else { return [table] }
    return [
      table,
      .line(
        "  by this version's cost model the plan takes \(content.parts.sum) cycles: another version made it, or it was "
          + "changed"),
    ]
  }

  private var layers: TextTable {
    var table = TextTable([
      .init("layer", cut: .middle), .init("op", rank: 4), .init("cycles"), .init("share", rank: 1),
      .init("limited by", rank: 2), .init("tile", rank: 3), .init("L1 free", rank: 9), .init("runner-up", rank: 8),
      .init("cores busy", rank: 6), .init("traffic", rank: 7), .init("weights", rank: 5),
    ])
    table.rows = content.layers.map(cells)
    return table
  }

  private func cells(of layer: LayerExplanation) -> [TextTable.Cell] {
    [
      TextTable.Cell(layer.name), TextTable.Cell(layer.op, short: ShortWords.op(layer.op)), "\(layer.cycles)",
      TextTable.Cell(
        Figures.percent(layer.cycles, of: content.cycles),
        content.costliest.contains(layer.name) ? .strong : nil),
      TextTable.Cell(layer.limit.shortWords, layer.limit.emphasis),
      "\(layer.tile.height)x\(layer.tile.width)x\(layer.tile.outputChannels)",
      TextTable.Cell(layer.l1Bytes > 0 ? "\(layer.l1AvailableBytes - layer.l1Bytes)" : "-"),
      TextTable.Cell(layer.runnerUp.map { Figures.change($0.cycles, from: layer.cycles) } ?? "-"),
      TextTable.Cell(Figures.percent(Int((layer.coreEfficiency * 1_000).rounded()), of: 1_000)),
      TextTable.Cell(
        layer.tensorBytes > 0
          ? Figures.ratio(Double(layer.trafficBytes) / Double(layer.tensorBytes)) : "-"),
      TextTable.Cell(layer.constants.map(arrival) ?? "-"),
    ]
  }

  private func arrival(_ constants: ConstantsArrival) -> String {
    switch constants.kind {
    case .resident: return "stay in L2"
    case .streamed: return "streamed"
    case .fetched:
      guard let first = constants.loads.first, let last = constants.loads.last else { return "in L2" }
      return first.step == last.step ? "loaded in step \(first.step)" : "loaded in steps \(first.step)-\(last.step)"
    }
  }

  private var costliest: String {
    let names = content.costliest.compactMap { name in content.layers.first { $0.name == name } }
    let cycles = names.reduce(0) { $0 + $1.cycles }
    let list = names.map { "\($0.name) \(Figures.percent($0.cycles, of: content.cycles))" }.joined(separator: ", ")
    if names.count == 1 { return "one layer takes all of it" }
    return "the \(names.count) costliest layers take \(Figures.percent(cycles, of: content.cycles)): \(list)"
  }

  /// In which steps L2 holds most.
  private var fullest: [String] {
    let peak = content.l2Peak
    let steps = peak.steps.prefix(3).map { step in
      "\(step)" + (content.layers.first { $0.step == step }.map { " (\($0.name))" } ?? "")
    }
    guard !steps.isEmpty else { return [] }
    let more = peak.steps.count > steps.count ? " and \(peak.steps.count - steps.count) more" : ""
    return [
      "L2 is fullest in step\(peak.steps.count == 1 ? "" : "s") \(steps.joined(separator: ", "))\(more): "
        + "\(peak.bytes) of \(peak.availableBytes) B hold something"
    ]
  }

  /// Layers that another tile would make faster.
  private var better: [String] {
    let names = content.layers.filter { ($0.runnerUp?.cycles ?? .max) < $0.cycles }.map(\.name)
    guard let first = names.first else { return [] }
    return [
      "\(Figures.count(names.count, "layer")) would be faster with the runner-up: \(names.joined(separator: ", ")); "
        + "'--layer \(first)' says why the plan has another tile"
    ]
  }

  private func study(_ study: MemoryStudy) -> [TextBlock] {
    var lines = ["planned again with more memory:"]
    if study.cycles == nil {
      lines.append("  as it is, without pins: does not fit; compared with this plan")
    } else if let base = study.cycles, base != content.cycles {
      lines.append(
        "  as it is: \(base) cycles, \(Figures.difference(base, from: content.cycles)) than this plan, which was "
          + "pinned, made by another version, or changed by hand; compared with that")
    }
    let base = study.cycles ?? content.cycles
    let rows = study.variants.map { variant -> [TextTable.Cell] in
      let level = variant.level == .l1 ? "L1" : "L2"
      let size: [TextTable.Cell] = [
        "  \(level) +\(variant.extraBytes / 1_024) kB", "(--\(variant.level.rawValue) \(variant.totalBytes))",
      ]
      guard let cycles = variant.cycles else {
        return size + ["", "does not fit: \(variant.refusal ?? "no reason given")"]
      }
      if cycles == base { return size + ["", "changes nothing"] }
      // More room forbids nothing, so a slower plan is one that the search did not get beyond.
      if cycles > base && content.objective != .memory { return size + ["", "no faster plan was found"] }
      return size + ["\(cycles) cycles", "\(Figures.difference(cycles, from: base))"]
    }
    return .lines(lines) + [.table(TextTable(rows: rows))]
  }
}
