import NetworkIR

extension QONNXLowering {
  /// Ends an operation on two activations with a quantizer.
  mutating func store(
    _ operation: QuantizedBinary, _ first: QuantizedReal, _ second: QuantizedReal, _ pending: QONNXPending,
    _ quantizer: QONNXQuantizer, name: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    guard pending.functions.count == 1, quantizer.channels == 1, first.tables == nil, second.tables == nil,
      let one = ExactNumber(first.scale.scale), let other = ExactNumber(second.scale.scale)
    else { throw QuantizedProblem(.notQuantized, pending.base.node) }
    let base = pending.base
    let operands = [
      try engine.operand(first.view, base.shape, node: base.node),
      try engine.operand(second.view, base.shape, node: base.node),
    ]
    var scaled = pending
    switch operation {
    case .multiply:
      scaled.functions[0] = pending.functions[0].preceded(by: one * other)
      let range = QuantizedLowering.products(
        engine.builder[first.view.tensor].values, first.scale.zeroPoint, engine.builder[second.view.tensor].values,
        second.scale.zeroPoint)
      let proof = try requantization(scaled, quantizer, over: [range])
      let product = Multiplication(
        output: proof, firstZeroPoint: first.scale.zeroPoint, secondZeroPoint: second.scale.zeroPoint)
      return add(.multiplication(product), "mul", operands, base, quantizer, proof.reachableCodes, name)
    case .add, .subtract:
      let sign = operation == .add ? 1 : -1
      guard let ratio = ExactNumber.ratio(one, other, bits: Self.ratioBits) else {
        let codes = try table(first, second, sign: sign, scaled, quantizer)
        let layer = sum(first.scale, second.scale, sign: sign, pending.functions[0], quantizer, codes)
        let values = Int(codes.min() ?? 0)...Int(codes.max() ?? 0)
        return add(layer, "add", operands, base, quantizer, values, name)
      }
      scaled.functions[0] = pending.functions[0].preceded(by: ratio.unit)
      let left = try scaledCodes(first, by: ratio.first)
      let right = try scaledCodes(second, by: sign * ratio.second)
      let range = left.range.lowerBound + right.range.lowerBound...left.range.upperBound + right.range.upperBound
      let proof = try requantization(scaled, quantizer, over: [range])
      let addition = Addition(
        first: left.rule, second: right.rule, output: proof, firstZeroPoint: first.scale.zeroPoint,
        secondZeroPoint: second.scale.zeroPoint)
      return add(.addition(addition), "add", operands, base, quantizer, proof.reachableCodes, name)
    case .maximum, .minimum: throw QuantizedProblem(.notQuantized, base.node)
    }
  }

  /// Bits of the whole factors by which the operands of an addition are brought to one unit.
  private static let ratioBits = 12

  private func scaledCodes(
    _ real: QuantizedReal, by factor: Int
  ) throws(QuantizedProblem) -> (rule: Requantization, range: ClosedRange<Int>) {
    let codes = engine.builder[real.view.tensor].values
    let numbers = codes.lowerBound - real.scale.zeroPoint...codes.upperBound - real.scale.zeroPoint
    let wide = ElementType.int32.range
    let rule = RequantizationRule([.affine(scale: factor, offset: 0), .clamp(wide)])
    let ends = [numbers.lowerBound * factor, numbers.upperBound * factor].sorted()
    return (try engine.proven([rule], over: [numbers], clamp: wide), ends[0]...ends[1])
  }

  /// The code of every pair, exactly, for scales that have no common unit; the second code varies fastest.
  private func table(
    _ first: QuantizedReal, _ second: QuantizedReal, sign: Int, _ pending: QONNXPending, _ quantizer: QONNXQuantizer
  ) throws(QuantizedProblem) -> [Int16] {
    let (left, right) = (first.scale, second.scale)
    guard left.type.bits <= 8, right.type.bits <= 8, let one = ExactNumber(left.scale),
      let positive = ExactNumber(right.scale)
    else { throw QuantizedProblem(.precision, (left.type.bits > 8 ? left : right).type.rawValue) }
    guard Int16(exactly: quantizer.codes.lowerBound) != nil, Int16(exactly: quantizer.codes.upperBound) != nil else {
      throw QuantizedProblem(.precision, quantizer.output.type.rawValue)
    }
    let other = sign < 0 ? -positive : positive
    let columns = right.type.range
    let function = pending.functions[0]
    var codes: [Int16] = []
    for row in left.type.range {
      // With the first code fixed, the number is a function of the second one.
      var fixed = function
      fixed.prepend(factor: other, addend: one * ExactNumber(row - left.zeroPoint))
      let numbers = columns.lowerBound - right.zeroPoint...columns.upperBound - right.zeroPoint
      let rule = fixed.rule(quantizer, channel: 0, over: numbers, clamp: quantizer.codes)
      for column in columns { codes.append(Int16(clamping: rule.evaluate(column - right.zeroPoint) ?? 0)) }
    }
    return codes
  }

  /// The layer whose codes a table lists.
  private func sum(
    _ first: QuantizedScale, _ second: QuantizedScale, sign: Int, _ function: QONNXFunction,
    _ quantizer: QONNXQuantizer, _ codes: [Int16]
  ) -> Operation {
    let steps = [Double(first.scale), Double(sign) * Double(second.scale)].map {
      $0 * function.slope / Double(quantizer.output.scale)
    }
    let addend = function.offset / Double(quantizer.output.scale) + Double(quantizer.output.zeroPoint)
    return .sum(
      first: first.type.range, second: second.type.range, clamp: quantizer.codes, output: quantizer.output.type,
      codes: codes,
      slopes: PairwiseSlopes(
        first: steps[0], second: steps[1],
        offset: addend - steps[0] * Double(first.zeroPoint) - steps[1] * Double(second.zeroPoint)))
  }
}
