import ArgumentParser
import Deployment
import NetworkIR

/// `dory-gen diff`: what differs between two plans.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Says what differs between two plans, or draws it as one HTML page.",
    discussion: """
      Ends with 0 where the plans say the same and with 1 where they differ; what is the same is not mentioned.

      Example:
        dory-gen diff plan.json plan-with-less-l2.json
        dory-gen diff plan.json plan-with-less-l2.json --html diff.html
      """)

  @Argument(help: "A plan that 'dory-gen plan' wrote.", completion: .json)
  var first: String

  @Argument(help: "Another one.", completion: .json)
  var second: String

  @Flag(help: "Print JSON.")
  var json = false

  @Option(
    name: .customLong("html"),
    help: ArgumentHelp(
      "Where to write both plans side by side, as a page; - is stdout, which then has nothing else.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var pagePath: String?

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    if json && pagePath == "-" { throw ValidationError("--json and --html - both write to stdout: name a file") }
    if pagePath?.isEmpty == true { throw ValidationError("--html is empty; name a file") }
  }

  func run() throws {
    try OutputPlaces.requireApart(pagePath, from: [first, second])
    let before = try PlanDocument.inspect(first)
    let after = try PlanDocument.inspect(second)
    output.report([before.warning, after.warning].compactMap { $0 })
    if let pagePath {
      let page = try ComparisonReport(
        .init(before.plan, path: first, isChanged: before.warning != nil),
        .init(after.plan, path: second, isChanged: after.warning != nil)
      ).page()
      if pagePath == "-" { Terminal.write(page) } else { try OutputFile.write(page, to: pagePath) }
    }
    let comparison = PlanComparison(before.plan, after.plan)
    if json {
      Terminal.write(try comparison.json())
    } else if pagePath != "-" {
      output.show(comparison.blocks)
    }
    if !comparison.isEmpty { throw ExitCode(1) }
  }
}
