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

  @OptionGroup var drawing: DrawingOptions

  func run() throws {
    try drawing.write { plan, _ in
      .init(
        bytes: try PlanTrace(plan, path: drawing.plan).json(),
        summary: "\(plan.totals.predictedCycles) cycles, predicted")
    }
  }
}
