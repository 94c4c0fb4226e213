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
    guard let one = operand(first, values(0), over: common), let other = operand(second, values(1), over: common)
    else { return nil }
    let sums = one.codes.lowerBound + other.codes.lowerBound...one.codes.upperBound + other.codes.upperBound
    let sum = requantization([result], accumulators: [sums], zeroPoint: output.zeroPoint, clamp: clamp)
    guard let sum else { return nil }
    let addition = Addition(
      first: one.rule, second: other.rule, output: sum, firstZeroPoint: first.zeroPoint,
      secondZeroPoint: second.zeroPoint)
    return TFLiteLayer(
      operation: .addition(addition), kind: "add", inputs: [(first.name, left), (second.name, right)],
      output: output, values: sum.codes(for: [sums]))
  }

  /// What brings a code without its zero point to the common scale, and what can come out for some codes.
  private mutating func operand(
    _ activation: TFLiteActivation, _ values: ClosedRange<Int>, over common: Double
  ) -> (rule: Requantization, codes: ClosedRange<Int>)? {
    let factor = TFLiteMultiplier(Double(activation.scale) / common)
    let wide = ElementType.int32.range
    let differences = values.less(activation.zeroPoint)
    let rule = RequantizationRule([.affine(scale: 1 << 20, offset: 0), factor.step, .clamp(wide)])
    return proven([rule], over: [differences], clamp: wide).map { ($0, $0.codes(for: [differences])) }
  }
}
