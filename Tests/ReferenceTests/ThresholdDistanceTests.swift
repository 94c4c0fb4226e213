import NetworkIR
import Reference
import Testing

struct ThresholdDistanceTests {
  @Test(arguments: [(0, 1), (1, 2), (4, 5), (5, 5), (9, 1), (10, 1), (29, 1), (30, 1), (1_000_000, 999_971)])
  func `a division by ten changes at its multiples`(accumulator: Int, expected: Int) {
    let rule = RequantizationRule([.divide(by: 10, rounding: .floor), .clamp(-100...3)])
    #expect(ReferenceExecutor.distanceToNearestThreshold(rule: rule, accumulator: accumulator) == expected)
  }

  @Test func `a constant rule has no threshold`() {
    let rule = RequantizationRule([.affine(scale: 0, offset: 7), .clamp(0...255)])
    #expect(ReferenceExecutor.distanceToNearestThreshold(rule: rule, accumulator: 12) == nil)
  }

  @Test func `thresholds out of reach are not found`() {
    let rule = RequantizationRule([.divide(by: 10, rounding: .floor), .clamp(-100...3)])
    let near = ReferenceExecutor.distanceToNearestThreshold(rule: rule, accumulator: 15, within: 11...19)
    let outside = ReferenceExecutor.distanceToNearestThreshold(rule: rule, accumulator: 5, within: 11...19)
    #expect(near == nil && outside == nil)
  }

  @Test func `a layer is asked through the rule of its channel`() throws {
    let rules = [4, 100].map { RequantizationRule([.divide(by: $0, rounding: .floor), .clamp(-128...127)]) }
    let requantization = try Requantization(
      rules: rules, accumulators: [-128...127, -128...127], clamp: -128...127)
    let shape = Shape(1, 1, 2)
    let rescale = ReferenceExecutor(singleLayer(.rescale(requantization), inputs: [shape], output: shape))
    #expect(rescale.distanceToNearestThreshold(layer: 0, channel: 0, accumulator: 5) == 2)
    #expect(rescale.distanceToNearestThreshold(layer: 0, channel: 1, accumulator: 5) == 6)
    let kind = Pooling.Kind.maximum(clamp: 0...1)
    let pooling = Pooling(kind: kind, kernel: .one, stride: .one, padding: .zero)
    let maximum = ReferenceExecutor(singleLayer(.pooling(pooling), inputs: [shape], output: shape))
    #expect(maximum.distanceToNearestThreshold(layer: 0, channel: 0, accumulator: 5) == nil)
  }

  @Test(arguments: 0..<20)
  func `the distance equals the one found by looking at every accumulator`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let multiplier = Int32.random(in: 1 << 30...Int32.max, using: &generator)
    let shift = -Int.random(in: 0...7, using: &generator)
    let sign = Bool.random(using: &generator) ? 1 : -1
    let rule = RequantizationRule([
      .affine(scale: sign, offset: 0), .doublingMultiply(multiplier: multiplier, shift: shift), .clamp(-3...4),
    ])
    let range = -400...400
    let codes = range.map { rule.evaluate($0) }
    for accumulator in range {
      let code = rule.evaluate(accumulator)
      let expected = zip(range, codes).filter { $0.1 != code }.map { abs($0.0 - accumulator) }.min()
      let found = ReferenceExecutor.distanceToNearestThreshold(
        rule: rule, accumulator: accumulator, within: range)
      #expect(found == expected, "seed \(seed), accumulator \(accumulator)")
    }
  }
}
