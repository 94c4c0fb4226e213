import NetworkIR

/// What codes stand for: `real = scale * (code - zeroPoint)`.
struct RecipeQuantization: Equatable, Sendable {
  var scale: Float
  var zeroPoint: Int

  /// The root of the mean of the squares of what codes that are all equally likely stand for.
  func magnitude(of codes: ClosedRange<Int>) -> Double {
    let count = Double(codes.count)
    let middle = Double(codes.lowerBound + codes.upperBound) / 2 - Double(zeroPoint)
    return Double(scale) * (count * count / 12 + middle * middle).squareRoot()
  }
}

/// The numbers of one node, drawn from its seed.
struct RecipeNumbers {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

  /// Weights of a style; codes in `codes`, of which small ones stand near `zero`.
  mutating func weights(
    _ style: RecipeWeights, count: Int, in codes: ClosedRange<Int>, around zero: Int = 0
  ) -> [Int] {
    let near = max(codes.lowerBound, zero - 1)...min(codes.upperBound, zero + 1)
    return (0..<count).map { _ in
      switch style {
      case .any, .nibbles, .crumbs: Int.random(in: codes, using: &random)
      case .lowest: codes.lowerBound
      case .highest: codes.upperBound
      case .extremes: Bool.random(using: &random) ? codes.lowerBound : codes.upperBound
      case .sparse: chance(5) ? Int.random(in: codes, using: &random) : zero
      case .small: Int.random(in: near, using: &random)
      case .ones: near.upperBound
      }
    }
  }

  /// A zero point: one of the ends, or any.
  mutating func zeroPoint(in codes: ClosedRange<Int>) -> Int {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: codes.lowerBound
    case 1: codes.upperBound
    case 2: (codes.lowerBound + codes.upperBound + 1) / 2
    default: Int.random(in: codes, using: &random)
    }
  }

  /// 2 to a power drawn evenly.
  mutating func power(_ exponents: ClosedRange<Double>) -> Double {
    // Steps of 1/64, by products that are exact on every machine.
    let steps = Int.random(in: Int(exponents.lowerBound * 64)...Int(exponents.upperBound * 64), using: &random)
    var result = 1.0
    let whole = Int((Double(steps) / 64).rounded(.down))
    for _ in 0..<(steps - whole * 64) { result *= 1.010889286051701 }
    return result * Double(sign: .plus, exponent: whole, significand: 1)
  }

  /// How far results of a magnitude are spread over the codes: mostly well, sometimes far beyond them or hardly at all.
  mutating func gain() -> Double {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: power(3...7)
    case 1: power(-8...(-3))
    default: power(-1...1.5)
    }
  }

  /// A quantization for results of a magnitude.
  mutating func quantization(magnitude: Double, codes: ClosedRange<Int>, isSymmetric: Bool = false)
    -> RecipeQuantization
  {
    let scale = magnitude / (Double(codes.count) / 6) / gain()
    return RecipeQuantization(
      scale: Float(min(max(scale, 0x1p-60), 0x1p60)), zeroPoint: isSymmetric ? 0 : zeroPoint(in: codes))
  }
}
