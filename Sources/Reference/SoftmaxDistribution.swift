import NetworkIR

extension LayerEvaluation {
  /// Softmax over the channels of every position.
  func distribution(_ softmax: Softmax) throws(ReferenceError) -> [Int32] {
    guard output.type.bits == 8 else {
      throw .softmaxOutput(layer: layer.name, type: output.type.rawValue)
    }
    let input = try operand(0, shaped: output.shape)
    let channels = input.shape.channels
    return stride(from: 0, to: input.codes.count, by: channels).flatMap { start in
      softmax.distribution(of: input.codes[start..<start + channels], codes: output.type.range)
    }
  }
}

extension Softmax {
  /// The codes of one position (tensorflow/lite/kernels/internal/reference/softmax.h).
  ///
  /// `codes` are the 256 codes of the output's type: the least stands for zero, one step for 1/256.
  fileprivate func distribution(of inputs: ArraySlice<Int32>, codes: ClosedRange<Int>) -> [Int32] {
    guard let greatest = inputs.max() else { return [] }
    // nil: too small to count.
    let exponentials = inputs.map { input -> Int? in
      let difference = Int(input) - Int(greatest)
      guard difference >= minimumDifference else { return nil }
      return FixedPoint.exponential(ofNegative: FixedPoint.multiply(difference << leftShift, Int(multiplier)))
    }
    // Q12.19, so that 4096 terms of at most one fit.
    let total = exponentials.reduce(0) { $0 + ($1.map { FixedPoint.divideByPowerOfTwo($0, 12) } ?? 0) }
    // total = 2^exponent * (1 + fraction), with the fraction in [0, 1)
    let headroom = Int32(truncatingIfNeeded: total).leadingZeroBitCount
    let exponent = 12 - headroom
    let fraction = total << headroom - 1 << 31
    let reciprocal = FixedPoint.reciprocalOfOnePlus(fraction)
    return exponentials.map { exponential in
      guard let exponential else { return Int32(codes.lowerBound) }
      let quotient = FixedPoint.divideByPowerOfTwo(FixedPoint.multiply(reciprocal, exponential), exponent + 23)
      return Int32(min(codes.lowerBound + quotient, codes.upperBound))
    }
  }
}
