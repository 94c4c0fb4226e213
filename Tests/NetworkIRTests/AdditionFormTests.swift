import NetworkIR
import Testing

/// Sums with several roundings as one affine form of both codes.
struct AdditionFormTests {
  /// An addition of int8 codes as TensorFlow Lite's converter prescribes it: both operands at twice the greater scale, with
  /// 20 bits below the point.
  private struct PreparedAddition {
    var addition: Addition
    var rules: (first: RequantizationRule, second: RequantizationRule, output: RequantizationRule)
    var zeroPoints: (first: Int, second: Int)

    init(_ generator: inout SeededGenerator) throws {
      let scales = (0..<3).map { _ in Double.random(in: 0.005...0.2, using: &generator) }
      zeroPoints = (Int.random(in: -128...127, using: &generator), Int.random(in: -128...127, using: &generator))
      let zeroPoint = Int.random(in: -128...127, using: &generator)
      let twice = 2 * max(scales[0], scales[1])
      let wide = Int(Int32.min)...Int(Int32.max)
      let clamp = -128...127
      func multiply(_ factor: Double) -> RequantizationStep {
        let exponent = Int(factor.exponent) + 1
        let significand = factor / Double(sign: .plus, exponent: exponent, significand: 1)
        return .doublingMultiply(multiplier: Int32(min(significand * 0x1p31, 0x1p31 - 1)), shift: exponent)
      }
      let steps: [RequantizationStep] = [.affine(scale: 1 << 20, offset: 0)]
      rules = (
        RequantizationRule(steps + [multiply(scales[0] / twice), .clamp(wide)]),
        RequantizationRule(steps + [multiply(scales[1] / twice), .clamp(wide)]),
        RequantizationRule([
          multiply(twice / (scales[2] * 0x1p20)), .affine(scale: 1, offset: zeroPoint), .clamp(clamp),
        ])
      )
      let firstRange = -128 - zeroPoints.first...127 - zeroPoints.first
      let secondRange = -128 - zeroPoints.second...127 - zeroPoints.second
      addition = Addition(
        first: try Requantization(rules: [rules.first], accumulators: [firstRange], clamp: wide),
        second: try Requantization(rules: [rules.second], accumulators: [secondRange], clamp: wide),
        output: try Requantization(rules: [rules.output], accumulators: [-(1 << 29)...1 << 29], clamp: clamp),
        firstZeroPoint: zeroPoints.first, secondZeroPoint: zeroPoints.second)
    }

    /// The prescribed steps, literally.
    func code(_ a: Int, _ b: Int) -> Int? {
      guard let first = rules.first.evaluate(a - zeroPoints.first),
        let second = rules.second.evaluate(b - zeroPoints.second)
      else { return nil }
      return rules.output.evaluate(first + second)
    }
  }

  @Test(arguments: [UInt64(1), 2])
  func `additions of TensorFlow Lite have an affine form that is right on every pair`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var found = 0
    for sample in 0..<12 {
      let prepared = try PreparedAddition(&generator)
      #expect(!prepared.addition.isAffine)
      guard let form = prepared.addition.affineForm() else { continue }
      found += 1
      #expect(form.exceptions.isEmpty)
      let numbers = try #require(form.coefficients)
      var wrong = 0
      for a in -128...127 {
        for b in -128...127 {
          let sum = a * numbers.first + b * numbers.second + numbers.offset
          wrong += min(max(sum >> numbers.shift, -128), 127) == prepared.code(a, b) ? 0 : 1
        }
      }
      #expect(wrong == 0, "seed \(seed), sample \(sample)")
    }
    #expect(found >= 10, "seed \(seed): \(found) of 12")
  }

  @Test func `a sum of two floors has none, and one scaled in 32 bits needs none`() throws {
    let clamp = 0...255
    func scaled(_ steps: [RequantizationStep]) throws -> Requantization {
      try Requantization(
        rules: [RequantizationRule(steps + [.clamp(0...1000)])], accumulators: [0...255], clamp: 0...1000)
    }
    let sum = try Requantization(
      rules: [RequantizationRule([.clamp(clamp)])], accumulators: [0...2000], clamp: clamp)
    let floors = Addition(
      first: try scaled([.affine(scale: 7657, offset: 0), .divide(by: 1 << 14, rounding: .floor)]),
      second: try scaled([.affine(scale: 2073, offset: 0), .divide(by: 1 << 12, rounding: .floor)]), output: sum)
    #expect(!floors.isAffine)
    #expect(floors.affineForm() == nil)
    let plain = Addition(first: try scaled([]), second: try scaled([]), output: sum)
    #expect(plain.isAffine)
  }
}
