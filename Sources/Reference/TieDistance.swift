import NetworkIR

/// How close one output element is to being rounded the other way.
package struct TieDistance: Equatable, Sendable {
  /// From the accumulator to the nearest real number between two codes, in units of the accumulator; never too small.
  package var accumulators: Double
  /// What a computation in float32 may be off there, in the same units; see `ReferenceExecutor.tieDistance`.
  package var float32Error: Double

  package init(accumulators: Double, float32Error: Double) {
    self.accumulators = accumulators
    self.float32Error = float32Error
  }
}

extension ReferenceExecutor {
  /// How close an output element is to a tie, and how close counts as one for a program that sums in float32.
  ///
  /// A sum of n products of float32 numbers, in any order, is off by at most `n * 2^-24` of the sum of their magnitudes
  /// (Higham, Accuracy and Stability of Numerical Algorithms, 4.2, to first order); ten more roundings are allowed for
  /// the scales, the bias, a batch normalization and the division by the output's scale. So the error is
  ///
  ///     (n + 10) * 2^-24 * (sum of |x - zero point| * |w - zero point|, + |bias| + |offset of the rule|)
  ///
  /// in units of the accumulator.
  ///
  /// - Parameters:
  ///   - layer: index in `Network.layers`.
  ///   - position: the output element.
  ///   - tensors: what `run` returned, or any other codes of the layer's inputs.
  /// - Returns: nil for layers other than convolutions, sums and rescales, and for rules of several roundings. Of thresholds,
  ///   which are whole numbers, the distance is the greatest that the real tie can have.
  package func tieDistance(layer: Int, position: Position, tensors: [[Int32]]) -> TieDistance? {
    guard let accumulator = accumulator(layer: layer, position: position, tensors: tensors) else { return nil }
    let terms: Int
    let magnitude: Int
    let rule: RequantizationRule
    switch network.layers[layer].operation {
    case .convolution(let convolution):
      guard let requantization = convolution.requantization,
        let sum = sumOfMagnitudes(convolution, layer: layer, position: position, tensors: tensors)
      else { return nil }
      rule = requantization.rule(channel: position.channel)
      (terms, magnitude) = (convolution.weightsPerOutputChannel, sum)
    case .pooling(let pooling):
      guard case .sum(let requantization, let zeroPoint) = pooling.kind else { return nil }
      let operand = network.layers[layer].inputs[0]
      let input = Activation(
        shape: operand.shape, type: network[operand.tensor].type, codes: tensors[operand.tensor])
      let window = PoolingWindow(pooling, at: position, in: operand.shape)
      rule = requantization.rule(channel: position.channel)
      (terms, magnitude) = (window.count, window.magnitude(of: input, zeroPoint: zeroPoint))
    case .rescale(let requantization, _):
      (rule, terms, magnitude) = (requantization.rule(channel: position.channel), 1, abs(accumulator))
    case .addition, .multiplication, .extremum, .pairwise, .lookup, .softmax, .tableSoftmax, .argumentMaximum,
      .matrixProduct, .movement:
      return nil
    }
    guard let tie = rule.tie(near: accumulator) else { return nil }
    let error = Double(terms + 10) * 0x1p-24 * (Double(magnitude) + tie.offset)
    return TieDistance(accumulators: tie.distance, float32Error: error)
  }

  /// The sum of the magnitudes of a convolution's products and bias: the same convolution of magnitudes.
  private func sumOfMagnitudes(
    _ convolution: Convolution, layer: Int, position: Position, tensors: [[Int32]]
  ) -> Int? {
    let operand = network.layers[layer].inputs[0]
    let input = Activation(
      shape: operand.shape, type: network[operand.tensor].type, codes: tensors[operand.tensor])
    let evaluation = LayerEvaluation(
      layer: network.layers[layer], inputs: [input], output: network[network.layers[layer].output])
    return (try? ConvolutionSums(convolution, in: evaluation))?.magnitude(at: position)
  }
}

extension RequantizationRule {
  /// The distance of an accumulator from the nearest real number between two codes, and the rule's offset, both in units
  /// of the accumulator; nil where the steps are no linear function with one rounding, or a clamp stands before it.
  fileprivate func tie(near accumulator: Int) -> (distance: Double, offset: Double)? {
    var scale = 1.0
    var offset = 0.0
    var tie: (distance: Double, offset: Double)?
    for step in steps {
      switch step {
      case .affine(let factor, let addend):
        // After the rounding, a code may only be moved or mirrored.
        guard factor != 0, tie == nil || abs(factor) == 1 else { return nil }
        scale *= Double(factor)
        offset = offset * Double(factor) + Double(addend)
      case .divide(let divisor, let rounding):
        guard tie == nil, divisor > 0 else { return nil }
        let quotient = (Double(accumulator) * scale + offset) / Double(divisor)
        let isHalf = rounding != .floor && rounding != .truncate
        let distance = Self.fromBoundary(quotient, isHalf: isHalf)
        tie = (distance * Double(divisor) / abs(scale), abs(offset / scale))
      case .singlePrecision(let significand, let exponent, let addend):
        guard tie == nil, scale == 1, offset == 0 else { return nil }
        let factor = Double(significand) * Double(sign: .plus, exponent: -exponent, significand: 1)
        let distance = Self.fromBoundary(Double(accumulator) * factor + Double(addend), isHalf: true)
        tie = (distance / factor, abs(Double(addend)) / factor)
      case .thresholds(_, let thresholds):
        guard tie == nil, scale == 1, offset == 0 else { return nil }
        // Each stands for a real number less than one below it: the distance from it is this or less.
        let distances = thresholds.map { accumulator < $0 ? $0 - accumulator : accumulator - $0 + 1 }
        guard let distance = distances.min() else { return nil }
        tie = (Double(distance), 0)
      case .clamp: guard tie != nil else { return nil }
      case .doublingMultiply: return nil
      }
    }
    return tie
  }

  /// How far a real number is from the nearest integer, or from the nearest number halfway between two.
  private static func fromBoundary(_ value: Double, isHalf: Bool) -> Double {
    let shifted = isHalf ? value + 0.5 : value
    return abs(shifted - shifted.rounded())
  }
}
