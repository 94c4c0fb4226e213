/// The first element in which a run differs from the reference, with what is needed to find out why.
package struct Difference: Sendable, Equatable {
  package var sample: Int
  package var layer: String
  package var height: Int
  package var width: Int
  package var channel: Int
  /// Before requantization; nil for layers without an accumulator.
  package var accumulator: Int?
  package var expected: Int32
  package var got: Int32
  /// How far the accumulator is from the nearest one with another code; nil where that does not apply.
  package var distanceToThreshold: Int?

  /// One line: where, accumulator, expected and got.
  package var sentence: String {
    var text = "sample \(sample), \(layer) at (h \(height), w \(width), c \(channel)): expected \(expected), got \(got)"
    if let accumulator { text += ", accumulator \(accumulator)" }
    if let distanceToThreshold { text += ", \(distanceToThreshold) from the nearest threshold" }
    return text
  }
}

/// How one layer's output compares over all samples.
package struct LayerComparison: Sendable, Equatable {
  package var name: String
  package var op: String
  package var elements = 0
  package var mismatches = 0
  package var first: Difference?

  package init(name: String, op: String) {
    self.name = name
    self.op = op
  }
}

/// Counts of a comparison of tensors.
package struct Tally: Sendable, Equatable {
  package var elements = 0
  package var mismatches = 0

  package init() {}

  /// Compares element by element; a missing tail counts as different.
  package mutating func compare(_ expected: [Int32], _ got: [Int32]) {
    elements += expected.count
    mismatches += zip(expected, got).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) } + max(expected.count - got.count, 0)
  }
}
