import NetworkIR

extension TFLiteOperator {
  /// ADD of two activations of one shape: both are brought to a common scale with 20 fractional bits, summed and
  /// requantized. Source: AddElementwise of tensorflow/lite/kernels/internal/reference/integer_ops/add.h.
  mutating func addition() -> TFLiteLayer? {
    let operands = [input(0), input(1)]
    let output = output()
    let shapes = operands.map { shape(of: $0) }
    let to = shape(of: output)
    let clamp = fusedRange(output)
    guard let first = operands[0], let second = operands[1], let output, let clamp, to != nil,
      let left = shapes[0], let right = shapes[1]
    else { return nil }
    guard first.dimensions == second.dimensions, first.dimensions == output.dimensions else {
      let found = "\(first.dimensions) and \(second.dimensions)"
      refuse(.sameShapes, "the operands have dimensions \(found), the output \(output.dimensions)")
      return nil
    }
    let common = 2 * Double(max(first.scale, second.scale))
    let result = TFLiteMultiplier(common / (0x1p20 * Double(output.scale)))
    guard result.shift <= 0 else {
      refuse(.multiplier, "the output multiplier is \(common / (0x1p20 * Double(output.scale))), but below 1 is needed")
      return nil
    }
    let one = AdditionOperand(first, over: common)
    let other = AdditionOperand(second, over: common)
    // All that operands of one byte can sum up to, with room for a candidate that is off by one.
    let sums = one.rounded.lowerBound + other.rounded.lowerBound...one.rounded.upperBound + other.rounded.upperBound
    let requantization = requantization([result], accumulators: [sums], zeroPoint: output.zeroPoint, clamp: clamp)
    guard let requantization, let pair = exactPair(one, other, requantization.rules[0]) else { return nil }
    let low = pair.first.codes(for: [values(0)])
    let high = pair.second.codes(for: [values(1)])
    let reached = low.lowerBound + high.lowerBound...low.upperBound + high.upperBound
    return TFLiteLayer(
      operation: .addition(Addition(first: pair.first, second: pair.second, output: requantization)), kind: "add",
      inputs: [(first.name, left), (second.name, right)], output: output, values: requantization.codes(for: [reached]))
  }

  /// The first forms of both operands with which the sum has the file's code for every pair of codes.
  private mutating func exactPair(
    _ one: AdditionOperand, _ other: AdditionOperand, _ output: RequantizationRule
  ) -> (first: Requantization, second: Requantization)? {
    let seconds = other.candidates
    for first in one.candidates {
      for second in seconds where isExact(one, first, other, second, output) { return (first, second) }
    }
    refuse(.exactRequantization, "no integer form of the 2 operands gives the sum's code for all 65536 pairs of codes")
    return nil
  }

  /// Compares all pairs of codes; where the sums agree, so do their codes.
  private func isExact(
    _ one: AdditionOperand, _ first: Requantization, _ other: AdditionOperand, _ second: Requantization,
    _ output: RequantizationRule
  ) -> Bool {
    let left = one.differences(of: first)
    let right = other.differences(of: second)
    for (exact, leftError) in left {
      for (addend, rightError) in right where leftError + rightError != 0 {
        let sum = exact + addend
        guard output.evaluate(sum) == output.evaluate(sum + leftError + rightError) else { return false }
      }
    }
    return true
  }
}

/// One side of an addition: the rule of the file, and forms that kernels can compute.
///
/// The file rounds twice, half away from zero the second time: above and below its zero point that is a different
/// straight line, so that often no single form equals the rule. The code of the sum hardly ever depends on the last of
/// 20 fractional bits, so forms that round once stand in for it, proven with the output over all pairs of codes.
private struct AdditionOperand {
  /// As the file prescribes it, from a code to the common scale.
  let rule: RequantizationRule
  private let zeroPoint: Int
  private let factor: TFLiteMultiplier

  init(_ activation: TFLiteActivation, over common: Double) {
    zeroPoint = activation.zeroPoint
    factor = TFLiteMultiplier(Double(activation.scale) / common)
    rule = RequantizationRule([
      .affine(scale: 1 << 20, offset: -(zeroPoint << 20)), factor.step, .clamp(ElementType.int32.range),
    ])
  }

  /// What the rule gives over all codes, widened by 2 on both sides.
  var rounded: ClosedRange<Int> {
    let codes = ElementType.int8.range
    return (rule.evaluate(codes.lowerBound) ?? 0) - 2...(rule.evaluate(codes.upperBound) ?? 0) + 2
  }

  /// The rule itself where some form equals it, else forms that round once, with eighths of a unit added.
  var candidates: [Requantization] {
    if let literal = fitted(rule) { return [literal] }
    // Below the smallest factor that is kept, 2^-32, the rule is zero and always has a form.
    let divisor = 1 << (11 - factor.shift)
    let multiplier = Int(factor.multiplier)
    return [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6].compactMap { eighths in
      let offset = -zeroPoint * multiplier + eighths * (divisor / 8)
      return fitted(
        RequantizationRule([
          .affine(scale: multiplier, offset: offset), .divide(by: divisor, rounding: .halfUp),
          .clamp(ElementType.int32.range),
        ]))
    }
  }

  /// For each code what the rule gives, and how much a candidate differs from it.
  func differences(of candidate: Requantization) -> [(exact: Int, error: Int)] {
    ElementType.int8.range.map { code in
      let exact = rule.evaluate(code) ?? 0
      return (exact, (candidate.rules[0].evaluate(code) ?? 0) - exact)
    }
  }

  private func fitted(_ rule: RequantizationRule) -> Requantization? {
    try? Requantization(rules: [rule], accumulators: [ElementType.int8.range], clamp: ElementType.int32.range)
  }
}
