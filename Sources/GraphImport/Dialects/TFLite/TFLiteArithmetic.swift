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

/// How a kernel applies a real factor to an accumulator.
enum TFLiteScaling: Equatable {
  /// MultiplyByQuantizedMultiplier of 32 bits, in its double-rounding form.
  case double(TFLiteMultiplier)
  /// MultiplyByQuantizedMultiplier of 64 bits: `(a * m16 + 2^(14 - s)) >> (15 - s)`, where `m16` is the multiplier
  /// rounded to 15 bits.
  case reduced(TFLiteMultiplier)
  /// XNNPACK's multiplication by a float32.
  case single(Float)
}

extension TFLiteScaling {
  /// The rule `clamp(scale(a) + zeroPoint)`, or why some accumulator cannot be scaled.
  func rule(
    zeroPoint: Int, clamp: ClosedRange<Int>, over accumulators: ClosedRange<Int>
  ) -> Result<RequantizationRule, TFLiteScalingError> {
    let tail: [RequantizationStep] = [.affine(scale: 1, offset: zeroPoint), .clamp(clamp)]
    let largest = max(abs(accumulators.lowerBound), abs(accumulators.upperBound))
    let room = Int(Int32.max) - max(abs(zeroPoint), 512)
    switch self {
    case .double(let factor):
      // Neither the left shift nor the zero point added behind it may leave 32 bits.
      guard factor.shift <= 30, largest <= Int(Int32.max), largest << max(factor.shift, 0) <= room else {
        return .failure(.leftShift(factor.shift))
      }
      return .success(RequantizationRule([factor.step] + tail))
    case .reduced(let factor):
      // 7 is the largest shift that the kernel's own check allows.
      let multiplier = factor.multiplier < 0x7fff_0000 ? (Int(factor.multiplier) + 1 << 15) >> 16 : 0x7fff
      guard factor.shift <= 7, largest <= Int(Int32.max), (largest * multiplier) >> (15 - factor.shift) <= room else {
        return .failure(.leftShift(factor.shift))
      }
      let steps: [RequantizationStep] = [
        .affine(scale: multiplier, offset: 0), .divide(by: 1 << (15 - factor.shift), rounding: .halfUp),
      ]
      return .success(RequantizationRule(steps + tail))
    case .single(let scale):
      guard let rule = RequantizationRule.singlePrecision(scale: scale, zeroPoint: zeroPoint, clamp: clamp) else {
        return .failure(.scale(scale))
      }
      return .success(rule)
    }
  }
}

/// Why a factor cannot be applied to some accumulator.
enum TFLiteScalingError: Error {
  /// To the left, in bits.
  case leftShift(Int)
  /// A float32 that is no positive normal number.
  case scale(Float)
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
    let codes = output.type.range
    func code(_ real: Float) -> Int {
      let steps = (real / output.scale).rounded(.toNearestOrAwayFromZero)
      return Int(min(max(steps, -0x1p20), 0x1p20)) + output.zeroPoint
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

  /// As below, with the 32-bit arithmetic of the reference kernels.
  mutating func requantization(
    _ factors: [TFLiteMultiplier], accumulators: [ClosedRange<Int>], zeroPoint: Int, clamp: ClosedRange<Int>
  ) -> Requantization? {
    requantization(
      factors.map(TFLiteScaling.double), accumulators: accumulators, zeroPoint: zeroPoint, clamp: clamp)
  }

  /// The rule `clamp(scale(a) + zeroPoint)` for each factor, proven over its accumulators.
  /// There is one factor, or one for each channel, and as many ranges of accumulators.
  mutating func requantization(
    _ scalings: [TFLiteScaling], accumulators: [ClosedRange<Int>], zeroPoint: Int, clamp: ClosedRange<Int>
  ) -> Requantization? {
    var rules: [RequantizationRule] = []
    for (channel, scaling) in scalings.enumerated() {
      let range = accumulators[channel]
      switch scaling.rule(zeroPoint: zeroPoint, clamp: clamp, over: range) {
      case .success(let rule): rules.append(rule)
      case .failure(.leftShift(let shift)):
        let message =
          "channel \(channel): accumulators \(range.lowerBound)...\(range.upperBound) shifted left by \(shift) "
          + "leave the 32 bits"
        refuse(.leftShift, message)
        return nil
      case .failure(.scale(let scale)):
        refuse(.quantizationRange, "channel \(channel): the scales of operands and output give \(scale)")
        return nil
      }
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
