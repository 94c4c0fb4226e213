import Foundation
import Testing

/// A terminal that a program runs on, and what a person would see there.
struct PseudoTerminal {
  var status: Int32
  /// Everything that the program wrote to it.
  var bytes: String

  /// Lines as they stand in the end. Of a line that was begun again only what came last is there.
  var lines: [String] {
    bytes.replacing("\r\n", with: "\n").components(separatedBy: "\n").map { line in
      line.components(separatedBy: "\r\u{1B}[K").last ?? ""
    }
  }

  /// What was on the terminal for a while, in the order in which it came.
  var passing: [String] {
    bytes.replacing("\r\n", with: "\n").components(separatedBy: "\n").flatMap { line in
      line.components(separatedBy: "\r\u{1B}[K").dropFirst().dropLast()
    }.filter { !$0.isEmpty }
  }

  /// Runs the tool to its end.
  ///
  /// - Parameters:
  ///   - arguments: of the tool.
  ///   - columns: of the terminal.
  ///   - output: file that its stdout goes into; nil for the terminal.
  ///   - environment: variables that differ from those of the tests.
  /// - Returns: what was on the terminal.
  /// - Throws: where there is no Python to make a terminal with.
  static func run(
    _ arguments: [String], columns: Int = 80, output: String? = nil, environment: [String: String] = [:]
  ) throws -> PseudoTerminal {
    // Not what the tests themselves may run under.
    let plain = ["TERM": "xterm", "COLUMNS": "", "NO_COLOR": "", "CLICOLOR_FORCE": ""]
    let outcome = try Tool.run(
      ["-c", script, "\(columns)", output ?? "", Tool.path] + arguments, program: try python,
      environment: ProcessInfo.processInfo.environment.merging(plain) { $1 }.merging(environment) { $1 })
    #expect(outcome.errors == "")
    return PseudoTerminal(status: outcome.status, bytes: outcome.output)
  }

  private static var python: String {
    get throws {
      let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      return try #require(
        folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) })
    }
  }

  /// Gives the program a terminal of that many columns before it begins, and copies what it writes.
  private static let script = """
    import fcntl, os, pty, struct, sys, termios
    columns, output, program = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        if output:
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.execv(program[0], program)
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
}
