/// A form with its coefficients, proven equal to a rule over a range of accumulators.
package struct RequantizationFit: Equatable {
  package var form: RequantizationForm
  package var coefficients: RequantizationCoefficients

  package init(form: RequantizationForm, coefficients: RequantizationCoefficients) {
    self.form = form
    self.coefficients = coefficients
  }

  /// The first form, cheapest first, for which exact coefficients are found.
  package static func cheapest(
    for rule: RequantizationRule, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>
  ) -> RequantizationFit? {
    for form in RequantizationForm.allCases {
      if let fit = exact(in: form, for: rule, over: accumulators, clamp: clamp) { return fit }
    }
    return nil
  }

  /// Coefficients of one form that are proven exact, or nil.
  package static func exact(
    in form: RequantizationForm, for rule: RequantizationRule, over accumulators: ClosedRange<Int>,
    clamp: ClosedRange<Int>
  ) -> RequantizationFit? {
    guard let closed = ClosedForm(rule) else { return nil }
    var candidates = closed.candidates(in: form, rule: rule, over: accumulators, clamp: clamp)
    if let code = rule.evaluate(accumulators.lowerBound), code == rule.evaluate(accumulators.upperBound) {
      // One code whatever the accumulator, as in a channel without weights.
      candidates.insert(RequantizationCoefficients(multiplier: 0, offset: Int64(code), shift: 0), at: 0)
    }
    return candidates.lazy.map { RequantizationFit(form: form, coefficients: $0) }
      .first { $0.equals(rule, over: accumulators, clamp: clamp) }
  }

  /// The code the form computes, in wide integers; nil where an intermediate leaves the form's width, where the shift
  /// is none that a register of this width allows, or where the form has no such sign term or zero point.
  package func evaluate(_ accumulator: Int, clamp: ClosedRange<Int>) -> Int? {
    guard (0...(form == .rq32 ? 31 : 62)).contains(coefficients.shift),
      form == .rq64s ? coefficients.signTerm >= 0 : coefficients.signTerm == 0 && coefficients.zeroPoint == 0
    else { return nil }
    let width = form == .rq32 ? Int128(Int32.min)...Int128(Int32.max) : Int128(Int64.min)...Int128(Int64.max)
    let product = Int128(accumulator) * Int128(coefficients.multiplier)
    let sum = product + Int128(coefficients.offset)
    let signed = accumulator < 0 ? sum - Int128(coefficients.signTerm) : sum
    let code = signed >> Int128(coefficients.shift) + Int128(coefficients.zeroPoint)
    guard width.contains(product), width.contains(Int128(coefficients.offset)), width.contains(sum),
      width.contains(signed), width.contains(code)
    else { return nil }
    return Int(Swift.min(Swift.max(code, Int128(clamp.lowerBound)), Int128(clamp.upperBound)))
  }

  /// Proves that the form equals the rule on every accumulator of the range.
  ///
  /// Both are monotone, so equality at the ends and on both sides of every step of the *form* is equality everywhere:
  /// at most two evaluations of the rule per output code.
  package func equals(_ rule: RequantizationRule, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>) -> Bool
  {
    func agree(_ accumulator: Int) -> Bool {
      guard let expected = rule.evaluate(accumulator) else { return false }
      return evaluate(accumulator, clamp: clamp) == expected
    }
    if accumulators.count <= 1024 { return accumulators.allSatisfy(agree) }
    guard rule.isMonotone, isMonotone, agree(accumulators.lowerBound), agree(accumulators.upperBound),
      let first = evaluate(accumulators.lowerBound, clamp: clamp),
      let last = evaluate(accumulators.upperBound, clamp: clamp)
    else { return false }
    guard first != last else { return true }
    guard abs(last - first) <= 1 << 16 else { return false }
    let codes = first < last ? (first + 1)...last : (last + 1)...first
    return codes.allSatisfy { code in
      // The boundary between codes below `code` and the rest.
      let step = boundary(of: code, in: accumulators, clamp: clamp, rising: first < last)
      return agree(step) && agree(step - 1)
    }
  }

  /// The sign term steps upwards at zero, so that with it only a rising form is monotone.
  private var isMonotone: Bool { coefficients.signTerm == 0 || coefficients.multiplier >= 0 }

  /// For a rising form the least accumulator with a code >= `code`; for a falling one the least with a code < `code`.
  private func boundary(
    of code: Int, in accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>, rising: Bool
  ) -> Int {
    var low = accumulators.lowerBound
    var high = accumulators.upperBound
    let multiplier = Int128(coefficients.multiplier)
    let steps = Int128(code) - Int128(coefficients.zeroPoint)
    let level = steps << Int128(coefficients.shift) - Int128(coefficients.offset)
    // The affine part crosses `level` here; the sign term moves the crossing by at most its quotient.
    let crossing = multiplier == 0 ? 0 : level / multiplier
    let slack = multiplier == 0 ? 2 : Int128(coefficients.signTerm) / abs(multiplier) + 2
    low = Int(Swift.max(Int128(low), Swift.min(Int128(high), crossing - slack)))
    high = Int(Swift.min(Int128(high), Swift.max(Int128(low), crossing + slack)))
    while low < high {
      let middle = low + (high - low) / 2
      let reached = (evaluate(middle, clamp: clamp) ?? code) >= code
      if reached == rising { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension RequantizationRule {
  /// Every step is monotone by construction, and so is their chain.
  var isMonotone: Bool {
    steps.allSatisfy { step in
      switch step {
      case .affine, .clamp: true
      case .divide(let divisor, _): divisor > 0
      case .doublingMultiply(let multiplier, _): multiplier >= 0
      }
    }
  }
}
