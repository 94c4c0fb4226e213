/// Looks for coefficients of each form that equal a rule over its accumulators. What is found is proven.
struct FormSearch {
  let rule: RequantizationRule
  let accumulators: ClosedRange<Int>
  let steps: StepFunction
  /// All exact affine forms; nil where the rule has one code only.
  private let lines: SeparatingLines?

  /// - Returns: nil where the rule cannot be described by its steps.
  init?(_ rule: RequantizationRule, over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int>) {
    guard let steps = StepFunction(rule, over: accumulators, clamp: clamp) else { return nil }
    self.rule = rule
    self.accumulators = accumulators
    self.steps = steps
    lines = steps.positions.isEmpty ? nil : SeparatingLines(steps, over: steps.domain)
  }

  /// The form of least cost in which the rule is exact.
  func cheapest() -> RequantizationFit? {
    for form in RequantizationForm.plain {
      if let fit = exact(in: form) { return fit }
    }
    return RequantizationForm.listed.reduce(nil) { best, form in
      exact(in: form, cheaperThan: best?.cost ?? .max) ?? best
    }
  }

  /// Coefficients of one form, below some cost, that are proven exact, or nil.
  func exact(in form: RequantizationForm, cheaperThan cost: Int = .max) -> RequantizationFit? {
    guard let most = form.mostEntries(cheaperThan: cost) else { return nil }
    return candidates(in: form, entries: most).lazy.map { RequantizationFit(form: form, coefficients: $0) }
      .first { $0.equals(steps) }
  }

  private func candidates(in form: RequantizationForm, entries: Int) -> [RequantizationCoefficients] {
    guard let lines else { return constant(in: form, entries: entries).map { [$0] } ?? [] }
    switch form {
    case .rq32: return narrow(lines, over: steps.domain).map { [$0] } ?? []
    case .rq32c: return clamped(lines).map { [$0] } ?? []
    case .rqh: return highWord(lines).map { [$0] } ?? []
    case .rq64: return wide(lines).map { [$0] } ?? []
    case .rq64s:
      let implied = wide(lines).map { numbers in
        // In a layer whose other channels have a sign term this one has the term that its shift implies, which does no
        // harm up to a shift of 31 and where accumulators are never negative.
        var numbers = numbers
        numbers.signTerm = RequantizationCoefficients.impliedSignTerm(shift: numbers.shift)
        return numbers
      }
      return (ClosedForm(rule)?.doublingCandidates ?? []) + (implied.map { [$0] } ?? [])
    case .rq64x:
      let search = ExceptionSearch(rule: rule, steps: steps, lines: lines, limit: entries)
      return (wide(lines) ?? search.best()).map { [$0] } ?? []
    case .rq64t: return ClosedForm(rule)?.singlePrecision.map { [$0] } ?? []
    case .thr: return thresholds(atMost: entries).map { [$0] } ?? []
    }
  }

  /// One code whatever the accumulator, as in a channel without weights.
  private func constant(in form: RequantizationForm, entries: Int) -> RequantizationCoefficients? {
    let code = steps.firstCode
    switch form {
    case .rq32, .rqh, .rq64, .rq64s, .rq64x:
      return RequantizationCoefficients(multiplier: 0, offset: Int64(code), shift: 0)
    case .rq32c: return RequantizationCoefficients(multiplier: 0, offset: Int64(code), shift: 0, bounds: 0...0)
    case .rq64t:
      return RequantizationCoefficients(
        multiplier: 0, offset: 0, shift: 0, zeroPoint: Int32(truncatingIfNeeded: code))
    case .thr: return thresholds(atMost: entries)
    }
  }

  private func wide(_ lines: SeparatingLines) -> RequantizationCoefficients? {
    guard let (multiplier, shift) = lines.smallestMultiplier(),
      let offsets = lines.offsets(multiplier: multiplier, shift: shift),
      let offset = Int64(exactly: offsets.middle)
    else { return nil }
    return RequantizationCoefficients(multiplier: signed(multiplier), offset: offset, shift: shift)
  }

  /// The smallest multiplier with an offset for which product and sum stay in 32 bits, if there is one.
  private func narrow(_ lines: SeparatingLines, over domain: ClosedRange<Int>) -> RequantizationCoefficients? {
    guard let (multiplier, shift) = lines.smallestMultiplier(), shift <= 31 else { return nil }
    let products = Int128(multiplier) * Int128(domain.lowerBound)...Int128(multiplier) * Int128(domain.upperBound)
    let words = Int128(Int32.min)...Int128(Int32.max)
    guard words.contains(products.lowerBound), words.contains(products.upperBound),
      let exact = lines.offsets(multiplier: multiplier, shift: shift)
    else { return nil }
    let low = max(exact.lowerBound, words.lowerBound, words.lowerBound - products.lowerBound)
    let high = min(exact.upperBound, words.upperBound, words.upperBound - products.upperBound)
    guard low <= high else { return nil }
    return RequantizationCoefficients(
      multiplier: signed(multiplier), offset: Int64((low...high).middle), shift: shift)
  }

  /// `narrow` between the first and the last step only: outside them codes do not change.
  private func clamped(_ lines: SeparatingLines) -> RequantizationCoefficients? {
    guard let first = steps.positions.first, let last = steps.positions.last else { return nil }
    let domain = first - 1...last
    let isFree = steps.firstCode == steps.clamp.lowerBound && steps.lastCode == steps.clamp.upperBound
    let inner = isFree ? lines : SeparatingLines(steps, over: domain)
    guard var numbers = narrow(inner, over: domain) else { return nil }
    guard let one = Int32(exactly: steps.accumulator(domain.lowerBound)),
      let other = Int32(exactly: steps.accumulator(domain.upperBound))
    else { return nil }
    numbers.bounds = min(one, other)...max(one, other)
    return numbers
  }

  /// Every threshold, those of codes that the first accumulator has passed already as the least int32.
  private func thresholds(atMost most: Int) -> RequantizationCoefficients? {
    guard steps.lastCode - steps.clamp.lowerBound <= most,
      steps.firstCode >= steps.clamp.lowerBound
    else { return nil }
    var thresholds = [Int32](repeating: .min, count: steps.firstCode - steps.clamp.lowerBound)
    var before = steps.firstCode
    for (position, code) in zip(steps.positions, steps.codes) {
      guard let position = Int32(exactly: position) else { return nil }
      thresholds += repeatElement(position, count: code - before)
      before = code
    }
    return RequantizationCoefficients(
      multiplier: steps.isMirrored ? -1 : 1, offset: 0, shift: 0, thresholds: thresholds)
  }

  /// With accumulators shifted to the left as far as 32 bits allow, `floor((x * m * 2^p + b * 2^32) / 2^(32 + d))`: the
  /// smallest shift at which a whole number of high words is an offset.
  private func highWord(_ lines: SeparatingLines) -> RequantizationCoefficients? {
    guard let (_, smallest) = lines.smallestMultiplier(), let word = Int32(exactly: accumulators.lowerBound),
      let other = Int32(exactly: accumulators.upperBound)
    else { return nil }
    // Bits that repeat the sign can be shifted out, all but one.
    let preshift = min(word.signBits, other.signBits) - 1
    let dropped = 32 - preshift
    guard smallest <= dropped + 31 else { return nil }
    for shift in max(smallest - dropped, 0)...31 {
      guard let multiplier = lines.middleMultiplier(shift: shift + dropped) else { continue }
      guard let exact = lines.offsets(multiplier: multiplier, shift: shift + dropped) else { continue }
      let unit = Int128(1) << Int128(dropped)
      // Rounded upwards.
      let offset = (exact.lowerBound + unit - 1) >> Int128(dropped)
      guard offset * unit <= exact.upperBound, let word = Int32(exactly: offset) else { continue }
      return RequantizationCoefficients(
        multiplier: signed(multiplier), offset: Int64(word), shift: shift, preshift: preshift)
    }
    return nil
  }

  /// The multiplier of the accumulator itself; at most the greatest int32.
  private func signed(_ multiplier: Int) -> Int32 {
    Int32(clamping: steps.isMirrored ? -multiplier : multiplier)
  }
}

extension ClosedRange<Int128> {
  fileprivate var middle: Int128 { lowerBound + (upperBound - lowerBound) / 2 }
}

extension Int32 {
  /// Leading bits that are equal, of which one is the sign; at least 1.
  fileprivate var signBits: Int { (self < 0 ? ~self : self).leadingZeroBitCount }
}
