/// What a chain of steps amounts to, as far as it is needed to propose coefficients. A proposal is only ever used after
/// it has been proven, so nothing here has to be exact.
enum ClosedForm {
  /// `(a * scale + offset) / divisor + zeroPoint`
  case quotient(scale: Int128, offset: Int128, divisor: Int128, zeroPoint: Int128)
  /// `doublingMultiply(a * scale + offset) + zeroPoint`
  case doubling(scale: Int128, offset: Int128, multiplier: Int128, shift: Int, zeroPoint: Int128)

  init?(_ rule: RequantizationRule) {
    var scale: Int128 = 1
    var offset: Int128 = 0
    var divided: (divisor: Int128, rounding: RequantizationStep.Rounding)?
    var doubled: (multiplier: Int128, shift: Int)?
    var zeroPoint: Int128 = 0
    for step in rule.steps {
      switch step {
      case .affine(let factor, let addend):
        if divided == nil && doubled == nil {
          scale *= Int128(factor)
          offset = offset * Int128(factor) + Int128(addend)
        } else {
          guard factor == 1 else { return nil }
          zeroPoint += Int128(addend)
        }
      case .divide(let divisor, let rounding):
        guard divisor > 0, doubled == nil, zeroPoint == 0 else { return nil }
        if let inner = divided {
          // floor(floor(x / m) / n) = floor(x / (m n)); other roundings are left to the proof to reject.
          divided = (inner.divisor * Int128(divisor), rounding)
        } else {
          divided = (Int128(divisor), rounding)
        }
      case .doublingMultiply(let multiplier, let shift):
        guard divided == nil, doubled == nil else { return nil }
        doubled = (Int128(multiplier), shift)
      case .clamp: continue
      }
      // Products of two such numbers still fit in 128 bits, whatever a file says.
      let magnitudes = [scale, offset, zeroPoint, divided?.divisor ?? 1].map(\.magnitude)
      guard magnitudes.allSatisfy({ $0 <= 1 << 62 }) else { return nil }
    }
    if let doubled {
      self = .doubling(
        scale: scale, offset: offset, multiplier: doubled.multiplier, shift: doubled.shift, zeroPoint: zeroPoint)
    } else {
      let divisor = divided?.divisor ?? 1
      if divided?.rounding == .halfUp {
        self = .quotient(scale: 2 * scale, offset: 2 * offset + divisor, divisor: 2 * divisor, zeroPoint: zeroPoint)
      } else {
        self = .quotient(scale: scale, offset: offset, divisor: divisor, zeroPoint: zeroPoint)
      }
    }
  }

  /// Coefficients worth trying to prove, best first.
  func candidates(
    in form: RequantizationForm, rule: RequantizationRule, over accumulators: ClosedRange<Int>,
    clamp: ClosedRange<Int>
  ) -> [RequantizationCoefficients] {
    switch self {
    case .quotient(let scale, let offset, let divisor, let zeroPoint):
      guard form != .rq64s else {
        // As rq64, for a channel whose layer needs the sign term elsewhere: past a shift of 31 it has one too, which
        // does no harm where accumulators are never negative.
        return candidates(in: .rq64, rule: rule, over: accumulators, clamp: clamp).map { numbers in
          var numbers = numbers
          numbers.signTerm = RequantizationCoefficients.impliedSignTerm(shift: numbers.shift)
          return numbers
        }
      }
      if divisor & (divisor - 1) == 0 {
        return Self.reduced(scale, offset + zeroPoint * divisor, shift: divisor.trailingZeroBitCount)
      }
      return ReciprocalSearch(rule: rule, accumulators: accumulators, clamp: clamp)
        .coefficients(scale: scale, divisor: divisor, form: form)
    case .doubling(let scale, let offset, let multiplier, let shift, let zeroPoint):
      return Self.doublingCandidates(
        form, scale, offset * multiplier, multiplier: multiplier, shift: shift, zeroPoint: zeroPoint)
    }
  }

  /// The double rounding written as one shift: `(a m + 2^30 + 2^(30+e) - [a < 0] 2^31) >> (31 + e)` for a right
  /// shift of e > 0, `(a m + 2^(30-s)) >> (31 - s)` for a left shift of s >= 0.
  private static func doublingCandidates(
    _ form: RequantizationForm, _ scale: Int128, _ offset: Int128, multiplier: Int128, shift: Int, zeroPoint: Int128
  ) -> [RequantizationCoefficients] {
    let total = 31 - shift
    guard (1...62).contains(total) else { return [] }
    var rounding = Int128(1) << Int128(total - 1)
    if shift < 0 { rounding += 1 << 30 }
    let sum = offset + rounding + zeroPoint << Int128(total)
    let product = scale * multiplier
    guard form == .rq64s else { return reduced(product, sum, shift: total) }
    // Powers of two in front of the rounding are taken off, of the sign term too. Those of the multiplier are left, so
    // that accumulators without a scale have the sign term that their shift implies.
    let drop = min(scale.trailingZeroBitCount, total, 31)
    let signTerm: Int64 = shift < 0 ? 1 << Int64(31 - drop) : 0
    let whole = unreduced(product >> Int128(drop), sum >> Int128(drop), shift: total - drop, signTerm: signTerm)
    guard whole.isEmpty else { return whole }
    return unreduced(
      product >> Int128(drop), (offset + rounding) >> Int128(drop), shift: total - drop, signTerm: signTerm,
      zeroPoint: zeroPoint)
  }

  private static func unreduced(
    _ scale: Int128, _ offset: Int128, shift: Int, signTerm: Int64 = 0, zeroPoint: Int128 = 0
  ) -> [RequantizationCoefficients] {
    guard let multiplier = Int32(exactly: scale), let sum = Int64(exactly: offset), (0...62).contains(shift),
      let addend = Int32(exactly: zeroPoint)
    else { return [] }
    return [
      RequantizationCoefficients(
        multiplier: multiplier, offset: sum, shift: shift, signTerm: signTerm, zeroPoint: addend)
    ]
  }

  /// Drops common powers of two: `(2 a m + 2 b + 1) >> (d + 1) = (a m + b) >> d`.
  private static func reduced(_ scale: Int128, _ offset: Int128, shift: Int) -> [RequantizationCoefficients] {
    let drop = min(scale == 0 ? shift : scale.trailingZeroBitCount, shift)
    return unreduced(scale >> Int128(drop), offset >> Int128(drop), shift: shift - drop)
  }
}
