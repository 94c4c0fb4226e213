import NetworkIR
import Testing

struct RequantizationFitTests {
  @Test(arguments: RandomRule.Kind.allCases, [8, 12, 15])
  func `coefficients equal the rule on every accumulator of a small range`(kind: RandomRule.Kind, bits: Int) {
    var generator = SeededGenerator(seed: UInt64(bits))
    for sample in 0..<(bits == 15 ? 12 : 50) {
      let random = RandomRule(kind, reach: 1 << bits, &generator)
      let comment: Comment = "seed \(bits), sample \(sample): \(random)"
      guard let fit = fit(random, comment) else { continue }
      let wrong = random.accumulators.first { !agree(fit, random, $0) }
      #expect(wrong == nil, comment)
    }
  }

  @Test(arguments: RandomRule.Kind.allCases)
  func `coefficients equal the rule on every one of 262144 accumulators`(kind: RandomRule.Kind) {
    var generator = SeededGenerator(seed: 18)
    for sample in 0..<2 {
      let random = RandomRule(kind, reach: 1 << 18, &generator)
      guard let fit = fit(random, "sample \(sample): \(random)") else { continue }
      #expect(random.accumulators.first { !agree(fit, random, $0) } == nil, "sample \(sample): \(random)")
    }
  }

  @Test(arguments: RandomRule.Kind.allCases, [20, 24, 28])
  func `coefficients equal the rule around every threshold of a big range`(kind: RandomRule.Kind, bits: Int) {
    var generator = SeededGenerator(seed: UInt64(bits))
    for sample in 0..<20 {
      let random = RandomRule(kind, reach: 1 << bits, &generator)
      let comment: Comment = "seed \(bits), sample \(sample): \(random)"
      guard let fit = fit(random, comment) else { continue }
      let range = random.accumulators
      var critical = [range.lowerBound, range.upperBound, -1, 0, 1]
      for threshold in thresholds(of: random) { critical += [threshold - 1, threshold, threshold + 1] }
      critical += (0..<100).map { _ in Int.random(in: range, using: &generator) }
      #expect(critical.filter(range.contains).allSatisfy { agree(fit, random, $0) }, comment)
    }
  }

  @Test(arguments: [RandomRule.Kind.nemo, .nemoOddDivisor, .poolShift, .doublingLeft, .shifted])
  func `a constant channel has coefficients in every form`(kind: RandomRule.Kind) {
    var generator = SeededGenerator(seed: 7)
    for form in RequantizationForm.allCases {
      var random = RandomRule(kind, reach: 1 << 14, &generator)
      random.rule.steps.insert(.affine(scale: 0, offset: 12), at: 0)
      let fit = RequantizationFit.exact(
        in: form, for: random.rule, over: random.accumulators, clamp: random.clamp)
      #expect(fit != nil, "\(form): \(random)")
      guard let fit else { continue }
      #expect(random.accumulators.allSatisfy { agree(fit, random, $0) }, "\(form): \(random)")
    }
  }

  @Test func `a shift as wide as the register is not used`() {
    let rule = RequantizationRule([.divide(by: 1 << 40, rounding: .floor), .clamp(-1...1)])
    let fit = RequantizationFit.cheapest(for: rule, over: -5000...5000, clamp: -1...1)
    #expect(fit != nil && (fit?.form != .rq32 || (fit?.coefficients.shift ?? 99) <= 31))
  }

  @Test(
    arguments: [
      [.affine(scale: .max, offset: .max), .affine(scale: .max, offset: .max), .affine(scale: .max, offset: 0)],
      [.divide(by: 0, rounding: .floor)], [.divide(by: -7, rounding: .floor)],
      [.divide(by: .max, rounding: .floor), .divide(by: .max, rounding: .floor), .divide(by: .max, rounding: .floor)],
      [.doublingMultiply(multiplier: .max, shift: 200)], [.doublingMultiply(multiplier: .max, shift: -200)],
    ] as [[RequantizationStep]])
  func `numbers beyond reason give no fit and no trap`(steps: [RequantizationStep]) {
    let rule = RequantizationRule(steps + [.clamp(0...255)])
    let fit = RequantizationFit.cheapest(for: rule, over: -5000...5000, clamp: 0...255)
    if let fit { #expect(fit.equals(rule, over: -5000...5000, clamp: 0...255)) }
  }

  private func fit(_ random: RandomRule, _ comment: Comment) -> RequantizationFit? {
    let fit = RequantizationFit.cheapest(
      for: random.rule, over: random.accumulators, clamp: random.clamp)
    #expect(fit != nil, comment)
    return fit
  }

  private func agree(_ fit: RequantizationFit, _ random: RandomRule, _ accumulator: Int) -> Bool {
    let code = LiteralArithmetic.code(fit.form, fit.coefficients, of: accumulator, clamp: random.clamp)
    return code != nil && code == random.rule.evaluate(accumulator)
  }

  /// Where the rule's code changes, found in the rule itself.
  private func thresholds(of random: RandomRule) -> [Int] {
    let range = random.accumulators
    let first = random.rule.evaluate(range.lowerBound) ?? 0
    let last = random.rule.evaluate(range.upperBound) ?? 0
    let codes = min(first, last)..<max(first, last)
    return codes.map { code in
      var (low, high) = (range.lowerBound, range.upperBound)
      while low < high {
        let middle = (low + high) >> 1
        let above = (random.rule.evaluate(middle) ?? 0) > code
        if above == (last > first) { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }
}
