import NetworkIR

/// A real factor as TensorFlow Lite stores it: `multiplier * 2^(shift - 31)`, the multiplier in `2^30 ..< 2^31`.
struct TFLiteMultiplier: Equatable {
  var multiplier: Int32
  /// Positive to the left.
  var shift: Int

  init(multiplier: Int32, shift: Int) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// Rounds half away from zero; what is below 2^-32 becomes 0. Source: QuantizeMultiplier of
  /// tensorflow/lite/kernels/internal/quantization_util.cc.
  ///
  /// - Parameter real: not negative; a quotient that overflowed to infinity becomes a shift that every check refuses.
  init(_ real: Double) {
    let real = min(real, .greatestFiniteMagnitude)
    var shift = Int(real.exponent) + 1
    var fraction = (real.significand * 0x1p30).rounded(.toNearestOrAwayFromZero)
    if fraction == 0x1p31 {
      fraction /= 2
      shift += 1
    }
    let vanishes = shift < -31
    self.init(multiplier: vanishes ? 0 : Int32(fraction), shift: vanishes ? 0 : shift)
  }

  var step: RequantizationStep { .doublingMultiply(multiplier: multiplier, shift: shift) }
}

extension TFLiteOperator {
  /// The codes that the fused activation of the operator leaves.
  mutating func fusedRange(_ output: TFLiteActivation?) -> ClosedRange<Int>? {
    guard let name = string("fused_activation_function"), let output else { return nil }
    return activationRange(name, output)
  }

  /// The codes that an activation function leaves. Source: CalculateActivationRangeQuantized of
  /// tensorflow/lite/kernels/kernel_util.cc; the quotient is in float32 there.
  mutating func activationRange(_ name: String, _ output: TFLiteActivation) -> ClosedRange<Int>? {
    let codes = ElementType.int8.range
    func code(_ real: Float) -> Int {
      let steps = (real / output.scale).rounded(.toNearestOrAwayFromZero)
      return Int(min(max(steps, -512), 512)) + output.zeroPoint
    }
    switch name {
    case "NONE": return codes
    case "RELU": return max(codes.lowerBound, output.zeroPoint)...codes.upperBound
    case "RELU6": return max(codes.lowerBound, output.zeroPoint)...min(codes.upperBound, code(6))
    case "RELU_N1_TO_1": return max(codes.lowerBound, code(-1))...min(codes.upperBound, code(1))
    default:
      refuse(.fusedActivation, "the fused activation is \(name)")
      return nil
    }
  }

  /// The rule `clamp(multiply(a) + zeroPoint)` for each factor, proven over its accumulators.
  /// There is one factor, or one for each channel, and as many ranges of accumulators.
  mutating func requantization(
    _ factors: [TFLiteMultiplier], accumulators: [ClosedRange<Int>], zeroPoint: Int, clamp: ClosedRange<Int>
  ) -> Requantization? {
    for (channel, factor) in factors.enumerated() {
      guard isSafe(factor, over: accumulators[channel]) else {
        let range = accumulators[channel]
        let message =
          "channel \(channel): accumulators \(range.lowerBound)...\(range.upperBound) shifted left by \(factor.shift) "
          + "leave the 32 bits"
        refuse(.leftShift, message)
        return nil
      }
    }
    let rules = factors.map { factor in
      RequantizationRule([factor.step, .affine(scale: 1, offset: zeroPoint), .clamp(clamp)])
    }
    return proven(rules, over: accumulators, clamp: clamp)
  }

  /// A requantization with its proof.
  mutating func proven(
    _ rules: [RequantizationRule], over accumulators: [ClosedRange<Int>], clamp: ClosedRange<Int>
  ) -> Requantization? {
    do throws(RequantizationError) {
      return try Requantization(rules: rules, accumulators: accumulators, clamp: clamp)
    } catch {
      switch error {
      case .noExactForm(let channel, let range):
        let message =
          "channel \(channel): no integer form equals the requantization on all accumulators "
          + "\(range.lowerBound)...\(range.upperBound)"
        refuse(.exactRequantization, message)
      }
      return nil
    }
  }

  /// Whether neither the left shift nor the zero point added behind it can leave 32 bits; 512 is room for the latter.
  private func isSafe(_ factor: TFLiteMultiplier, over accumulators: ClosedRange<Int>) -> Bool {
    let largest = max(abs(accumulators.lowerBound), abs(accumulators.upperBound))
    guard factor.shift <= 30, largest <= Int(Int32.max) else { return false }
    return largest << max(factor.shift, 0) <= Int(Int32.max) - 512
  }
}

extension Requantization {
  /// The codes that can come out, given what can go in for each rule: rules are monotone, so the ends decide.
  func codes(for accumulators: [ClosedRange<Int>]) -> ClosedRange<Int> {
    let ends = zip(rules, accumulators).flatMap { rule, range in
      [rule.evaluate(range.lowerBound), rule.evaluate(range.upperBound)].compactMap(\.self)
    }
    return (ends.min() ?? clamp.lowerBound)...(ends.max() ?? clamp.upperBound)
  }
}

extension ClosedRange<Int> {
  /// What is left of each code when the zero point is taken off.
  func less(_ zeroPoint: Int) -> ClosedRange<Int> { lowerBound - zeroPoint...upperBound - zeroPoint }
}
