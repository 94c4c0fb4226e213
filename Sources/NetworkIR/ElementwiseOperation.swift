/// Element-wise product of two operands of one shape: `y = output((x1 - firstZeroPoint) * (x2 - secondZeroPoint))`.
package struct Multiplication: Equatable, Sendable {
  /// One rule for all channels.
  package var output: Requantization
  package var firstZeroPoint: Int
  package var secondZeroPoint: Int

  package init(output: Requantization, firstZeroPoint: Int, secondZeroPoint: Int) {
    self.output = output
    self.firstZeroPoint = firstZeroPoint
    self.secondZeroPoint = secondZeroPoint
  }
}

/// Element by element the greater or the lesser code of two operands of one shape and one quantization, then clamped.
package struct Extremum: Equatable, Sendable {
  package enum Kind: String, Sendable { case maximum, minimum }

  package var kind: Kind
  package var clamp: ClosedRange<Int>

  package init(kind: Kind, clamp: ClosedRange<Int>) {
    self.kind = kind
    self.clamp = clamp
  }
}

/// Any function of one code, as a table: every unary operator on 8 bits or fewer.
package struct Lookup: Equatable, Sendable {
  /// One for all channels or one per channel; entry `x - input type's least code` is the output code of `x`, and
  /// there are as many as the input type has codes.
  package var tables: [[Int32]]

  package init(tables: [[Int32]]) { self.tables = tables }

  /// The table of a channel.
  package func table(channel: Int) -> [Int32] { tables[tables.count == 1 ? 0 : channel] }
}

/// The index, as int32, of the greatest code among the channels of each position; of equal ones the first.
///
/// The output has the input's height and width and one channel.
package struct ArgumentMaximum: Equatable, Sendable {
  /// Whether the least code is sought instead.
  package var isMinimum: Bool

  package init(isMinimum: Bool = false) { self.isMinimum = isMinimum }
}

/// Softmax over the channels of each position by a table of exponentials, 64-bit integers throughout:
///
///     e[c] = exponentials[greatest code - x[c]]
///     y[c] = clip(floor((e[c] * multiplier + half) / (sum(e) << shift)) + zeroPoint), half = (sum(e) << shift) / 2
///
/// where a quotient exactly between two codes goes to the even one. `multiplier * 2^-shift` is one over the output's
/// scale. With exponentials below 2^31, `multiplier` below 2^24 and at most 4096 channels nothing leaves 64 bits.
package struct TableSoftmax: Equatable, Sendable {
  /// `round(exp(-d * beta * input scale) * 2^30)` for each difference d from 0 to the number of input codes - 1.
  package var exponentials: [Int32]
  package var multiplier: Int32
  package var shift: Int
  package var zeroPoint: Int
  package var clamp: ClosedRange<Int>

  package init(exponentials: [Int32], multiplier: Int32, shift: Int, zeroPoint: Int, clamp: ClosedRange<Int>) {
    self.exponentials = exponentials
    self.multiplier = multiplier
    self.shift = shift
    self.zeroPoint = zeroPoint
    self.clamp = clamp
  }
}
