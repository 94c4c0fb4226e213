import NetworkIR
import Testing

/// Each form by itself, and the choice among them.
struct RequantizationFormTests {
  @Test(arguments: RequantizationForm.allCases, RandomRule.Kind.allCases)
  func `a form equals the rule wherever it is said to`(form: RequantizationForm, kind: RandomRule.Kind) {
    var generator = SeededGenerator(seed: 11)
    for bits in [6, 10, 14, 18, 22, 26] {
      let random = RandomRule(kind, reach: 1 << bits, &generator)
      let fit = RequantizationFit.exact(in: form, for: random.rule, over: random.accumulators, clamp: random.clamp)
      guard let fit else { continue }
      let wrong = critical(random, &generator).first { !agree(fit, random, $0) }
      #expect(wrong == nil, "\(bits) bits, accumulator \(wrong ?? 0): \(fit) for \(random)")
    }
  }

  @Test(arguments: [
    (RequantizationForm.rq32, RandomRule.Kind.poolMean), (.rq32c, .nemo), (.rq32c, .nemoOddDivisor), (.rqh, .shifted),
    (.rqh, .nemoOddDivisor), (.rqh, .doublingRelu), (.rq64, .roundedShift), (.rq64, .nemo), (.rq64s, .doublingSigned),
    (.rq64x, .singleSigned), (.rq64x, .singleRelu), (.rq64t, .singleSigned), (.rq64t, .singleNegative),
    (.thr, .thresholds), (.thr, .fallingThresholds), (.thr, .fourBits), (.thr, .truncatedSigned), (.thr, .halfEven),
  ])
  func `a form is found for the rules that it is for`(form: RequantizationForm, kind: RandomRule.Kind) {
    var generator = SeededGenerator(seed: 3)
    let found = (0..<50).count { _ in
      let random = RandomRule(kind, reach: 1 << 12, &generator)
      return RequantizationFit.exact(in: form, for: random.rule, over: random.accumulators, clamp: random.clamp) != nil
    }
    // A few rules jump by several codes or saturate so far out that an intermediate leaves the form's width.
    #expect(found >= 25)
  }

  /// Scales that put products onto ties or next to them, and divisors next to powers of two.
  static let adversarial: [RequantizationStep] =
    [0x1p-4, 0x1p-9, 0x1.8p-9, 0x1.8p-12, 0x1.000002p-9, 0x1.fffffep-9, 1, 1.5, 3, 0x1p2, 0x1.555556p-8].map {
      RandomRule.single($0)
    }
    + [1 << 8 - 1, 1 << 12 - 1, 1 << 8, 1, 3, 255, 257].flatMap { divisor in
      [.floor, .truncate, .halfUp, .halfEven, .halfAway].map { .divide(by: divisor, rounding: $0) }
    }
    + [(1 << 30, 0), (1 << 30, 1), (1 << 30, -6), (3 << 29, -7), (Int32.max, -8), (1 << 30, 3)].map {
      .doublingMultiply(multiplier: $0.0, shift: $0.1)
    }

  @Test(arguments: adversarial, [1, -1, 3])
  func `scales on ties and next to them are exact`(step: RequantizationStep, factor: Int) throws {
    for (clamp, zeroPoint) in [(-128...127, -7), (0...255, 0), (0...15, 3)] {
      let rule = RequantizationRule([
        .affine(scale: factor, offset: 0), step, .affine(scale: 1, offset: zeroPoint), .clamp(clamp),
      ])
      let range = -9000...16_500
      let found = try Requantization(rules: [rule], accumulators: [range], clamp: clamp)
      let wrong = range.first {
        LiteralArithmetic.code(found.form, found.coefficients[0], of: $0, clamp: clamp) != rule.evaluate($0)
      }
      #expect(wrong == nil, "\(found)")
    }
  }

  @Test func `a layer with one difficult channel gets a few exceptions`() throws {
    let clamp = -128...127
    // The first scale has an affine form on the range, the second has none.
    let range = -120_000...120_000
    var generator = SeededGenerator(seed: 1)
    var easy: [RequantizationRule] = []
    var difficult: RequantizationRule?
    for _ in 0..<1000 where easy.count < 20 || difficult == nil {
      let scale = Float.random(in: 0.002...0.004, using: &generator)
      let rule = RequantizationRule([RandomRule.single(scale), .clamp(clamp)])
      let fit = try #require(RequantizationFit.cheapest(for: rule, over: range, clamp: clamp))
      if fit.form == .rq64x && fit.coefficients.exceptions.count <= 2 { difficult = rule }
      if fit.form <= .rq64 { easy.append(rule) }
    }
    let rules = easy + [try #require(difficult)]
    let found = try Requantization(rules: rules, accumulators: rules.map { _ in range }, clamp: clamp)
    #expect(found.form == .rq64x && (1...2).contains(found.entriesPerChannel))
    #expect(found.cheapestForms.last == .rq64x && found.cheapestForms.dropLast().allSatisfy { $0 <= .rq64 })
    for (rule, numbers) in zip(found.rules, found.coefficients) {
      #expect(RequantizationFit(form: .rq64x, coefficients: numbers).equals(rule, over: range, clamp: clamp))
    }
  }

  @Test func `codes of 16 bits have an exact form`() throws {
    let clamp = -32768...32767
    let cores: [RequantizationStep] = [
      .doublingMultiply(multiplier: 1_900_000_001, shift: -5), RandomRule.single(0.0123),
      .divide(by: 1 << 9, rounding: .halfUp),
    ]
    for core in cores {
      let rule = RequantizationRule([core, .clamp(clamp)])
      let range = -20_000_000...20_000_000
      let found = try Requantization(rules: [rule], accumulators: [range], clamp: clamp)
      for accumulator in stride(from: range.lowerBound, through: range.upperBound, by: 997) {
        let code = LiteralArithmetic.code(found.form, found.coefficients[0], of: accumulator, clamp: clamp)
        #expect(code == rule.evaluate(accumulator))
      }
    }
  }

  @Test(
    arguments: [
      [.singlePrecision(significand: 0, exponent: 20, addend: 0)],
      [.singlePrecision(significand: 1 << 23, exponent: .max, addend: 0)],
      [.singlePrecision(significand: .min, exponent: .min, addend: .max)],
      [.singlePrecision(significand: 1 << 23, exponent: 30, addend: .min)],
      [.thresholds(lowest: .max, [0, 1])], [.thresholds(lowest: 0, [5, 1, 3])], [.thresholds(lowest: .min, [])],
      [.thresholds(lowest: 0, [.min, .max])], [.affine(scale: .min, offset: .min)], [.affine(scale: 0, offset: .max)],
      [.divide(by: .max, rounding: .halfEven)],
      [.affine(scale: .max, offset: 0), .divide(by: .max, rounding: .halfUp)],
      [.doublingMultiply(multiplier: .min, shift: -31)], [.doublingMultiply(multiplier: -1, shift: 0)],
      [.affine(scale: 1 << 40, offset: 0), .doublingMultiply(multiplier: .max, shift: 0)],
    ] as [[RequantizationStep]])
  func `hostile numbers give no wrong fit and no trap`(steps: [RequantizationStep]) {
    for clamp in [0...255, -32768...32767, Int(Int32.min)...Int(Int32.max), Int.min...Int.max] {
      for range in [-5000...5000, 0...0, Int(Int32.min)...Int(Int32.max), Int.min...Int.max, Int.max...Int.max] {
        let rule = RequantizationRule(steps + [.clamp(clamp)])
        for form in RequantizationForm.allCases {
          let fit = RequantizationFit.exact(in: form, for: rule, over: range, clamp: clamp)
          guard let fit else { continue }
          for accumulator in [range.lowerBound, range.upperBound] {
            let code = LiteralArithmetic.code(fit.form, fit.coefficients, of: accumulator, clamp: clamp)
            #expect(code == rule.evaluate(accumulator))
          }
        }
      }
    }
  }

  /// The ends, accumulators around every step, and some at random.
  private func critical(_ random: RandomRule, _ generator: inout SeededGenerator) -> [Int] {
    let range = random.accumulators
    var points = [range.lowerBound, range.upperBound, -1, 0, 1]
    points += (0..<100).map { _ in Int.random(in: range, using: &generator) }
    let grid = stride(from: range.lowerBound, through: range.upperBound, by: max(range.count / 512, 1))
    for (left, right) in zip(grid, grid.dropFirst()) where random.rule.evaluate(left) != random.rule.evaluate(right) {
      var (low, high) = (left, right)
      while high - low > 1 {
        let middle = low + (high - low) / 2
        if random.rule.evaluate(middle) == random.rule.evaluate(left) { low = middle } else { high = middle }
      }
      points += [low - 1, low, high, high + 1]
    }
    return points.filter(range.contains)
  }

  private func agree(_ fit: RequantizationFit, _ random: RandomRule, _ accumulator: Int) -> Bool {
    let code = LiteralArithmetic.code(fit.form, fit.coefficients, of: accumulator, clamp: random.clamp)
    return code != nil && code == random.rule.evaluate(accumulator)
  }
}
