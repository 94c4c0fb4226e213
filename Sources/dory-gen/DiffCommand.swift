import ArgumentParser
import Deployment
import NetworkIR

/// `dory-gen diff`: what differs between two plans.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Says what differs between two plans.",
    discussion: """
      Ends with 0 where the plans say the same and with 1 where they differ; what is the same is not mentioned.

      Example:
        dory-gen diff plan.json plan-with-less-l2.json
      """)

  @Argument(help: "A plan that 'dory-gen plan' wrote.", completion: .json)
  var first: String

  @Argument(help: "Another one.", completion: .json)
  var second: String

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    let before = try PlanDocument.inspect(first)
    let after = try PlanDocument.inspect(second)
    output.report([before.warning, after.warning].compactMap { $0 })
    let comparison = PlanComparison(before.plan, after.plan)
    if json { Terminal.write(try comparison.json()) } else { comparison.lines.forEach(output.say) }
    if !comparison.isEmpty { throw ExitCode(1) }
  }
}
