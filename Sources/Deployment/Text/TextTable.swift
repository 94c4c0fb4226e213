import NetworkIR

/// Rows of text, padded into columns; numbers to the right.
package struct TextTable: Sendable {
  /// What a column holds, and what may go of it where a terminal is narrow.
  package struct Column: Sendable {
    /// What a cell loses that is longer than its column.
    package enum Cut: Sendable {
      /// Nothing.
      case never
      /// Nothing: a sentence goes on in the lines below.
      case wrapped
      /// Its middle: names differ at either end.
      case middle
      /// Its end.
      case end
    }

    /// Its heading.
    package var title: String
    /// Where there is no room the column of the highest rank goes first; those of rank 0 stay.
    package var rank: Int
    package var cut: Cut
    /// Whether it is left out of text that a program may read.
    package var isForTerminals: Bool

    package init(_ title: String, rank: Int = 0, cut: Cut = .never, isForTerminals: Bool = false) {
      self.title = title
      self.rank = rank
      self.cut = cut
      self.isForTerminals = isForTerminals
    }
  }

  /// A number or a text.
  package struct Cell: Sendable, ExpressibleByStringInterpolation {
    package var text: String
    /// What a terminal shows instead; nil for the same.
    package var short: String?
    package var emphasis: Emphasis?

    package init(_ text: String, short: String? = nil, _ emphasis: Emphasis? = nil) {
      self.text = text
      self.short = short
      self.emphasis = emphasis
    }

    package init(stringLiteral text: String) { self.init(text) }
  }

  package var columns: [Column]
  /// As many cells a row as there are columns.
  package var rows: [[Cell]] = []
  /// Whether the titles are the first line.
  package var hasHeader = true

  package init(_ columns: [Column]) { self.columns = columns }

  /// A table without titles.
  package init(rows: [[Cell]]) {
    columns = rows.first.map { $0.map { _ in Column("") } } ?? []
    self.rows = rows
    hasHeader = false
  }

  /// The whole table as lines, without trailing blanks: what is written where no person is known to look.
  package var lines: [String] {
    let kept = columns.indices.filter { !columns[$0].isForTerminals }
    let all = ([columns.map(\.title)] + rows.map { $0.map(\.text) }).map { row in kept.map { row[$0].oneLine } }
    let widths = kept.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let isNumeric = kept.map(isNumeric)
    return all.dropFirst(hasHeader ? 0 : 1).map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric[column] ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Whether a column holds nothing but numbers, which stand to the right.
  func isNumeric(_ column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { $0[column].text.first.map { $0.isNumber || $0 == "-" } ?? true }
  }
}
