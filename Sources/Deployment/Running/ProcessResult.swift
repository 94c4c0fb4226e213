import Foundation
import NetworkIR
import Subprocess
import SystemPackage

/// How a child process ended, and what it printed on both streams.
struct ProcessResult {
  var succeeded: Bool
  var output: String
  /// In words: `exit status 3`.
  var status: String

  /// Bytes that a program may print on each stream.
  private static let mostBytes = 1 << 22

  /// Runs a program to its end. Its standard input is empty; all that it starts is in a process group of its own, which
  /// ends with this program when that is interrupted, and puts its temporary files into a folder that is gone in the end.
  ///
  /// - Throws: `Refusal` where it prints without end; what `Subprocess` throws where it can't be started.
  static func running(_ program: String, _ arguments: [String]) async throws -> ProcessResult {
    let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
    var options = PlatformOptions()
    options.processGroupID = 0
    let scratch = try TemporaryFolder()
    do {
      let result = try await run(
        executable, arguments: Arguments(arguments),
        // A make that this tool itself runs under must not reach into the one it starts.
        environment: .inherit.updating(["MAKEFLAGS": nil, "MAKELEVEL": nil, "MFLAGS": nil, "TMPDIR": scratch.path]),
        platformOptions: options, input: .none,
        output: .string(limit: mostBytes),
        error: .string(limit: mostBytes)
      ) { Leftovers.add(processGroup: $0.processIdentifier.value) }
      // A child that was ended by what ends this program says nothing about its input.
      while Leftovers.isClearing { try await Task.sleep(for: .milliseconds(10)) }
      Leftovers.forget(processGroup: result.processIdentifier.value)
      return ProcessResult(
        succeeded: result.terminationStatus.isSuccess,
        output: result.standardError + result.standardOutput,
        status: words(result.terminationStatus))
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      throw Refusal(
        Diagnostic(
          code: "DG0035", message: "'\(program)' printed more than \(mostBytes) bytes and was ended",
          hint: "let the C print less"))
    }
  }

  private static func words(_ status: TerminationStatus) -> String {
    switch status {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal): "signal \(signal)" + (strsignal(signal).map { ", \(String(cString: $0))" } ?? "")
    }
  }

  /// What to report of a run that failed: the program's own words, or how it ended.
  var faultLines: [String] {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    return lines.isEmpty ? ["the program ended with \(status) and said nothing"] : lines
  }
}
