import Foundation
import Subprocess
import SystemPackage

/// How a child process ended, and what it printed on both streams.
struct ProcessResult {
  var succeeded: Bool
  var output: String
  var status: String

  /// Runs a program to its end. Its standard input is empty; all that it starts is in a process group of its own, which
  /// ends with this program when that is interrupted, and puts its temporary files into a folder that is gone in the end.
  static func running(_ program: String, _ arguments: [String]) async throws -> ProcessResult {
    let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
    var options = PlatformOptions()
    options.processGroupID = 0
    let scratch = try TemporaryFolder()
    let result = try await run(
      executable, arguments: Arguments(arguments),
      // A make that this tool itself runs under must not reach into the one it starts.
      environment: .inherit.updating(["MAKEFLAGS": nil, "MAKELEVEL": nil, "MFLAGS": nil, "TMPDIR": scratch.path]),
      platformOptions: options, input: .none,
      output: .string(limit: 1 << 22),
      error: .string(limit: 1 << 22)
    ) { Leftovers.add(processGroup: $0.processIdentifier.value) }
    // A child that was ended by what ends this program says nothing about its input.
    while Leftovers.isClearing { try await Task.sleep(for: .milliseconds(10)) }
    Leftovers.forget(processGroup: result.processIdentifier.value)
    return ProcessResult(
      succeeded: result.terminationStatus.isSuccess,
      output: result.standardError + result.standardOutput,
      status: "\(result.terminationStatus)")
  }

  /// What to report of a run that failed: the program's own words, or how it ended.
  var faultLines: [String] {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    return lines.isEmpty ? ["the program ended with \(status) and said nothing"] : lines
  }
}
