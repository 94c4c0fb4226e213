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

  @Argument(help: "A plan that 'dory-gen plan' wrote.")
  var plan: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "Where to write the page; - is stdout.")
  var outputPath: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try OutputPlaces.requireApart(outputPath, from: [self.plan])
    let (plan, warning) = try PlanDocument.inspect(self.plan)
    if let warning { output.report([warning]) }
    output.status("explaining \(plan.layers.count) layers")
    let page = try PlanReport(plan, path: self.plan, isChanged: warning != nil).page()
    guard outputPath != "-" else { return Terminal.write(page) }
    try OutputFile.write(page, to: outputPath)
    output.say("wrote \(outputPath): \(plan.layers.count) layers, \(page.count) bytes")
  }
}
