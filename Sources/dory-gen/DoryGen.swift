import ArgumentParser
import Deployment
import Foundation
import NetworkIR
import Reference

/// The command line: reads arguments, prints, and turns errors into exit codes. Everything else is in the libraries.
@main
struct DoryGen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dory-gen",
    abstract: "Deploys quantized neural networks on microcontrollers with software-managed memory.",
    discussion: """
      Reads a quantized TensorFlow Lite or ONNX model, plans how every tensor moves through L3, L2 and L1, writes C \
      with DMA calls, and proves the result bit-exact against an independent integer reference.

      Example:
        dory-gen check model.tflite
        dory-gen verify model.tflite --random 4 --seed 1
        dory-gen generate model.tflite -o firmware && make -C firmware host
      """,
    version: Pipeline.generator,
    subcommands: [
      CheckCommand.self, PlanCommand.self, GenerateCommand.self, RunCommand.self, VerifyCommand.self,
      ExplainCommand.self, DiffCommand.self, ReportCommand.self, TraceCommand.self, TargetsCommand.self,
    ])

  /// Exit codes: 0 done, 1 refused or different, 64 usage, 70 our own fault.
  static func main() async {
    let interruption = Interruption()
    defer { withExtendedLifetime(interruption) {} }
    do {
      try refuseLostArguments()
      try refuseUnknownCommand()
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Leftovers.awaitEndIfClearing()
      end(with: error)
    }
  }

  /// Says what went wrong, and ends with the code for it.
  private static func end(with error: any Error) -> Never {
    switch error {
    case let refusal as Refusal:
      Terminal.complain("\(refusal)")
      Foundation.exit(1)
    case let rejected as PlanRejected:
      Terminal.complain(
        "error: the planner made a plan that does not hold; please report this fault of dory-gen [DG0070]")
      Terminal.complain("\(rejected)")
      Foundation.exit(70)
    case let error as ReferenceError:
      Terminal.complain("error: \(error) [DG0050]\n  hint: check the codes given as input")
      Foundation.exit(1)
    case _ where isUsage(error): exit(withError: error)
    default:
      Terminal.complain(
        "error: \(error) [DG0071]\n  hint: this is a fault of dory-gen; please report it with the model")
      Foundation.exit(70)
    }
  }

  /// Swift reads its arguments from /proc, the program's own name among them, and takes them for none where that is missing.
  private static func refuseLostArguments() throws(Refusal) {
    guard CommandLine.arguments.isEmpty else { return }
    throw Refusal(
      Diagnostic(
        code: "DG0018", message: "the command line can't be read, since /proc is not mounted",
        hint: "mount it: 'mount -t proc proc /proc'"))
  }

  /// argument-parser would call the name of a command that there is not an unexpected argument, and help overlooks it.
  private static func refuseUnknownCommand() throws {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    let words = CommandLine.arguments.dropFirst()
    let named = words.first == "help" ? words.dropFirst().first : words.first
    guard let word = named, !word.hasPrefix("-"), !names.contains(word) else { return }
    let suggestion = Spelling.suggestion(for: word, among: names)
    throw ValidationError(
      "there is no command '\(word)': \(suggestion)the commands are \(names.joined(separator: ", "))")
  }

  /// Errors that argument-parser made: help, version, wrong usage, and exit codes of our own commands.
  private static func isUsage(_ error: any Error) -> Bool {
    error is ExitCode || error is ValidationError || error is CleanExit
      || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
  }
}
