import NetworkIR

/// The accumulators of a product of two activations, one at a time.
struct MatrixProductSum {
  private let product: MatrixProduct
  private let first: Activation
  private let second: Activation

  /// - Throws: `ReferenceError.operandShape` where the operands are no factors of the layer's output.
  init(_ product: MatrixProduct, in evaluation: LayerEvaluation) throws(ReferenceError) {
    let output = evaluation.output.shape
    let depth = evaluation.inputs[0].shape.channels
    first = try evaluation.operand(
      0, shaped: Shape(height: output.height, width: output.width, channels: depth))
    second = try evaluation.operand(
      1,
      shaped: product.isSecondTransposed
        ? Shape(height: output.height, width: output.channels, channels: depth)
        : Shape(height: output.height, width: depth, channels: output.channels))
    self.product = product
  }

  /// `sum over k of (a[h, i, k] - firstZeroPoint) * (b[h, k, j] - secondZeroPoint)`.
  ///
  /// Nothing overflows unseen: a term is below 2^34, and there are far fewer than 2^29 of them.
  func accumulator(at position: Position) -> Int {
    (0..<terms).reduce(0) { $0 + term($1, at: position) }
  }

  /// The sum of the magnitudes of all products that `accumulator(at:)` adds up.
  func magnitude(at position: Position) -> Int {
    (0..<terms).reduce(0) { $0 + abs(term($1, at: position)) }
  }

  /// Products in one sum.
  var terms: Int { first.shape.channels }

  /// The k-th product of the sum at a position.
  private func term(_ k: Int, at position: Position) -> Int {
    let left = first[Position(row: position.row, column: position.column, channel: k)] - product.firstZeroPoint
    let right =
      product.isSecondTransposed
      ? second[Position(row: position.row, column: position.channel, channel: k)]
      : second[Position(row: position.row, column: k, channel: position.channel)]
    return left * (right - product.secondZeroPoint)
  }
}
