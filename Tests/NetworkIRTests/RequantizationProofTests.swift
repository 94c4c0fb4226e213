import NetworkIR
import Testing

struct RequantizationProofTests {
  @Test(arguments: RandomRule.Kind.allCases, [9, 11] as [UInt64])
  func `the proof accepts changed coefficients exactly when no code changes`(kind: RandomRule.Kind, bits: UInt64) {
    var generator = SeededGenerator(seed: bits)
    for sample in 0..<RequantizationForm.allCases.count {
      let random = RandomRule(kind, reach: 1 << bits, &generator)
      let fit = RequantizationFit.exact(
        in: RequantizationForm.allCases[sample], for: random.rule, over: random.accumulators, clamp: random.clamp)
      guard let fit else { continue }
      for changed in mutations(of: fit, &generator) {
        let equal = random.accumulators.allSatisfy {
          let code = LiteralArithmetic.code(changed.form, changed.coefficients, of: $0, clamp: random.clamp)
          return code != nil && code == random.rule.evaluate($0)
        }
        let proven = changed.equals(random.rule, over: random.accumulators, clamp: random.clamp)
        #expect(proven == equal, "seed \(bits), sample \(sample): \(changed) for \(random)")
      }
    }
  }

  @Test func `a form that steps the wrong way at zero is not proven by the steps of its rule`() {
    // A falling rule, and the sign term that steps upwards at zero: wrong below zero by one code.
    let rule = RequantizationRule([
      .affine(scale: -1, offset: 0), .divide(by: 64, rounding: .floor), .clamp(-128...127),
    ])
    let coefficients = RequantizationCoefficients(
      multiplier: -(1 << 25), offset: 0, shift: 31, signTerm: 1 << 31)
    let fit = RequantizationFit(form: .rq64s, coefficients: coefficients)
    #expect(!fit.equals(rule, over: -4000...4000, clamp: -128...127))
  }

  @Test func `a layer takes one form and keeps every channel exact`() throws {
    let clamp = -128...127
    let rules = [
      RequantizationRule([.doublingMultiply(multiplier: 1_500_000_001, shift: -6), .clamp(clamp)]),
      RequantizationRule([.doublingMultiply(multiplier: 0, shift: 0), .affine(scale: 1, offset: -5), .clamp(clamp)]),
      RequantizationRule([.doublingMultiply(multiplier: 1_073_741_824, shift: -5), .clamp(clamp)]),
      // Factors from 1/2 on round once.
      RequantizationRule([.doublingMultiply(multiplier: 1_300_000_003, shift: 0), .clamp(clamp)]),
      RequantizationRule([.doublingMultiply(multiplier: 1_900_000_007, shift: 2), .clamp(clamp)]),
    ]
    let ranges = [-20_000...20_000, -30_000...30_000, 0...4000, -300...300, -90...90]
    let requantization = try Requantization(rules: rules, accumulators: ranges, clamp: clamp)
    #expect(requantization.form == .rq64s)
    for (channel, range) in ranges.enumerated() {
      let coefficients = requantization.coefficients(channel: channel)
      let implied = RequantizationCoefficients.impliedSignTerm(shift: coefficients.shift)
      #expect(coefficients.signTerm == implied, "channel \(channel)")
      let exact = range.allSatisfy {
        LiteralArithmetic.code(requantization.form, coefficients, of: $0, clamp: clamp)
          == requantization.rule(channel: channel).evaluate($0)
      }
      #expect(exact, "channel \(channel)")
    }
  }

  @Test func `a rule that no form equals is an error that names its channel`() {
    // Truncation towards zero without a clamp at zero: the step at zero is twice as wide as the others, and the codes
    // are too many for thresholds.
    let clamp = -32768...32767
    let exact = RequantizationRule([.divide(by: 8, rounding: .floor), .clamp(clamp)])
    let truncated = RequantizationRule([.divide(by: 8, rounding: .truncate), .clamp(clamp)])
    let range = -100_000...100_000
    #expect(throws: RequantizationError.noExactForm(channel: 1, accumulators: range)) {
      try Requantization(rules: [exact, truncated], accumulators: [range, range], clamp: clamp)
    }
  }

  /// Coefficients near the given ones: some still exact, most not.
  private func mutations(
    of fit: RequantizationFit, _ generator: inout SeededGenerator
  ) -> [RequantizationFit] {
    let numbers = fit.coefficients
    var changed: [RequantizationFit] = RequantizationForm.allCases.map {
      RequantizationFit(form: $0, coefficients: numbers)
    }
    for exponent in stride(from: 0, through: 30, by: 2) {
      let size = Int64(1) << Int64(exponent) + Int64.random(in: 0...Int64(1) << Int64(exponent), using: &generator)
      for delta in [size, -size] {
        let offset = numbers.offset.addingReportingOverflow(delta)
        if !offset.overflow {
          changed.append(mutated(fit) { $0.offset = offset.partialValue })
        }
        guard let multiplier = Int32(exactly: Int64(numbers.multiplier) + delta) else { continue }
        changed.append(mutated(fit) { $0.multiplier = multiplier })
      }
    }
    for shift in [numbers.shift - 1, numbers.shift + 1, 0, 32, 62] { changed.append(mutated(fit) { $0.shift = shift }) }
    for zeroPoint in [0, 1, -7] as [Int32] { changed.append(mutated(fit) { $0.zeroPoint = zeroPoint }) }
    for term in [0, 1, numbers.signTerm / 2, 1 << 31, 1 << 40] { changed.append(mutated(fit) { $0.signTerm = term }) }
    changed.append(mutated(fit) { $0.multiplier = 0 - max($0.multiplier, -.max) })
    for preshift in [0, 1, numbers.preshift + 1, 31, 32] { changed.append(mutated(fit) { $0.preshift = preshift }) }
    if let bounds = numbers.bounds {
      for by in [1, 100] as [Int32] {
        changed.append(
          mutated(fit) { $0.bounds = bounds.lowerBound + by...max(bounds.upperBound, bounds.lowerBound + by) })
        changed.append(mutated(fit) { $0.bounds = bounds.lowerBound - by...bounds.upperBound + by })
        changed.append(
          mutated(fit) { $0.bounds = min(bounds.lowerBound, bounds.upperBound - by)...bounds.upperBound - by })
      }
    }
    changed.append(mutated(fit) { $0.bounds = nil })
    changed.append(mutated(fit) { $0.exceptions.append(RequantizationException(accumulator: 5, correction: 1)) })
    for index in numbers.exceptions.indices.prefix(4) {
      changed.append(mutated(fit) { $0.exceptions.remove(at: index) })
      changed.append(mutated(fit) { $0.exceptions[index].accumulator += 1 })
      changed.append(mutated(fit) { $0.exceptions[index].correction *= -1 })
    }
    changed.append(mutated(fit) { $0.thresholds.append(.max) })
    changed.append(mutated(fit) { $0.thresholds.append(.min) })
    for index in numbers.thresholds.indices.shuffled(using: &generator).prefix(4) {
      changed.append(mutated(fit) { $0.thresholds.remove(at: index) })
      changed.append(mutated(fit) { $0.thresholds[index] &+= 1 })
      changed.append(mutated(fit) { $0.thresholds[index] &-= 1 })
    }
    return changed
  }

  private func mutated(
    _ fit: RequantizationFit, _ change: (inout RequantizationCoefficients) -> Void
  ) -> RequantizationFit {
    var result = fit
    change(&result.coefficients)
    return result
  }
}
