import ArgumentParser
import Deployment
import NetworkIR

/// `dory-gen trace`: a plan's predicted timeline.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Writes the predicted timeline of a plan as a trace for Perfetto or Chrome.",
    discussion: """
      Every tile, transfer and time of waiting of one inference, in microseconds by the target's clock. Open the file at \
      https://ui.perfetto.dev or chrome://tracing. Needs the plan alone.

      Example:
        dory-gen trace plan.json -o trace.json
      """)

  @Argument(help: "A plan that 'dory-gen plan' wrote.")
  var plan: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "Where to write the trace; - is stdout.")
  var outputPath: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try OutputPlaces.requireApart(outputPath, from: [self.plan])
    let (plan, warning) = try PlanDocument.inspect(self.plan)
    if let warning { output.report([warning]) }
    let trace = try PlanTrace(plan, path: self.plan).json()
    guard outputPath != "-" else { return Terminal.write(trace) }
    try OutputFile.write(trace, to: outputPath)
    output.say("wrote \(outputPath): \(plan.totals.predictedCycles) cycles, predicted")
  }
}
