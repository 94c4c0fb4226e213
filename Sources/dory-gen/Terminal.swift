import Foundation
import NetworkIR

/// The two output streams. Results go to stdout, all else to stderr.
///
/// Lines may hold names from files that nobody trusts, so what a terminal would take for a command is a question mark.
enum Terminal {
  static var stdoutIsTerminal: Bool { isatty(1) == 1 }
  static var stderrIsTerminal: Bool { isatty(2) == 1 }

  /// Prints a line of a diagnostic.
  static func complain(_ text: String) {
    // Where stderr can't be written there is nobody left to tell.
    try? FileHandle.standardError.write(contentsOf: Data((text.harmless + "\n").utf8))
  }

  /// Shows a line on stderr in place of the one before; an empty one takes it away. For terminals.
  static func status(_ text: String) {
    // Return to the first column, then erase to the end of the line (ECMA-48).
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text.harmless)".utf8))
  }

  /// Writes bytes to stdout as they are; ends the program with status 1 where that is not possible.
  static func write(_ bytes: [UInt8]) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
      complain("error: stdout can't be written: \(error.localizedDescription) [DG0015]")
      Foundation.exit(1)
    }
  }

  /// Prints a line of a result.
  static func say(_ text: String) { write(Array((text.harmless + "\n").utf8)) }
}
