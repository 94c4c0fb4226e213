/// Looks for the affine form that differs from a rule on the fewest accumulators.
struct ExceptionSearch {
  let rule: RequantizationRule
  let steps: StepFunction
  let lines: SeparatingLines
  /// More exceptions than these are not worth having.
  let limit: Int

  /// The better of the rule's own slope and the slope in the middle of the bounds that contradict each other.
  func best() -> RequantizationCoefficients? {
    // Exceptions are about as frequent as steps: 16-bit codes have too many.
    guard steps.positions.count <= 1 << 10 else { return nil }
    let own = rule.slope.flatMap { fit(slope: abs($0)) }
    if let own, own.exceptions.count <= 1 { return own }
    let middle = lines.greatest.flatMap { fit(slope: ($0.real + lines.least.real) / 2) }
    return [own, middle].compactMap { $0 }.min { $0.exceptions.count < $1.exceptions.count }
  }

  private func fit(slope: Double) -> RequantizationCoefficients? {
    guard slope.isNormal, slope > 0 else { return nil }
    // Thirty bits of slope, or as many as the range of shifts allows.
    let shift = min(max(29 - Int(slope.exponent), 0), 46)
    let scaled = slope * Double(sign: .plus, exponent: shift, significand: 1)
    guard scaled >= 1, scaled < Double(Int32.max) else { return nil }
    let multiplier = Int(scaled + 0.5)
    guard let offset = mostExactOffset(multiplier: multiplier, shift: shift) else { return nil }
    let numbers = RequantizationCoefficients(
      multiplier: Int32(clamping: steps.isMirrored ? -multiplier : multiplier), offset: Int64(offset), shift: shift)
    return withExceptions(numbers)
  }

  /// An offset that lies in as many of the steps' intervals as any, by a sweep over their ends.
  private func mostExactOffset(multiplier: Int, shift: Int) -> Int? {
    var ends: [(offset: Int, change: Int)] = []
    ends.reserveCapacity(2 * steps.positions.count)
    var before = steps.firstCode
    for (position, code) in zip(steps.positions, steps.codes) {
      let product = position.multipliedReportingOverflow(by: multiplier)
      guard !product.overflow, abs(product.partialValue) < 1 << 61, abs(code) <= 1 << 15, abs(before) <= 1 << 15 else {
        return nil
      }
      let low = code << shift - product.partialValue
      let high = (before + 1) << shift - product.partialValue + multiplier
      before = code
      guard low < high else { continue }
      ends.append((low, 1))
      ends.append((high, -1))
    }
    ends.sort { ($0.offset, $0.change) < ($1.offset, $1.change) }
    var depth = 0
    var deepest = 0
    var range = 0...0
    for (index, end) in ends.enumerated() {
      depth += end.change
      if depth > deepest, index + 1 < ends.count {
        deepest = depth
        range = end.offset...max(end.offset, ends[index + 1].offset - 1)
      }
    }
    return deepest == 0 ? nil : range.lowerBound + (range.upperBound - range.lowerBound) / 2
  }

  /// Lists where the numbers are wrong: on both sides of some steps and at the ends.
  private func withExceptions(_ numbers: RequantizationCoefficients) -> RequantizationCoefficients? {
    let form = RequantizationFit(form: .rq64, coefficients: numbers)
    var exceptions: [RequantizationException] = []
    /// Collects wrong arguments from `start` on; false where they are too many or off by more than one code.
    func collect(from start: Int, by stride: Int) -> Bool {
      var x = start
      while steps.domain.contains(x) {
        let accumulator = steps.accumulator(x)
        let expected = steps.code(of: x)
        guard let found = form.code(of: accumulator, clamp: steps.clamp) else { return false }
        guard found != expected else { return true }
        guard abs(found - expected) == 1, let word = Int32(exactly: accumulator), exceptions.count < limit else {
          return false
        }
        exceptions.append(RequantizationException(accumulator: word, correction: Int32(expected - found)))
        x += stride
      }
      return true
    }
    guard collect(from: steps.domain.lowerBound, by: 1), collect(from: steps.domain.upperBound, by: -1) else {
      return nil
    }
    for position in steps.positions {
      guard collect(from: position, by: 1), collect(from: position - 1, by: -1) else { return nil }
    }
    var numbers = numbers
    numbers.exceptions = Set(exceptions).sorted { $0.accumulator < $1.accumulator }
    return numbers
  }
}
