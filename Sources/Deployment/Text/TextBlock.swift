import NetworkIR

/// A part of a result that people read.
package enum TextBlock: Sendable {
  case line(String, emphasis: Emphasis? = nil)
  case table(TextTable)
}

extension [TextBlock] {
  /// Lines as they are.
  package static func lines(_ lines: [String]) -> [TextBlock] { lines.map { .line($0) } }

  /// Without colours and of any width: what is written where no person is known to look.
  package var plainLines: [String] {
    flatMap { block in
      switch block {
      case .line(let text, _): [text]
      case .table(let table): table.lines
      }
    }
  }

  /// For a terminal: tables as they fit, sentences in lines that end between words.
  ///
  /// - Parameter width: of the terminal, in columns; nil where nothing bounds it.
  /// - Returns: the lines.
  package func lines(fitting width: Int?) -> [StyledLine] {
    flatMap { block in
      switch block {
      case .line(let text, let emphasis): text.harmlessLine.wrapped(to: width).map { StyledLine($0, emphasis) }
      case .table(let table): table.lines(fitting: width)
      }
    }
  }
}
