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

  @Argument(help: "An .onnx or .tflite file.")
  var model: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "Where to write the JSON; - is stdout.")
  var outputPath: String?

  @OptionGroup var options: PlanOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let file = try ModelFile(path: model)
    output.progress("reading \(model)")
    let imported = try file.load()
    output.report(imported.notes)
    output.progress("planning \(imported.network.layers.count) layers")
    let plan = try Pipeline.plan(imported.network, file: file, options: options.planning)
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
      header: ["layer", "op", "output", "mode", "tile", "tiles", "L1 bytes", "cycles", "MAC/cycle"])
    for layer in plan.layers {
      let tile = layer.tile
      table.rows.append([
        layer.name, layer.op, "\(layer.output.shape)", layer.mode.rawValue,
        "\(tile.height)x\(tile.width)x\(tile.outputChannels)", "\(layer.tiles)", "\(l1Bytes(layer))",
        "\(layer.cycles.total)", layer.macs == 0 ? "-" : ratio(layer.macs, layer.cycles.total),
      ])
    }
    return table.lines + [""] + summary
  }

  private var summary: [String] {
    let totals = plan.totals
    let available = { (level: MemoryLevel) in plan.budgets.first { $0.level == level }?.availableBytes ?? 0 }
    return [
      "\(plan.model.name) on \(plan.target.name): \(totals.predictedCycles) cycles predicted, \(totals.macs) MACs "
        + "(\(ratio(totals.macs, totals.predictedCycles)) MAC/cycle)",
      "plan \(plan.solver.status.rawValue), no plan is faster than \(plan.solver.bound) cycles "
        + "(\(plan.solver.rows) rows, \(plan.solver.columns) columns, \(plan.solver.nodes) nodes)",
      "L1 \(totals.l1PeakBytes) of \(available(.l1)) bytes, L2 \(totals.l2PeakBytes) of \(available(.l2)) bytes; "
        + "L3 reads \(totals.l3ReadBytes), writes \(totals.l3WriteBytes) bytes",
    ]
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
