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
    output.status("reading \(model)")
    let imported = try reading.load(file)
    output.report(imported.notes)
    let plan = try options.plan(imported.network, of: file, reading, output)
    if let outputPath, outputPath != "-" {
      try OutputFile.write(try PlanDocument.encode(plan), to: outputPath)
      output.show(PlanTable(plan).blocks)
    } else if Terminal.stdoutIsTerminal && outputPath == nil {
      output.show(PlanTable(plan).blocks)
    } else {
      Terminal.write(try PlanDocument.encode(plan))
    }
  }
}
