/// What a colour on a terminal says. The text says the same: no colour says anything alone.
package enum Emphasis: Sendable, CaseIterable {
  /// What matters most.
  case strong
  /// What is there for completeness.
  case faint
  /// Limited by kernels, by transfers between L2 and L1, by those of external memory.
  case compute, dma, l3
  case good, bad
}

/// A line of text, parts of which are emphasised.
package struct StyledLine: Equatable, Sendable {
  /// Text of one emphasis.
  package struct Run: Equatable, Sendable {
    package var text: String
    package var emphasis: Emphasis?
  }

  package private(set) var runs: [Run] = []

  init() {}

  init(_ text: String, _ emphasis: Emphasis? = nil) { append(text, emphasis) }

  /// Without emphasis.
  package var text: String { runs.map(\.text).joined() }

  mutating func append(_ text: String, _ emphasis: Emphasis? = nil) {
    guard !text.isEmpty else { return }
    runs.append(Run(text: text, emphasis: emphasis))
  }

  var withoutTrailingBlanks: StyledLine {
    var line = self
    while let last = line.runs.popLast() {
      let kept = String(last.text.reversed().drop { $0 == " " }.reversed())
      guard kept.isEmpty else {
        line.append(kept, last.emphasis)
        break
      }
    }
    return line
  }
}
