import Foundation

/// The two output streams. Results go to stdout, all else to stderr.
///
/// Lines may hold names from files that nobody trusts, so what a terminal would take for a command is a question mark.
enum Terminal {
  static var stdoutIsTerminal: Bool { isatty(1) == 1 }
  static var stderrIsTerminal: Bool { isatty(2) == 1 }

  /// Prints a line of a diagnostic.
  static func complain(_ text: String) {
    // Where stderr can't be written there is nobody left to tell.
    try? FileHandle.standardError.write(contentsOf: Data((harmless(text) + "\n").utf8))
  }

  /// Shows a line on stderr in place of the one before; an empty one takes it away. For terminals.
  static func status(_ text: String) {
    // Return to the first column, then erase to the end of the line (ECMA-48).
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(harmless(text))".utf8))
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
  static func say(_ text: String) { write(Array((harmless(text) + "\n").utf8)) }

  /// The text without control characters other than tabs and ends of lines, and without those that turn the order of others round
  /// (Unicode's UAX 9: embeddings, overrides and isolates).
  private static func harmless(_ text: String) -> String {
    func isCommand(_ scalar: Unicode.Scalar) -> Bool {
      let value = scalar.value
      let isControl = value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F..<0xA0).contains(value)
      return isControl || (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }
    guard text.unicodeScalars.contains(where: isCommand) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isCommand($0) ? "?" : $0 }))
  }
}
