import NetworkIR

extension TFLiteOperator {
  /// ADD and SUB.
  mutating func addition(isDifference: Bool) {
    guard let pair = pair() else { return }
    switch pair {
    case .activations(let first, let second, let output):
      guard let arithmetic = sumArithmetic(first, second, output, subtracts: isDifference) else { return }
      var attempt = self
      let layer = attempt.sum(first, second, output, arithmetic)
      if isDifference, layer == nil, output.type.bits == 8, addNegated(first, second, output, arithmetic) { return }
      self = attempt
      emit(layer)
    case .constant(let activation, let codes, let constant, let isFirst, let output):
      let (first, second) = isFirst ? (constant, activation) : (activation, constant)
      guard let arithmetic = sumArithmetic(first, second, output, subtracts: isDifference) else { return }
      tables(activation, constant: constant, codes: codes, to: output) { x, c in
        arithmetic.code((isFirst ? c : x) - first.zeroPoint, (isFirst ? x : c) - second.zeroPoint) ?? output.zeroPoint
      }
    }
  }

  /// A difference as the sum of one operand and the other one turned around: `-1 - x` on int8 and `255 - x` on uint8 are
  /// codes whose differences to a zero point turned around too are the negated ones.
  ///
  /// Where the negated operand is rounded otherwise, which happens exactly between two integers, this may show in the
  /// result: all pairs of codes are compared.
  ///
  /// - Returns: false, and emits nothing, where some pair differs or the sum has no exact form.
  private mutating func addNegated(
    _ first: TFLiteActivation, _ second: TFLiteActivation, _ output: TFLiteActivation, _ literal: TFLiteSum
  ) -> Bool {
    var attempt = self
    let range = second.type.range
    var turned = intermediate("\(second.name) turned around", like: output, dimensions: second.dimensions)
    turned.scale = second.scale
    turned.zeroPoint = range.lowerBound + range.upperBound - second.zeroPoint
    attempt.emit(lookup(second, output.shape, [range.reversed()], to: turned))
    let arithmetic = attempt.sumArithmetic(first, turned, output, subtracts: true, isNegated: true)
    guard let arithmetic, let layer = attempt.sum(first, turned, output, arithmetic) else { return false }
    for a in first.differences {
      guard second.differences.allSatisfy({ arithmetic.code(a, -$0) == literal.code(a, $0) }) else { return false }
    }
    attempt.emit(layer)
    self = attempt
    return true
  }

  /// MUL. Sources: tensorflow/lite/micro/kernels/mul_common.cc; XNNPACK's scale is a float32 product and quotient.
  mutating func product() {
    let clamp = fusedRange(output())
    guard let pair = pair(), let clamp else { return }
    switch pair {
    case .activations(let first, let second, let output):
      let left = codes(of: first).less(first.zeroPoint)
      let right = codes(of: second).less(second.zeroPoint)
      let corners = [left.lowerBound, left.upperBound].flatMap { [$0 * right.lowerBound, $0 * right.upperBound] }
      let products = (corners.min() ?? 0)...(corners.max() ?? 0)
      let rule = requantization(
        [productScaling(first, second, output)], accumulators: [products], zeroPoint: output.zeroPoint, clamp: clamp)
      guard let rule else { return }
      let multiplication = Multiplication(
        output: rule, firstZeroPoint: first.zeroPoint, secondZeroPoint: second.zeroPoint)
      emit(
        TFLiteLayer(
          operation: .multiplication(multiplication), kind: "mul",
          inputs: [(first.name, output.shape), (second.name, output.shape)], output: output,
          values: rule.codes(for: [products])))
    case .constant(let activation, let codes, let constant, _, let output):
      let scaling = productScaling(activation, constant, output)
      // 2^16 is the greatest product of two differences of codes of 8 bits.
      switch scaling.rule(zeroPoint: output.zeroPoint, clamp: clamp, over: -1 << 16...1 << 16) {
      case .failure(.leftShift(let shift)): refuse(.leftShift, "products shifted left by \(shift) leave the 32 bits")
      case .failure(.scale(let scale)): refuse(.quantizationRange, "the scales of operands and output give \(scale)")
      case .success(let rule):
        tables(activation, constant: constant, codes: codes, to: output) { x, c in
          rule.evaluate((x - activation.zeroPoint) * (c - constant.zeroPoint)) ?? output.zeroPoint
        }
      }
    }
  }

  private func productScaling(
    _ first: TFLiteActivation, _ second: TFLiteActivation, _ output: TFLiteActivation
  ) -> TFLiteScaling {
    if profile == .xnnpack, output.type.bits <= 8 { return .single(first.scale * second.scale / output.scale) }
    return .double(TFLiteMultiplier(Double(first.scale) * Double(second.scale) / Double(output.scale)))
  }

  /// MAXIMUM and MINIMUM of codes. Source: tensorflow/lite/kernels/internal/reference/maximum_minimum.h.
  mutating func extremum(_ kind: Extremum.Kind) {
    guard let pair = pair() else { return }
    switch pair {
    case .activations(let first, let second, let output):
      guard sameQuantization(first, output), sameQuantization(second, output) else { return }
      let (a, b) = (codes(of: first), codes(of: second))
      let choose: (Int, Int) -> Int = kind == .maximum ? { max($0, $1) } : { min($0, $1) }
      emit(
        TFLiteLayer(
          operation: .extremum(Extremum(kind: kind, clamp: output.type.range)), kind: kind.rawValue,
          inputs: [(first.name, output.shape), (second.name, output.shape)], output: output,
          values: choose(a.lowerBound, b.lowerBound)...choose(a.upperBound, b.upperBound)))
    case .constant(let activation, let codes, let constant, _, let output):
      guard sameQuantization(activation, output), sameQuantization(constant, output) else { return }
      tables(activation, constant: constant, codes: codes, to: output) { kind == .maximum ? max($0, $1) : min($0, $1) }
    }
  }

  /// SQUARED_DIFFERENCE with a constant. Source: tensorflow/lite/micro/kernels/squared_difference.cc.
  mutating func squaredDifference() {
    guard let pair = pair() else { return }
    guard case .constant(let activation, let codes, let constant, _, let output) = pair else {
      refuse(.noConstantOperand, "both operands are activations, but one must be a constant here")
      return
    }
    let common = 2 * Double(max(activation.scale, constant.scale))
    let (left, right) = (
      TFLiteMultiplier(Double(activation.scale) / common), TFLiteMultiplier(Double(constant.scale) / common)
    )
    let result = TFLiteMultiplier(common * common / Double(Float(1 << 14) * output.scale))
    // The square is below 2^30.
    guard result.shift <= 1 else {
      refuse(.leftShift, "the square is shifted left by \(result.shift)")
      return
    }
    tables(activation, constant: constant, codes: codes, to: output) { x, c in
      let difference =
        TFLiteFixedPoint.scale((x - activation.zeroPoint) << 7, left)
        - TFLiteFixedPoint.scale((c - constant.zeroPoint) << 7, right)
      return TFLiteFixedPoint.scale(difference * difference, result) + output.zeroPoint
    }
  }

  /// PRELU with a constant slope. Source: tensorflow/lite/micro/kernels/prelu_common.cc, which divides in float64.
  mutating func parametricRelu() {
    guard let pair = pair() else { return }
    guard case .constant(let activation, let codes, let alpha, isFirst: false, let output) = pair else {
      refuse(.constantWeights, "the slopes are an activation")
      return
    }
    let quotient = Double(activation.scale) / Double(output.scale)
    let positive = TFLiteMultiplier(quotient)
    let negative = TFLiteMultiplier(Double(activation.scale) * Double(alpha.scale) / Double(output.scale))
    guard isSafe(positive) else { return }
    // A product of two differences of codes is below 2^17.
    guard negative.shift <= 14 else {
      refuse(.leftShift, "products shifted left by \(negative.shift) leave the 32 bits")
      return
    }
    tables(activation, constant: alpha, codes: codes, to: output) { x, slope in
      let difference = x - activation.zeroPoint
      let scaled =
        difference >= 0
        ? TFLiteFixedPoint.scale(difference, positive)
        : TFLiteFixedPoint.scale(difference * (slope - alpha.zeroPoint), negative)
      return scaled + output.zeroPoint
    }
  }

  /// The activation under the quantization of another one; uint8 is requantized through float32, int8 must have it.
  ///
  /// Source: ConcatenationWithScaling of tensorflow/lite/kernels/internal/reference/concatenation.h.
  mutating func withQuantization(_ activation: TFLiteActivation, of output: TFLiteActivation) -> TFLiteActivation? {
    if activation.scale == output.scale, activation.zeroPoint == output.zeroPoint { return activation }
    guard activation.type == .uint8, output.type == .uint8 else {
      return sameQuantization(activation, output) ? activation : nil
    }
    let scale = activation.scale * (1 / output.scale)
    let bias = Float(-activation.zeroPoint) * scale
    let codes = activation.type.range.map { code in
      let steps = (Float(code) * scale + bias).rounded(.toNearestOrAwayFromZero)
      return Int(steps.isNaN ? 0 : min(max(steps, -1024), 1024)) + output.zeroPoint
    }
    let result = intermediate("rescaled \(activation.name)", like: output, dimensions: activation.dimensions)
    emit(lookup(activation, activation.shape, [codes], to: result))
    return result
  }
}

extension TFLiteActivation {
  /// Codes of the type without the zero point.
  var differences: ClosedRange<Int> { type.range.less(zeroPoint) }
}
