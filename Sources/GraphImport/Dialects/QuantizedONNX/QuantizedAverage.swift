import NetworkIR

extension QuantizedLowering {
  /// Adds an average pooling: of integers where they are proven to give the codes that float32 gives, else of float32
  /// numbers.
  mutating func addAverage(
    _ pooling: Pooling, _ operand: Operand, _ input: QuantizedScale, count: Int?, _ pending: QuantizedPending,
    _ scale: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    let codes = builder[operand.tensor].values
    if let count, let range = sumRange(pooling, operand, input) {
      let fraction = AverageFraction(input, scale, divisor: count)
      let largest = max(abs(codes.lowerBound - input.zeroPoint), abs(codes.upperBound - input.zeroPoint))
      let positions = min(count, operand.shape.extent.area)
      let rule = fraction.rule(clamp, tiesToEvenCode: true)
      if fraction.isProven(sums: range, positions: positions, largest: largest, clamp: clamp, rule: rule),
        let requantization = try? proven([rule], over: [range], clamp: clamp)
      {
        return add(pooling, summing: requantization, operand, input, pending, scale, name)
      }
    }
    let bits = [input.scale.bitPattern, scale.scale.bitPattern]
    guard bits.allSatisfy(SinglePrecisionAverage.isScale) else {
      let outside = SinglePrecisionAverage.isScale(bits[0]) ? scale.scale : input.scale
      throw QuantizedProblem(.scale, outside, name)
    }
    var pooling = pooling
    pooling.kind = .singlePrecisionAverage(
      SinglePrecisionAverage(
        inputScale: bits[0], inputZeroPoint: input.zeroPoint, outputScale: bits[1], outputZeroPoint: scale.zeroPoint,
        divisor: count, clamp: clamp))
    return add(.pooling(pooling), "avgpool", [operand], pending, scale, clamp, name)
  }

  /// Adds a sum pooling with its requantization.
  mutating func addSum(
    _ pooling: Pooling, _ operand: Operand, _ input: QuantizedScale, _ rule: RequantizationRule,
    _ pending: QuantizedPending, _ scale: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    guard let range = sumRange(pooling, operand, input) else { throw QuantizedProblem(.accumulator, 0) }
    let requantization = try proven([rule], over: [range], clamp: clamp)
    return add(pooling, summing: requantization, operand, input, pending, scale, name)
  }

  private mutating func add(
    _ pooling: Pooling, summing requantization: Requantization, _ operand: Operand, _ input: QuantizedScale,
    _ pending: QuantizedPending, _ scale: QuantizedScale, _ name: String
  ) -> QuantizedView {
    var pooling = pooling
    pooling.kind = .sum(requantization, inputZeroPoint: input.zeroPoint)
    return add(.pooling(pooling), "avgpool", [operand], pending, scale, requantization.reachableCodes, name)
  }

  /// What the sum of a window can be, each code less the zero point; nil where it can leave 32 bits.
  private func sumRange(_ pooling: Pooling, _ operand: Operand, _ input: QuantizedScale) -> ClosedRange<Int>? {
    let codes = builder[operand.tensor].values
    let (low, high) = (codes.lowerBound - input.zeroPoint, codes.upperBound - input.zeroPoint)
    let positions = min(pooling.kernel.area, operand.shape.extent.area)
    guard positions <= Int(Int32.max) / max(abs(low), abs(high), 1) else { return nil }
    // Padding counts as nothing, so that fewer codes can be summed.
    return pooling.padding == .zero
      ? low * positions...high * positions : min(low, 0) * positions...max(high, 0) * positions
  }

  /// `clip(RNE(sum * scale / (count * output scale)) + zeroPoint)`, the quotient exact. Where it is exactly between two
  /// codes, a sum in float32 may give either.
  mutating func meanRule(
    _ input: QuantizedScale, count: Int, to output: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> RequantizationRule {
    let fraction = AverageFraction(input, output, divisor: count)
    guard fraction.isSmall else { throw QuantizedProblem(.scale, output.scale, name) }
    let divisor = fraction.reducedDenominator
    // Only a sum that is a multiple of half the divisor can be exactly between two codes.
    if divisor.isMultiple(of: 2), divisor / 2 <= count * input.type.range.count {
      notes.append(QuantizedNote.averageTies.reason.diagnostic([name]))
    }
    return fraction.rule(clamp)
  }
}
