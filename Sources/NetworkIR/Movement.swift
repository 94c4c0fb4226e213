/// A rearrangement of codes: concatenation, slice, padding, transposition, depth to space, nearest neighbours, repetition.
///
/// The output is filled with `fill` where no piece writes; pieces do not overlap. Offsets and strides count elements in
/// the HWC order of the layer's views of its operands. A *row-wise* movement has as many output rows as each operand has
/// rows, and its pieces describe one row: the offsets count from the start of a row, and no piece leaves it. Such a
/// layer can run stripe by stripe.
package struct Movement: Equatable, Sendable {
  /// A box of elements: loops nested in the order of `extents`, the last one innermost.
  ///
  ///     output[outputOffset + sum(i[k] * outputStrides[k])] = input[inputOffset + sum(i[k] * inputStrides[k])]
  package struct Piece: Equatable, Sendable {
    /// Which of the layer's operands is read: 0 or 1.
    package var operand: Int
    package var inputOffset: Int
    package var outputOffset: Int
    /// At most six, none of them 0.
    package var extents: [Int]
    /// May be 0 (repetition) or negative (reversal).
    package var inputStrides: [Int]
    package var outputStrides: [Int]

    package init(
      operand: Int = 0, inputOffset: Int = 0, outputOffset: Int = 0, extents: [Int], inputStrides: [Int],
      outputStrides: [Int]
    ) {
      self.operand = operand
      self.inputOffset = inputOffset
      self.outputOffset = outputOffset
      self.extents = extents
      self.inputStrides = inputStrides
      self.outputStrides = outputStrides
    }
  }

  package var isRowwise: Bool
  /// The code where no piece writes.
  package var fill: Int
  package var pieces: [Piece]

  /// Nested loops that a piece may have.
  package static let mostExtents = 6

  package init(isRowwise: Bool, fill: Int = 0, pieces: [Piece]) {
    self.isRowwise = isRowwise
    self.fill = fill
    self.pieces = pieces
  }
}

/// Products of matrices that are both activations, one for each row of the map:
///
///     accumulator[h, i, j] = sum over k of (a[h, i, k] - firstZeroPoint) * (b[h, k, j] - secondZeroPoint)
///
/// `a` is (H, I, K); `b` is (H, K, J), or (H, J, K) where it is transposed; the output is (H, I, J).
package struct MatrixProduct: Equatable, Sendable {
  package var isSecondTransposed: Bool
  package var firstZeroPoint: Int
  package var secondZeroPoint: Int
  /// One rule for all channels; nil: the int32 accumulator itself is the output.
  package var requantization: Requantization?

  package init(
    isSecondTransposed: Bool, firstZeroPoint: Int, secondZeroPoint: Int, requantization: Requantization?
  ) {
    self.isSecondTransposed = isSecondTransposed
    self.firstZeroPoint = firstZeroPoint
    self.secondZeroPoint = secondZeroPoint
    self.requantization = requantization
  }
}

extension Operation {
  /// Whether the layer reads and writes its operands in place in L2, without tiles in L1.
  package var isDirect: Bool {
    switch self {
    case .movement, .matrixProduct: true
    case .convolution, .addition, .multiplication, .extremum, .pairwise, .pooling, .rescale, .lookup, .softmax,
      .tableSoftmax, .argumentMaximum:
      false
    }
  }
}
