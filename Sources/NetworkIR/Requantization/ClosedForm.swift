/// A rule that scales once: `core(a * scale + offset) + zeroPoint`, clipped. What follows from it is proposed and then
/// proven, so that nothing here has to be exact.
struct ClosedForm {
  private enum Core {
    case doubling(multiplier: Int, shift: Int)
    case singlePrecision(significand: Int, exponent: Int)
  }

  private let scale: Int
  private let offset: Int
  private let core: Core
  private let zeroPoint: Int

  /// - Returns: nil for rules that divide, scale twice, or have numbers beyond reason.
  init?(_ rule: RequantizationRule) {
    var scale: Int128 = 1
    var offset: Int128 = 0
    var core: Core?
    var zeroPoint: Int128 = 0
    for step in rule.steps {
      switch step {
      case .affine(let factor, let addend):
        if core == nil {
          scale *= Int128(factor)
          offset = offset * Int128(factor) + Int128(addend)
        } else {
          guard factor == 1 else { return nil }
          zeroPoint += Int128(addend)
        }
      case .doublingMultiply(let multiplier, let shift):
        guard core == nil else { return nil }
        core = .doubling(multiplier: Int(multiplier), shift: shift)
      case .singlePrecision(let significand, let exponent, let addend):
        guard core == nil, addend == 0 else { return nil }
        core = .singlePrecision(significand: significand, exponent: exponent)
      case .clamp: continue
      case .divide, .thresholds: return nil
      }
      // Products of two such numbers still fit in 128 bits, whatever a file says.
      guard [scale, offset, zeroPoint].allSatisfy({ $0.magnitude <= 1 << 60 }) else { return nil }
    }
    guard let core else { return nil }
    self.scale = Int(scale)
    self.offset = Int(offset)
    self.core = core
    self.zeroPoint = Int(zeroPoint)
  }

  /// Coefficients of `rq64t`: the product of the significand and the scale, which float32 holds exactly where the scale
  /// is a power of two or the accumulators are few.
  var singlePrecision: RequantizationCoefficients? {
    guard case .singlePrecision(let significand, let exponent) = core, offset == 0, (-6...62).contains(exponent),
      let zeroPoint = Int32(exactly: zeroPoint)
    else { return nil }
    let product = Int128(scale) * Int128(significand) << Int128(max(-exponent, 0))
    guard let multiplier = Int32(exactly: product) else { return nil }
    return RequantizationCoefficients(
      multiplier: multiplier, offset: 0, shift: max(exponent, 0), zeroPoint: zeroPoint)
  }

  /// Coefficients of `rq64s`: the double rounding written as one shift,
  /// `(a m + 2^30 + 2^(30+e) - [a < 0] 2^31) >> (31 + e)` for a right shift of e > 0 and
  /// `(a m + 2^(30-s)) >> (31 - s)` for a left shift of s >= 0.
  var doublingCandidates: [RequantizationCoefficients] {
    guard case .doubling(let multiplier, let shift) = core else { return [] }
    let total = 31 - shift
    guard (1...62).contains(total) else { return [] }
    var rounding = Int128(1) << Int128(total - 1)
    if shift < 0 { rounding += 1 << 30 }
    let product = Int128(scale) * Int128(multiplier)
    let sum = Int128(offset) * Int128(multiplier) + rounding
    // Powers of two in front of the rounding are taken off, of the sign term too. Those of the multiplier are left, so
    // that accumulators without a scale have the sign term that their shift implies.
    let drop = min(scale.trailingZeroBitCount, total, 31)
    let signTerm: Int64 = shift < 0 ? 1 << Int64(31 - drop) : 0
    func numbers(offset: Int128, zeroPoint: Int) -> RequantizationCoefficients? {
      guard let multiplier = Int32(exactly: product >> Int128(drop)), let zeroPoint = Int32(exactly: zeroPoint),
        let offset = Int64(exactly: offset >> Int128(drop))
      else { return nil }
      return RequantizationCoefficients(
        multiplier: multiplier, offset: offset, shift: total - drop, signTerm: signTerm, zeroPoint: zeroPoint)
    }
    // The zero point goes into the offset where 64 bits have room for it.
    let whole = numbers(offset: sum + Int128(zeroPoint) << Int128(total), zeroPoint: 0)
    return [whole ?? numbers(offset: sum, zeroPoint: zeroPoint)].compactMap { $0 }
  }
}
