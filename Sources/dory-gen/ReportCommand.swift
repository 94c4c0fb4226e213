import ArgumentParser
import Deployment
import NetworkIR

/// `dory-gen report`: a plan as a page to look at.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Draws a plan as one HTML page: memory over time, where the time goes, how each layer is cut.",
    discussion: """
      The page is complete in itself: it loads nothing, so it can be mailed and opened anywhere. Needs the plan alone.

      Example:
        dory-gen report plan.json -o report.html
      """)

  @OptionGroup var drawing: DrawingOptions

  func run() throws {
    try drawing.write { plan, isChanged in
      let page = try PlanReport(plan, path: drawing.plan, isChanged: isChanged).page()
      return .init(bytes: page, summary: "\(Figures.count(plan.layers.count, "layer")), \(page.count) bytes")
    }
  }
}
