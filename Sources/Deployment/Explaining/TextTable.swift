import NetworkIR

/// Rows of text, padded into columns; numbers to the right.
package struct TextTable {
  /// One a column.
  package var header: [String]
  /// Cells, as many a row as there are columns.
  package var rows: [[String]] = []

  package init(header: [String]) { self.header = header }

  /// The table as lines, without trailing blanks.
  package var lines: [String] {
    let all = ([header] + rows).map { $0.map(\.oneLine) }
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let isNumeric = header.indices.map(isNumeric)
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric[column] ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private func isNumeric(_ column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { $0[column].first.map { $0.isNumber || $0 == "-" } ?? true }
  }
}
