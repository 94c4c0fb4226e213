import NetworkIR

/// How a sum or difference brings both operands to a common scale and the result to the output's.
struct TFLiteSum {
  /// `round(difference to the zero point << bits, times its factor)`, negated where the operand is subtracted.
  var operands: [RequantizationRule]
  /// The factor of the result.
  var result: TFLiteMultiplier
  var clamp: ClosedRange<Int>
  var zeroPoint: Int

  /// The code for two differences to the zero points; nil where a number leaves 64 bits.
  func code(_ first: Int, _ second: Int) -> Int? {
    guard let left = operands[0].evaluate(first), let right = operands[1].evaluate(second) else { return nil }
    return RequantizationRule([result.step, .affine(scale: 1, offset: zeroPoint), .clamp(clamp)]).evaluate(left + right)
  }
}

extension TFLiteOperator {
  /// The arithmetic of ADD and SUB: 20 fractional bits, 15 on int16.
  ///
  /// Sources: AddFunc of tensorflow/lite/kernels/internal/reference/integer_ops/add.h, CalculateOpDataAdd of
  /// tensorflow/lite/micro/kernels/add_common.cc; SUB divides in float64 too, as measured on all pairs of codes.
  ///
  /// Where the second operand `isNegated`, it is subtracted by turning its codes around beforehand.
  mutating func sumArithmetic(
    _ first: TFLiteActivation, _ second: TFLiteActivation, _ output: TFLiteActivation, subtracts: Bool,
    isNegated: Bool = false
  ) -> TFLiteSum? {
    guard haveOneType(first, output), haveOneType(second, output), let clamp = fusedRange(output) else { return nil }
    let bits = output.type == .int16 ? 15 : 20
    let common = 2 * Double(max(first.scale, second.scale))
    let factors = [first.scale, second.scale].map { Double($0) / common }
    let real = common / (Double(1 << bits) * Double(output.scale))
    let result = TFLiteMultiplier(real)
    guard result.shift <= 0 else {
      refuse(.multiplier, "the output multiplier is \(real), but below 1 is needed")
      return nil
    }
    // A product exactly between two integers is rounded up, whatever its sign: the product of the negated code would be
    // another one, so that the sign is changed behind the multiplication.
    let signs: [[RequantizationStep]] = [[], subtracts && !isNegated ? [.affine(scale: -1, offset: 0)] : []]
    let rules = zip(factors, signs).map { factor, sign in
      let steps: [RequantizationStep] = [.affine(scale: 1 << bits, offset: 0), TFLiteMultiplier(factor).step]
      return RequantizationRule(steps + sign + [.clamp(ElementType.int32.range)])
    }
    return TFLiteSum(operands: rules, result: result, clamp: clamp, zeroPoint: output.zeroPoint)
  }

  /// Sum or difference of two activations of the output's shape.
  mutating func sum(
    _ first: TFLiteActivation, _ second: TFLiteActivation, _ output: TFLiteActivation, _ arithmetic: TFLiteSum
  ) -> TFLiteLayer? {
    let ranges = [codes(of: first).less(first.zeroPoint), codes(of: second).less(second.zeroPoint)]
    let wide = ElementType.int32.range
    guard let one = proven([arithmetic.operands[0]], over: [ranges[0]], clamp: wide),
      let other = proven([arithmetic.operands[1]], over: [ranges[1]], clamp: wide)
    else { return nil }
    let (left, right) = (one.codes(for: [ranges[0]]), other.codes(for: [ranges[1]]))
    let sums = left.lowerBound + right.lowerBound...left.upperBound + right.upperBound
    let sum = requantization(
      [arithmetic.result], accumulators: [sums], zeroPoint: output.zeroPoint, clamp: arithmetic.clamp)
    guard let sum else { return nil }
    let addition = Addition(
      first: one, second: other, output: sum, firstZeroPoint: first.zeroPoint, secondZeroPoint: second.zeroPoint)
    let shape = output.shape
    return TFLiteLayer(
      operation: .addition(addition), kind: "add", inputs: [(first.name, shape), (second.name, shape)],
      output: output, outputShape: shape, values: sum.codes(for: [sums]))
  }
}
