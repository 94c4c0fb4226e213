import NetworkIR

/// Which columns of a table a terminal shows, and how wide each of them is.
///
/// Texts of columns that can be cut give way first, down to `leastCutColumns`; then columns go, the highest rank first; then
/// what can be cut gives way down to `leastColumns`. What is left over goes back to what was cut, from left to right.
struct TableLayout {
  /// Of the columns that are shown, from left to right.
  let shown: [Int]
  /// Of each of these, in columns of the terminal.
  let widths: [Int]

  /// A name of so many columns can be told from others.
  static let leastCutColumns = 18
  /// Less than that says nothing.
  static let leastColumns = 8
  /// Between two columns.
  static let gap = 2

  /// Finds room.
  ///
  /// - Parameters:
  ///   - columns: of the table.
  ///   - natural: how wide each is if nothing is cut.
  ///   - width: of the terminal; nil where nothing bounds it.
  init(_ columns: [TextTable.Column], natural: [Int], width: Int?) {
    var shown = Array(columns.indices)
    var widths = natural
    if let width {
      func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + Self.gap * max(0, shown.count - 1) }
      func cut(to least: Int) {
        for column in shown where columns[column].cut != .never { widths[column] = min(natural[column], least) }
      }
      if total() > width { cut(to: Self.leastCutColumns) }
      while total() > width, let last = shown.max(by: { columns[$0].rank < columns[$1].rank }), columns[last].rank > 0 {
        shown.removeAll { $0 == last }
      }
      if total() > width { cut(to: Self.leastColumns) }
      for column in shown {
        let spare = max(0, width - total())
        widths[column] += min(spare, natural[column] - widths[column])
      }
    }
    self.shown = shown
    self.widths = shown.map { widths[$0] }
  }
}

extension TextTable {
  /// The table for a person: digits in groups, what has a short form in that, colours, and no line wider than the terminal
  /// as long as anything can go.
  ///
  /// - Parameter width: of the terminal, in columns; nil where nothing bounds it.
  /// - Returns: lines without trailing blanks.
  package func lines(fitting width: Int?) -> [StyledLine] {
    let numeric = columns.indices.map(isNumeric)
    let texts = rows.map { row in
      row.indices.map { column in
        let cell = row[column]
        return (cell.short ?? (numeric[column] ? cell.text.groupingDigits : cell.text)).harmlessLine
      }
    }
    let natural = columns.indices.map { column in
      max(hasHeader ? columns[column].title.terminalColumns : 0, texts.map { $0[column].terminalColumns }.max() ?? 0)
    }
    let layout = TableLayout(columns, natural: natural, width: width)
    let header = columns.map { TextTable.Cell($0.title, .faint) }
    let titles = hasHeader ? styled(columns.map(\.title), header, layout, numeric) : []
    return titles + zip(texts, rows).flatMap { styled($0, $1, layout, numeric) }
  }

  /// A row: as many lines as its longest sentence takes.
  private func styled(_ texts: [String], _ row: [Cell], _ layout: TableLayout, _ numeric: [Bool]) -> [StyledLine] {
    let parts = zip(layout.shown, layout.widths).map { column, width in
      let cut = columns[column].cut
      return cut == .wrapped ? texts[column].wrapped(to: width) : [texts[column].shortened(to: width, cut)]
    }
    return (0..<(parts.map(\.count).max() ?? 0)).map { index in
      var line = StyledLine()
      for (part, (column, width)) in zip(parts, zip(layout.shown, layout.widths)) {
        let text = index < part.count ? part[index] : ""
        let padding = String(repeating: " ", count: max(0, width - text.terminalColumns))
        if !line.runs.isEmpty { line.append(String(repeating: " ", count: TableLayout.gap)) }
        if numeric[column] { line.append(padding) }
        line.append(text, row[column].emphasis)
        if !numeric[column] { line.append(padding) }
      }
      return line.withoutTrailingBlanks
    }
  }
}
