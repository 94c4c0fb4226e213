import NetworkIR

/// A random rule of one of the kinds that front-ends make, with the accumulators it is for.
struct RandomRule {
  enum Kind: CaseIterable {
    case doublingSigned, doublingRelu, doublingLeft, doublingScaled, shifted, roundedShift, nemo, nemoOddDivisor,
      poolMean, poolShift, singleSigned, singleRelu, singleAddend, singleNegative, fourBits, thresholds,
      fallingThresholds, halfEven, halfAway, truncatedSigned
  }

  var rule: RequantizationRule
  var accumulators: ClosedRange<Int>
  var clamp: ClosedRange<Int>

  /// `reach` is about how many accumulators there are.
  init(_ kind: Kind, reach: Int, _ generator: inout SeededGenerator) {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let low = -pick(0...reach)
    accumulators = low...low + reach
    let unsigned = 0...255
    let signed = -128...127
    // Multiplier bits so that the whole range spans roughly the codes, give or take.
    let bits = max(1, Int.bitWidth - (reach / 256).leadingZeroBitCount)
    let slope = pick(1...(1 << 12))
    let sign = pick(0...3) == 0 ? -1 : 1
    let zeroPoint = pick(-128...127)
    let multiplier = Int32(pick((1 << 30)...Int(Int32.max)))
    var steps: [RequantizationStep]
    switch kind {
    case .doublingSigned, .doublingRelu:
      steps = [.doublingMultiply(multiplier: multiplier, shift: -min(max(bits + pick(-2...2), 1), 23))]
      let lowest = kind == .doublingSigned ? -128 : zeroPoint
      steps.append(.affine(scale: 1, offset: zeroPoint))
      clamp = lowest...127
    case .doublingLeft:
      steps = [.doublingMultiply(multiplier: multiplier, shift: pick(0...4)), .affine(scale: 1, offset: zeroPoint)]
      clamp = signed
    case .doublingScaled:
      // An operand of an addition: 20 fractional bits, then a factor of at most 1/2.
      steps = [.affine(scale: 1 << 20, offset: 0)]
      steps.append(.doublingMultiply(multiplier: multiplier, shift: -20 - min(max(bits + pick(-2...2), 1), 11)))
      clamp = signed
    case .shifted:
      steps = [.affine(scale: sign * slope, offset: pick(-(1 << 24)...(1 << 24)))]
      steps.append(.divide(by: 1 << (bits + pick(8...14)), rounding: .floor))
      clamp = pick(0...1) == 0 ? unsigned : -8...7
    case .roundedShift:
      steps = [.affine(scale: sign * slope, offset: pick(-(1 << 20)...(1 << 20)))]
      steps.append(.divide(by: 1 << (bits + pick(8...14)), rounding: .halfUp))
      clamp = signed
    case .nemo, .nemoOddDivisor:
      let divisor = 1 << (bits + pick(16...20))
      steps = [.affine(scale: sign * pick(1...255), offset: pick(-(1 << 16)...(1 << 16)))]
      steps.append(.affine(scale: pick(1 << 8...1 << 12), offset: 0))
      steps.append(.divide(by: kind == .nemo ? divisor : divisor - 1, rounding: .truncate))
      clamp = unsigned
    case .poolMean:
      let count = [9, 49, 12][pick(0...2)]
      accumulators = -128 * count...127 * count
      steps = [.divide(by: count, rounding: pick(0...1) == 0 ? .floor : .halfUp)]
      clamp = signed
    case .poolShift:
      let count = [9, 49, 12][pick(0...2)]
      accumulators = 0...255 * count
      let shift = 6 + pick(0...12)
      steps = [.affine(scale: max(1, (1 << shift) / count), offset: 0)]
      steps.append(.divide(by: (1 << shift) - pick(0...1), rounding: .floor))
      clamp = unsigned
    case .singleSigned, .singleRelu, .singleAddend, .singleNegative, .fourBits:
      let scale = Float.random(in: 0.3...3, using: &generator) * Float(kind == .fourBits ? 16 : 256) / Float(reach)
      steps = [Self.single(scale, addend: kind == .singleAddend ? zeroPoint : 0)]
      if kind == .singleNegative { steps.insert(.affine(scale: -1, offset: 0), at: 0) }
      if kind == .singleSigned { steps.append(.affine(scale: 1, offset: zeroPoint)) }
      clamp = kind == .fourBits ? 0...15 : kind == .singleRelu ? unsigned : signed
    case .thresholds, .fallingThresholds:
      clamp = [0...15, -2...1, 0...3, -8...7][pick(0...3)]
      let range = accumulators
      let thresholds = (1..<clamp.count).map { _ in pick(range) }.sorted()
      steps = [.thresholds(lowest: clamp.lowerBound, thresholds)]
      if kind == .fallingThresholds {
        steps.insert(.affine(scale: -1, offset: accumulators.lowerBound + accumulators.upperBound), at: 0)
      }
    case .halfEven, .halfAway:
      let divisor = max(reach / 256, 2) + pick(0...3)
      steps = [.divide(by: divisor, rounding: kind == .halfEven ? .halfEven : .halfAway)]
      clamp = signed
    case .truncatedSigned:
      steps = [.affine(scale: sign, offset: 0), .divide(by: max(reach / 128, 2) + pick(0...3), rounding: .truncate)]
      clamp = signed
    }
    rule = RequantizationRule(steps + [.clamp(clamp)])
  }

  /// A multiplication by a float32 scale.
  static func single(_ scale: Float, addend: Int = 0) -> RequantizationStep {
    .singlePrecision(
      significand: Int(scale.significandBitPattern) + 1 << 23, exponent: 23 - Int(scale.exponent), addend: addend)
  }
}
