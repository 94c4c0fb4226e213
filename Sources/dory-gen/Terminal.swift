import Foundation

/// The two output streams. Results go to stdout, all else to stderr.
enum Terminal {
  static var stdoutIsTerminal: Bool { isatty(1) == 1 }
  static var stderrIsTerminal: Bool { isatty(2) == 1 }

  /// Prints a line of a diagnostic.
  static func complain(_ text: String) {
    // Where stderr can't be written there is nobody left to tell.
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
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
  static func say(_ text: String) { write(Array((text + "\n").utf8)) }
}

/// Rows of text, padded into columns; numbers to the right.
struct TextTable {
  var header: [String]
  var rows: [[String]] = []

  /// The table as lines, without trailing blanks.
  var lines: [String] {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric(column) ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private func isNumeric(_ column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { $0[column].first.map { $0.isNumber || $0 == "-" } ?? true }
  }
}
