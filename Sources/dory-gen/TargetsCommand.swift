import ArgumentParser
import Deployment
import Foundation
import Hardware
import NetworkIR

/// `dory-gen targets`: the built-in targets, or one of them in full.
struct TargetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets", abstract: "Lists the built-in targets, or prints one as JSON to start a file of one's own.",
    discussion: """
      Example:
        dory-gen targets
        dory-gen targets gap8 -o mychip.json && dory-gen plan model.tflite --target mychip.json
      """)

  @Argument(help: "A built-in target or a target file.", completion: .target)
  var name: String?

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "Where to write the target; without it, and for -, stdout.",
    completion: .json)
  var outputPath: String?

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    if name == nil && outputPath != nil { throw ValidationError("-o is for one target: name it") }
  }

  func run() throws {
    guard let name else {
      var table = TextTable([
        .init("target"), .init("cores", rank: 1), .init("L1 bytes"), .init("L2 bytes"),
        .init("description", cut: .wrapped),
      ])
      table.rows = Target.builtin.map {
        ["\($0.name)", "\($0.cores)", "\($0.l1.bytes)", "\($0.l2.bytes)", "\($0.description)"]
      }
      output.show([.table(table)])
      return
    }
    var options = PlanningOptions()
    options.target = name
    try OutputPlaces.requireApart(outputPath, from: [name])
    let target = try JSONDocument.encode(try options.resolvedTarget())
    guard let outputPath, outputPath != "-" else { return Terminal.write(target) }
    try OutputFile.write(target, to: outputPath)
    output.say("wrote \(outputPath)")
  }
}
