import NetworkIR

/// Requantization rules of every dialect.
extension RandomNetwork {
  /// The codes of a type, cut a little at random.
  mutating func clamp(_ type: ElementType) -> ClosedRange<Int> {
    if type.bits < 8 { return type.range }
    let range = type.bits == 8 ? type.range : (type.isSigned ? -1500...1500 : 0...3000)
    return range.lowerBound + random.number(0...9)...range.upperBound - random.number(0...9)
  }

  /// A model's way to write a requantization.
  private enum Style: CaseIterable { case doubling, quotient, smallQuotient, single, thresholds }

  /// Rules that spread each range of accumulators over the clamp, all written in one way.
  mutating func requantization(_ ranges: [ClosedRange<Int>], _ clamp: ClosedRange<Int>) -> Requantization? {
    for style in Style.allCases.shuffled(using: &random) where style != .thresholds || clamp.count <= 16 {
      let rules = ranges.map { rule(style, over: $0, clamp) }
      if let found = try? Requantization(rules: rules, accumulators: ranges, clamp: clamp) { return found }
    }
    return nil
  }

  private mutating func rule(
    _ style: Style, over range: ClosedRange<Int>, _ clamp: ClosedRange<Int>
  ) -> RequantizationRule {
    let scale = Double(clamp.count) / Double(max(range.upperBound - range.lowerBound, 1)) * 1.3
    let zeroPoint = random.number(clamp)
    var steps: [RequantizationStep]
    switch style {
    case .doubling: steps = [doublingMultiply(scale), .affine(scale: 1, offset: zeroPoint)]
    case .quotient, .smallQuotient:
      let factor = random.number(style == .quotient ? 100...900 : 1...3) * (random.number(0...4) == 0 ? -1 : 1)
      let divisor = max(Int(Double(abs(factor)) / scale), 1)
      steps = [
        .affine(scale: factor, offset: zeroPoint * divisor + random.number(-9...9)),
        .divide(by: divisor, rounding: .floor),
      ]
    case .single:
      let significand = Int((scale.significand * 0x1p23).rounded(.down))
      steps = [
        .singlePrecision(significand: significand, exponent: 23 - Int(scale.exponent), addend: 0),
        .affine(scale: 1, offset: zeroPoint),
      ]
    case .thresholds:
      let thresholds = (1..<clamp.count).map { _ in random.number(range) }
      steps = [.thresholds(lowest: clamp.lowerBound, thresholds.sorted())]
    }
    return RequantizationRule(steps + [.clamp(clamp)])
  }

  /// Times a factor below 1, as TensorFlow Lite does it.
  func doublingMultiply(_ factor: Double) -> RequantizationStep {
    let multiplier = min(Double(Int32.max), (factor.significand / 2 * 0x1p31).rounded())
    return .doublingMultiply(multiplier: Int32(multiplier), shift: min(Int(factor.exponent) + 1, 0))
  }
}
