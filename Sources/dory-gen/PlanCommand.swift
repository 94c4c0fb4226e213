import ArgumentParser
import Deployment
import GraphImport
import NetworkIR

/// `dory-gen plan`: the tiling plan as JSON, or as a table on a terminal.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Plans how every tensor moves through L3, L2 and L1.",
    discussion: """
      Writes JSON to the file of -o and prints a table; without -o it prints the table on a terminal, JSON elsewhere.

      Example:
        dory-gen plan model.tflite --l2 196608 -o plan.json
      """)

  @Argument(help: "An .onnx or .tflite file.", completion: .model)
  var model: String

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "Where to write the JSON; - is stdout.", completion: .json)
  var outputPath: String?

  @OptionGroup var options: PlanOptions
  @OptionGroup var reading: ModelOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try OutputPlaces.requireApart(outputPath, from: [model] + options.files + reading.files)
    let file = try ModelFile(path: model)
    output.progress("reading \(model)")
    let imported = try reading.load(file)
    output.report(imported.notes)
    let plan = try options.plan(imported.network, of: file, reading, output)
    if let outputPath, outputPath != "-" {
      try OutputFile.write(try PlanDocument.encode(plan), to: outputPath)
      PlanTable(plan: plan).lines.forEach(output.say)
    } else if Terminal.stdoutIsTerminal && outputPath == nil {
      PlanTable(plan: plan).lines.forEach(output.say)
    } else {
      Terminal.write(try PlanDocument.encode(plan))
    }
  }
}

/// A plan for people.
struct PlanTable {
  var plan: DeploymentPlan

  var lines: [String] {
    var table = TextTable(
      header: [
        "layer", "op", "output", "mode", "tile", "tiles", "L1 bytes", "kernels", "L3", "cycles", "MAC/cycle",
      ])
    for layer in plan.layers {
      table.rows.append([
        layer.name, layer.op, "\(layer.output.shape)", layer.mode.rawValue, tile(of: layer), "\(layer.tiles)",
        "\(l1Bytes(layer))", "\(layer.cycles.compute)", "\(layer.cycles.l3)", "\(layer.cycles.total)",
        layer.macs == 0 ? "-" : ratio(layer.macs, layer.cycles.total),
      ])
    }
    return table.lines + [""] + summary
  }

  /// Height, width and output channels; `/n` where the tile is summed up from n input channels at a time.
  private func tile(of layer: PlannedLayer) -> String {
    let tile = layer.tile
    let passes = layer.geometry.groups == 1 && tile.inputChannels < layer.inputs[0].shape.channels
    return "\(tile.height)x\(tile.width)x\(tile.outputChannels)" + (passes ? "/\(tile.inputChannels)" : "")
  }

  private var summary: [String] {
    let totals = plan.totals
    let room = { (level: MemoryLevel) -> String in
      guard let budget = plan.budgets.first(where: { $0.level == level }) else { return "0 bytes" }
      let reserved = budget.items.map { "\($0.bytes) \($0.name)" }.joined(separator: ", ")
      return "\(budget.availableBytes) bytes" + (reserved.isEmpty ? "" : " (\(budget.capacityBytes) less \(reserved))")
    }
    return [
      "\(plan.model.name) on \(plan.target.name): \(totals.predictedCycles) cycles predicted\(duration), "
        + "\(totals.macs) MACs (\(ratio(totals.macs, totals.predictedCycles)) MAC/cycle)",
      verdict
        + " (\(plan.solver.rows) rows, \(plan.solver.columns) columns, \(plan.solver.nodes) nodes)",
      "L1 \(totals.l1PeakBytes) of \(room(.l1))", "L2 \(totals.l2PeakBytes) of \(room(.l2))",
      "L2-L1 traffic \(totals.l2l1ReadBytes + totals.l2l1WriteBytes) bytes an inference, "
        + "\(ratio(Int((plan.trafficRatio * 1_000).rounded()), 1_000)) times each tensor once",
      "L3 reads \(totals.l3ReadBytes) and writes \(totals.l3WriteBytes) bytes an inference",
    ]
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
      + (solver.status == .optimal ? "" : ", \(gap) % less")
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
