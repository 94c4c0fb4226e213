import NetworkIR
import Testing

struct RequantizationRuleTests {
  @Test(arguments: -31...6)
  func `a doubling multiplication is both roundings of TensorFlow Lite in turn`(shift: Int) {
    var generator = SeededGenerator(seed: UInt64(shift + 100))
    for _ in 0..<2000 {
      let multiplier = Int32.random(in: 1 << 30...Int32.max, using: &generator)
      let limit = Int32.max >> Int32(max(shift, 0))
      let magnitude = limit >> Int32.random(in: 0...24, using: &generator)
      let accumulator = Int32.random(in: -magnitude...magnitude, using: &generator)
      let rule = RequantizationRule([.doublingMultiply(multiplier: multiplier, shift: shift)])
      let expected = LiteralArithmetic.multiply(accumulator, multiplier, shift).map(Int.init)
      #expect(rule.evaluate(Int(accumulator)) == expected, "\(accumulator) * \(multiplier), shift \(shift)")
    }
  }

  @Test(arguments: [1, 5, 8])
  func `ties of a doubling multiplication go away from zero`(exponent: Int) {
    // Multiplying by 2^30 and shifting by 1 - e divides by 2^e exactly, in two roundings.
    let rule = RequantizationRule([.doublingMultiply(multiplier: 1 << 30, shift: 1 - exponent)])
    for quotient in -20...20 {
      let tie = quotient << exponent + 1 << (exponent - 1)
      let literal = LiteralArithmetic.multiply(Int32(tie), 1 << 30, 1 - exponent).map(Int.init)
      #expect(rule.evaluate(tie) == literal)
      if exponent > 1 { #expect(literal == (tie > 0 ? quotient + 1 : quotient)) }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 8, 255, 256])
  func `each rounding is the one that reals give`(divisor: Int) {
    func quotient(_ value: Int, _ rounding: RequantizationStep.Rounding) -> Int? {
      RequantizationRule([.divide(by: divisor, rounding: rounding)]).evaluate(value)
    }
    for value in -1000...1000 {
      let real = Double(value) / Double(divisor)
      #expect(quotient(value, .floor) == Int(real.rounded(.down)))
      #expect(quotient(value, .truncate) == Int(real.rounded(.towardZero)))
      let nearest = Double(2 * value + divisor) / Double(2 * divisor)
      #expect(quotient(value, .halfUp) == Int(nearest.rounded(.down)))
      #expect(quotient(value, .halfEven) == Int(real.rounded(.toNearestOrEven)))
      #expect(quotient(value, .halfAway) == Int(real.rounded(.toNearestOrAwayFromZero)))
    }
  }

  @Test(arguments: [0, 3, -128, 255], [8, 20, 26, 40])
  func `a multiplication in single precision is that of this machine`(addend: Int, bits: Int) {
    var generator = SeededGenerator(seed: UInt64(bits))
    for _ in 0..<2000 {
      let scale = Float.random(in: 0.5...2, using: &generator) * Float(sign: .plus, exponent: 8 - bits, significand: 1)
      let rule = RequantizationRule([RandomRule.single(scale, addend: addend)])
      // Random accumulators, and those around a tie.
      let tie = Int((Float(Int.random(in: -256...256, using: &generator)) + 0.5) / scale)
      let far = Int.random(in: -(1 << bits)...1 << bits, using: &generator)
      for accumulator in [far, 0, tie - 1, tie, tie + 1] {
        let expected = LiteralArithmetic.multiply(accumulator, scale: scale, addend: addend)
        #expect(rule.evaluate(accumulator) == expected, "\(accumulator) * \(scale) + \(addend)")
      }
    }
  }

  @Test(arguments: [Float(0x1p-7), 0x1.8p-9, 1, 1.5, 0x1p3, 0x1p-30, 0x1.fffffep-9])
  func `ties in single precision go to the even code`(scale: Float) {
    let rule = RequantizationRule([RandomRule.single(scale)])
    for accumulator in -3000...3000 {
      #expect(rule.evaluate(accumulator) == LiteralArithmetic.multiply(accumulator, scale: scale, addend: 0))
    }
  }

  @Test func `thresholds count those that are reached`() {
    let thresholds = [-5, 0, 0, 7]
    let rule = RequantizationRule([.thresholds(lowest: -2, thresholds)])
    for value in -10...10 { #expect(rule.evaluate(value) == -2 + thresholds.count { $0 <= value }) }
  }

  @Test func `steps apply in order`() {
    let rule = RequantizationRule([
      .affine(scale: -3, offset: 10), .clamp(-20...20), .divide(by: 4, rounding: .truncate),
      .affine(scale: 1, offset: 5), .clamp(0...9),
    ])
    #expect([-100, 0, 3, 9, 100].map { rule.evaluate($0) } == [9, 7, 5, 1, 0])
  }

  @Test(
    arguments: [
      [.affine(scale: Int.max, offset: 0)], [.affine(scale: 1, offset: Int.max)],
      [.divide(by: 0, rounding: .floor)], [.divide(by: -2, rounding: .halfUp)],
      [.doublingMultiply(multiplier: 1 << 30, shift: 32)], [.doublingMultiply(multiplier: 1 << 30, shift: -63)],
    ] as [[RequantizationStep]])
  func `a step without a value in 64 bits has none`(steps: [RequantizationStep]) {
    #expect(RequantizationRule(steps).evaluate(2) == nil)
  }

  @Test func `the least and greatest shifts of a doubling multiplication do not trap on any integer`() {
    for accumulator in [Int.min, -1, 0, 1, Int.max] {
      for shift in [-62, 0, 31] {
        let rule = RequantizationRule([.doublingMultiply(multiplier: .max, shift: shift), .clamp(-1...1)])
        let value = rule.evaluate(accumulator)
        #expect(value == nil || (-1...1).contains(value ?? 2))
      }
    }
  }
}
