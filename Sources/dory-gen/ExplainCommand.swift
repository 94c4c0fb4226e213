import ArgumentParser
import Deployment
import NetworkIR

/// `dory-gen explain`: why a plan is as it is.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says what limits each layer of a plan, why its tile is not larger, and what more memory would buy.",
    discussion: """
      Needs the plan alone. What more memory would buy is found by planning again, which takes as long as seven times \
      'plan'; --quick leaves it out, and so does --layer.

      Example:
        dory-gen explain plan.json --layer conv_03
      """)

  @Argument(help: "A plan that 'dory-gen plan' wrote.", completion: .json)
  var plan: String

  @Option(help: "Explain this layer in full.")
  var layer: String?

  @Flag(help: "Leave out what more memory would buy.")
  var quick = false

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    let (plan, warning) = try PlanDocument.inspect(self.plan)
    if let warning { output.report([warning]) }
    var request = Explanation.Request()
    request.layer = layer
    request.studiesMemory = !quick
    let explanation = try Explanation(plan, path: self.plan, request: request, progress: output.status)
    if json { Terminal.write(try explanation.json()) } else { output.show(explanation.blocks) }
  }
}
