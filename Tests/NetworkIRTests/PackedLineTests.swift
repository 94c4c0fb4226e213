import NetworkIR
import Testing

/// Lines in 32 bits against the rule, in arithmetic that is written out here from their description.
struct PackedLineTests {
  /// What a kernel computes, or nil where something that is shifted leaves 32 bits.
  private func code(_ line: PackedLine, of sum: Int, clamp: ClosedRange<Int>) -> Int? {
    let first = sum * Int(line.low.multiplier) + Int(line.low.offset)
    let second =
      (first >> (Int(line.low.offset) & 31)) + sum * Int(line.high.multiplier) + Int(line.high.offset)
    guard Int32(exactly: first) != nil, Int32(exactly: second) != nil else { return nil }
    return clipped(second >> (Int(line.high.offset) & 31), to: clamp)
  }

  private func code(_ line: LimitedLine, of sum: Int, clamp: ClosedRange<Int>) -> Int? {
    let kept = clipped(sum, to: -Int(line.limit) - 1...Int(line.limit))
    let scaled = kept * Int(line.multiplier) + Int(line.offset)
    guard Int32(exactly: scaled) != nil else { return nil }
    return clipped(scaled >> (Int(line.limit) & 31), to: clamp)
  }

  private func clipped(_ value: Int, to range: ClosedRange<Int>) -> Int {
    min(max(value, range.lowerBound), range.upperBound)
  }

  /// Every accumulator of a small range; the ends, the surroundings of steps and random ones of a big range.
  private func samples(_ random: RandomRule, _ generator: inout SeededGenerator) -> [Int] {
    let range = random.accumulators
    guard range.count > 1 << 12 else { return Array(range) }
    var samples = [range.lowerBound, range.lowerBound + 1, range.upperBound - 1, range.upperBound, -1, 0, 1]
    samples += (0..<200).map { _ in Int.random(in: range, using: &generator) }
    // A step between two samples, by bisection.
    for (one, other) in zip(samples, samples.dropFirst()) where range.contains(one) && range.contains(other) {
      var (low, high) = (min(one, other), max(one, other))
      let lowest = random.rule.evaluate(low)
      while high - low > 1 {
        let middle = low + (high - low) / 2
        if random.rule.evaluate(middle) == lowest { low = middle } else { high = middle }
      }
      samples += [low - 1, low, high, high + 1]
    }
    return samples.filter(range.contains)
  }

  @Test(arguments: RandomRule.Kind.allCases, [8, 13, 18, 24])
  func `lines have the rule's codes for every sum`(kind: RandomRule.Kind, bits: Int) {
    let seed = UInt64(bits)
    var generator = SeededGenerator(seed: seed)
    for sample in 0..<4 {
      let random = RandomRule(kind, reach: 1 << bits, &generator)
      let comment: Comment = "seed \(seed), sample \(sample): \(random)"
      guard
        let rule = try? Requantization(
          rules: [random.rule], accumulators: [random.accumulators], clamp: random.clamp)
      else { continue }
      let bias = Int.random(in: -(1 << bits)...1 << bits, using: &generator)
      let accumulators = samples(random, &generator)
      for products in 1...2 {
        guard let line = rule.packedLine(channel: 0, bias: Int32(bias), products: products) else { continue }
        let wrong = accumulators.first {
          code(line, of: $0 - bias, clamp: random.clamp) != random.rule.evaluate($0)
        }
        #expect(wrong == nil, comment)
        #expect(products == 2 || line.low.multiplier == 0 && line.low.offset == 0, comment)
      }
      guard let line = rule.limitedLine(channel: 0, bias: Int32(bias)) else { continue }
      let wrong = accumulators.first { code(line, of: $0 - bias, clamp: random.clamp) != random.rule.evaluate($0) }
      #expect(wrong == nil, comment)
      #expect(line.limit >= 0, comment)
    }
  }

  @Test func `a multiplication with double rounding of 20-bit sums has a line in two products`() throws {
    var generator = SeededGenerator(seed: 5)
    var found = 0
    for _ in 0..<40 {
      let random = RandomRule(.doublingRelu, reach: 1 << 19, &generator)
      let rule = try Requantization(
        rules: [random.rule], accumulators: [random.accumulators], clamp: random.clamp)
      if [.rq32, .rq32c, .rqh, .rq64].contains(rule.form),
        rule.packedLine(channel: 0, bias: 1234, products: 2) != nil
      {
        found += 1
      }
    }
    #expect(found >= 30, "\(found) of 40")
  }

  @Test func `a channel with one code has every line`() throws {
    let clamp = -128...127
    let rule = RequantizationRule([.affine(scale: 0, offset: -77), .clamp(clamp)])
    let constant = try Requantization(rules: [rule], accumulators: [-5000...90000], clamp: clamp)
    for sum in [-6000, -1, 0, 1, 89000] {
      for products in 1...2 {
        let line = try #require(constant.packedLine(channel: 0, bias: 1000, products: products))
        #expect(code(line, of: sum, clamp: clamp) == -77)
      }
      let limited = try #require(constant.limitedLine(channel: 0, bias: 1000))
      #expect(code(limited, of: sum, clamp: clamp) == -77)
    }
  }
}
