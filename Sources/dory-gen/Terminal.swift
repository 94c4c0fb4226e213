import Deployment
import Foundation
import NetworkIR
import Synchronization

/// The two output streams. Results go to stdout, all else to stderr.
///
/// Lines may hold names from files that nobody trusts, so what a terminal would take for a command is a question mark.
enum Terminal {
  static var stdoutIsTerminal: Bool { isatty(1) == 1 }

  /// Whether a person sees progress, on a terminal that can take a line away again.
  static var showsProgress: Bool { isatty(2) == 1 && !isDumb }

  /// Whether results are laid out for a person: on a terminal, or where CLICOLOR_FORCE asks for it.
  static var isForPeople: Bool { stdoutIsTerminal || forcesColor }

  /// Columns of the terminal that shows results: those of COLUMNS, else its own; nil where neither is known.
  static var width: Int? { environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? width(of: 1) }

  /// Whether a status line is to be taken away before anything else is shown.
  private static let hasStatus = Mutex(false)

  /// Prints a line of a diagnostic.
  static func complain(_ text: String) {
    clearStatus()
    // Where stderr can't be written there is nobody left to tell.
    try? FileHandle.standardError.write(contentsOf: Data((text.harmless + "\n").utf8))
  }

  /// Shows a line on stderr in place of the one before, cut off where the terminal ends. For terminals.
  static func status(_ text: String) {
    let line = text.harmlessLine.shortened(to: (width(of: 2) ?? 80) - 1, .end)
    hasStatus.withLock { hasStatus in
      erase(andWrite: line)
      hasStatus = !line.isEmpty
    }
  }

  /// Takes the status line away, if there is one.
  static func clearStatus() {
    hasStatus.withLock { hasStatus in
      guard hasStatus else { return }
      erase(andWrite: "")
      hasStatus = false
    }
  }

  /// Writes bytes to stdout as they are; ends the program with status 1 where that is not possible.
  static func write(_ bytes: [UInt8]) {
    clearStatus()
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
      complain("error: stdout can't be written: \(error.localizedDescription) [DG0015]")
      Foundation.exit(1)
    }
  }

  /// Prints a line of a result.
  static func say(_ text: String) { write(Array((text.harmless + "\n").utf8)) }

  /// Prints a result: plain, unless a person looks at it.
  static func show(_ blocks: [TextBlock]) {
    guard isForPeople else { return blocks.plainLines.forEach(say) }
    let usesColor = usesColor
    let text = blocks.lines(fitting: width).map { line in
      line.runs.map { usesColor ? $0.colored : $0.text.harmlessLine }.joined() + "\n"
    }
    write(Array(text.joined().utf8))
  }

  /// As https://no-color.org and https://bixense.com/clicolors say.
  private static var usesColor: Bool {
    guard environment("NO_COLOR") == nil else { return false }
    return forcesColor || (stdoutIsTerminal && !isDumb)
  }

  private static var forcesColor: Bool { environment("CLICOLOR_FORCE").map { $0 != "0" } ?? false }

  private static var isDumb: Bool { environment("TERM") == "dumb" }

  /// nil where a variable is not set, or empty.
  private static func environment(_ name: String) -> String? {
    let value = ProcessInfo.processInfo.environment[name]
    return value?.isEmpty == true ? nil : value
  }

  private static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Returns to the first column, erases to the end of the line (ECMA-48), then writes.
  private static func erase(andWrite text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
  }
}

extension StyledLine.Run {
  /// With commands to a terminal that give the text its colour, and take it away again (ECMA-48, select graphic rendition).
  fileprivate var colored: String {
    guard let emphasis, text.contains(where: { $0 != " " }) else { return text.harmlessLine }
    return "\u{1B}[\(emphasis.rendition)m\(text.harmlessLine)\u{1B}[0m"
  }
}

extension Emphasis {
  /// Attributes and colours of every terminal, whose shades the user has chosen.
  fileprivate var rendition: String {
    switch self {
    case .strong: "1"
    case .faint: "2"
    case .compute: "36"
    case .dma: "33"
    case .l3: "31"
    case .good: "32"
    case .bad: "1;31"
    }
  }
}
