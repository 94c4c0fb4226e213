import NetworkIR
import TilingSolver

/// The explanation of a whole plan for people.
struct NetworkSentences {
  let content: PlanExplanation

  var lines: [String] {
    var lines = [
      "\(content.model) on \(content.target), objective \(content.objective.rawValue): "
        + "\(content.cycles) cycles an inference"
    ]
    lines += parts + [""] + layers + ["", costliest]
    if let memory = content.memory { lines += [""] + study(memory) }
    return lines
  }

  private var parts: [String] {
    var table = TextTable(header: ["", "", ""])
    table.rows = TimeParts.Resource.allCases.map {
      ["  \($0.words)", "\(content.parts[$0])", Figures.percent(content.parts[$0], of: content.cycles)]
    }
    let lines = Array(table.lines.dropFirst())
    guard content.parts.sum != content.cycles else { return lines }
    return lines + [
      "  by this version's cost model the plan takes \(content.parts.sum) cycles: another version made it, or it was "
        + "changed"
    ]
  }

  private var layers: [String] {
    var table = TextTable(
      header: [
        "layer", "op", "cycles", "share", "limited by", "tile", "L1 free", "runner-up", "cores busy", "traffic",
        "weights",
      ])
    table.rows = content.layers.map { layer in
      [
        layer.name, layer.op, "\(layer.cycles)", Figures.percent(layer.cycles, of: content.cycles),
        layer.limit.shortWords,
        "\(layer.tile.height)x\(layer.tile.width)x\(layer.tile.outputChannels)",
        layer.l1Bytes > 0 ? "\(layer.l1AvailableBytes - layer.l1Bytes)" : "-",
        layer.runnerUp.map { Figures.change($0.cycles, from: layer.cycles) } ?? "-",
        Figures.percent(Int((layer.coreEfficiency * 1_000).rounded()), of: 1_000),
        layer.leastTrafficBytes > 0
          ? Figures.ratio(Double(layer.trafficBytes) / Double(layer.leastTrafficBytes)) : "-",
        layer.constants.map(arrival) ?? "-",
      ]
    }
    return table.lines
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
    return "the \(names.count) costliest layers take \(Figures.percent(cycles, of: content.cycles)): \(list)"
  }

  private func study(_ study: MemoryStudy) -> [String] {
    var lines = ["planned again with more memory:"]
    if study.cycles == nil {
      lines.append("  as it is, without pins: does not fit; compared with this plan")
    } else if let base = study.cycles, base != content.cycles {
      lines.append(
        "  as it is: \(base) cycles, \(Figures.difference(base, from: content.cycles)) than this plan, which was "
          + "pinned, made by another version, or changed by hand; compared with that")
    }
    let base = study.cycles ?? content.cycles
    var table = TextTable(header: ["", "", "", ""])
    table.rows = study.variants.map { variant in
      let level = variant.level == .l1 ? "L1" : "L2"
      let size = [
        "  \(level) +\(variant.extraBytes / 1_024) kB", "(--\(variant.level.rawValue) \(variant.totalBytes))",
      ]
      guard let cycles = variant.cycles else {
        return size + ["does not fit: \(variant.refusal ?? "no reason given")", ""]
      }
      if cycles == base { return size + ["changes nothing", ""] }
      return size + ["\(cycles) cycles", Figures.difference(cycles, from: base)]
    }
    return lines + table.lines.dropFirst()
  }
}
