/// Looks for a multiplier, offset and shift that stand for a division by a number that is no power of two.
///
/// A rule with a positive slope is described by its thresholds `T[k]`, the least accumulator with a code >= k. Some
/// `(a m + b) >> d` equals the rule if `b` satisfies, for each k, `m T[k] + b >= k 2^d` and `m (T[k] - 1) + b < k 2^d`.
struct ReciprocalSearch {
  var rule: RequantizationRule
  var accumulators: ClosedRange<Int>
  var clamp: ClosedRange<Int>

  /// The coefficients with the smallest shift, or none. A falling rule (negative scale) is found through its mirror.
  func coefficients(scale: Int128, divisor: Int128, form: RequantizationForm) -> [RequantizationCoefficients] {
    guard scale != 0, let first = rule.evaluate(accumulators.lowerBound),
      let last = rule.evaluate(accumulators.upperBound)
    else { return [] }
    let falling = scale < 0
    let codes = falling ? last...first : first...last
    guard codes.count <= 1 << 16 else { return [] }
    let thresholds = codes.dropFirst().map { (code: $0, threshold: threshold(of: $0, falling: falling)) }
    for shift in 0...(form == .rq32 ? 30 : 46) {
      let near = (abs(scale) << Int128(shift)) / divisor
      for multiplier in [near, near + 1] where multiplier > 0 && multiplier <= Int128(Int32.max) {
        guard let offset = offset(multiplier: multiplier, shift: shift, thresholds) else { continue }
        let signed = falling ? -multiplier : multiplier
        guard let narrow = Int32(exactly: signed), let wide = Int64(exactly: offset) else { continue }
        let found = RequantizationCoefficients(multiplier: narrow, offset: wide, shift: shift)
        let fit = RequantizationFit(form: form, coefficients: found)
        if fit.equals(rule, over: accumulators, clamp: clamp) { return [found] }
      }
    }
    return []
  }

  /// The least `x` (the accumulator, or its negative for a falling rule) whose code is >= `code`.
  private func threshold(of code: Int, falling: Bool) -> Int {
    var low = falling ? -accumulators.upperBound : accumulators.lowerBound
    var high = falling ? -accumulators.lowerBound : accumulators.upperBound
    while low < high {
      let middle = low + (high - low) >> 1
      let reached = (rule.evaluate(falling ? -middle : middle) ?? code) >= code
      if reached { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The middle of the offsets that put every threshold in its place, or nil when there is none.
  private func offset(multiplier: Int128, shift: Int, _ thresholds: [(code: Int, threshold: Int)]) -> Int128? {
    var lower = -(Int128(1) << 62)
    var upper = Int128(1) << 62
    for (code, threshold) in thresholds {
      let level = Int128(code) << Int128(shift)
      lower = max(lower, level - multiplier * Int128(threshold))
      upper = min(upper, level - 1 - multiplier * Int128(threshold - 1))
      if lower > upper { return nil }
    }
    guard !thresholds.isEmpty else { return nil }
    return lower + (upper - lower) / 2
  }
}
