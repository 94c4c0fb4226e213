import ArgumentParser
import Deployment
import NetworkIR

/// Options of commands that draw a plan into a file.
struct DrawingOptions: ParsableArguments {
  @Argument(help: "A plan that 'dory-gen plan' wrote.", completion: .json)
  var plan: String

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "Where to write it; - is stdout.", completion: .file())
  var outputPath: String

  @OptionGroup var output: OutputOptions

  /// What was drawn, and what is said of it where it goes into a file.
  struct Drawing {
    var bytes: [UInt8]
    var summary: String
  }

  /// Reads the plan, draws it and writes the drawing.
  ///
  /// - Parameter draw: gets the plan, and whether it was changed since it was made.
  /// - Throws: `Refusal` where the plan can't be read or the file can't be written, and what `draw` throws.
  func write(_ draw: (_ plan: DeploymentPlan, _ isChanged: Bool) throws -> Drawing) throws {
    try OutputPlaces.requireApart(outputPath, from: [self.plan])
    let (plan, warning) = try PlanDocument.inspect(self.plan)
    if let warning { output.report([warning]) }
    output.status("explaining \(Figures.count(plan.layers.count, "layer"))")
    let drawing = try draw(plan, warning != nil)
    guard outputPath != "-" else { return Terminal.write(drawing.bytes) }
    try OutputFile.write(drawing.bytes, to: outputPath)
    output.say("wrote \(outputPath): \(drawing.summary)")
  }
}
