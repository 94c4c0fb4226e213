import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// Sums of two activations, against the arithmetic of the reference kernel written out in plain integers.
struct TFLiteAdditionTests {
  @Test(arguments: 0..<24 as Range<UInt64>)
  func `every pair of codes has the sum of the reference kernel, by the rules and by the kernel's numbers`(
    seed: UInt64
  ) throws {
    var random = ONNXSeededGenerator(seed: seed)
    let sample = AdditionSample(simple: seed % 2 == 0, &random)
    let addition = try #require(sample.lowered(), "seed \(seed): \(sample)")
    let left = sample.operands(addition.first, addition.firstZeroPoint)
    let right = sample.operands(addition.second, addition.secondZeroPoint)
    var wrong = 0
    for x in 0..<256 {
      for y in 0..<256 {
        let expected = sample.sum(x - 128, y - 128)
        let rule = addition.output.rules[0].evaluate(left.rule[x] + right.rule[y])
        let form = kernelCode(addition.output, left.form[x] + right.form[y])
        if rule != expected || form != expected { wrong += 1 }
      }
    }
    #expect(wrong == 0, "seed \(seed): \(wrong) of 65536 pairs of \(sample)")
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `sums of any positive scales are lowered, and the kernel's numbers give their codes`(seed: UInt64) throws {
    var random = ONNXSeededGenerator(seed: 1000 + seed)
    for index in 0..<60 {
      let sample = AdditionSample(anyOf: -40...40, &random)
      let addition = try #require(sample.lowered(), "seed \(seed), sample \(index): \(sample)")
      for _ in 0..<200 {
        let x = Int.random(in: -128...127, using: &random)
        let y = Int.random(in: -128...127, using: &random)
        let first = kernelCode(addition.first, x - addition.firstZeroPoint)
        let second = kernelCode(addition.second, y - addition.secondZeroPoint)
        let comment: Comment = "seed \(seed), sample \(index): \(x) and \(y) of \(sample)"
        #expect(kernelCode(addition.output, first + second) == sample.sum(x, y), comment)
      }
    }
  }

  @Test func `a sum that is scaled up beyond the common scale is refused`() {
    var sample = AdditionSample(scales: (1, 1, 0x1p-19), zeroPoints: (0, 0, 0), activation: 0)
    #expect(inspectModel(sample.model.bytes, fileName: "m").problems.map(\.code) == [TFLiteLimit.multiplier.code])
    sample.scales.2 = 0x1p-18
    #expect(sample.lowered() != nil)
  }
}

/// What the C kernels compute from the numbers of a requantization, in plain 64-bit integers.
func kernelCode(_ rule: Requantization, _ accumulator: Int, channel: Int = 0) -> Int {
  let numbers = rule.coefficients(channel: channel)
  let multiplier = Int(numbers.multiplier)
  let offset = Int(numbers.offset)
  var code: Int
  switch rule.form {
  case .rq32, .rq64: code = (accumulator * multiplier + offset) >> numbers.shift
  case .rq32c:
    let bounds = numbers.bounds ?? Int32.min...Int32.max
    let inside = min(max(accumulator, Int(bounds.lowerBound)), Int(bounds.upperBound))
    code = (inside * multiplier + offset) >> numbers.shift
  case .rqh: code = (((accumulator << numbers.preshift) * multiplier) >> 32 + offset) >> numbers.shift
  case .rq64s:
    code = (accumulator * multiplier + offset - (accumulator < 0 ? Int(numbers.signTerm) : 0)) >> numbers.shift
    code += Int(numbers.zeroPoint)
  case .rq64x:
    code = (accumulator * multiplier + offset) >> numbers.shift
    code += numbers.exceptions.first { $0.accumulator == accumulator }.map { Int($0.correction) } ?? 0
  case .thr: code = rule.clamp.lowerBound + numbers.thresholds.count { Int($0) <= accumulator * multiplier }
  // Single precision, which none of these rules has.
  case .rq64t: code = .min
  }
  return min(max(code, rule.clamp.lowerBound), rule.clamp.upperBound)
}

/// Quantizations of an addition `c = a + b`, and the code of each sum.
private struct AdditionSample: CustomStringConvertible {
  /// Of both operands and of the sum.
  var scales: (Float, Float, Float)
  var zeroPoints: (Int, Int, Int)
  /// The schema's number: 0 none, 1 RELU, 3 RELU6.
  var activation: Int8

  var description: String { "scales \(scales), zero points \(zeroPoints), activation \(activation)" }

  init(scales: (Float, Float, Float), zeroPoints: (Int, Int, Int), activation: Int8) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.activation = activation
  }

  /// Scales in small integer ratios, which put many sums between two codes, or of any ratio up to 32.
  init(simple: Bool, _ random: inout ONNXSeededGenerator) {
    self.init(anyOf: 0...0, &random)
    let unit = Float.random(in: 0.001...0.1, using: &random)
    if simple {
      func ratio() -> Float { Float([1, 1, 2, 4, 5, 6, 8].randomElement(using: &random) ?? 1) }
      scales = (ratio() * unit, ratio() * unit, ratio() * unit)
    } else {
      func ratio() -> Float { Float.random(in: 1...32, using: &random) }
      scales = (ratio() * unit, ratio() * unit, ratio() * unit)
    }
  }

  /// Scales that differ by powers of two within the exponents, among them powers of two, as far as the sum is defined.
  init(anyOf exponents: ClosedRange<Int>, _ random: inout ONNXSeededGenerator) {
    func zeroPoint() -> Int { Int.random(in: -128...127, using: &random) }
    func scale() -> Float {
      let power = Float(sign: .plus, exponent: Int.random(in: exponents, using: &random), significand: 1)
      return Bool.random(using: &random) ? power : power * Float.random(in: 0.5..<1, using: &random)
    }
    let operands = (scale(), scale())
    let least = max(operands.0, operands.1) * 0x1p-18
    self.init(
      scales: (operands.0, operands.1, max(scale(), least)), zeroPoints: (zeroPoint(), zeroPoint(), zeroPoint()),
      activation: [0, 1, 3].randomElement(using: &random) ?? 0)
  }

  /// `c = a + b` on vectors of 8.
  var model: TFLiteTestModel {
    func tensor(_ name: String, _ scale: Float, _ zeroPoint: Int) -> TFLiteTestModel.Tensor {
      .init(name: name, dimensions: [1, 8], scales: [scale], zeroPoints: [Int64(zeroPoint)])
    }
    return TFLiteTestModel(
      tensors: [
        tensor("a", scales.0, zeroPoints.0), tensor("b", scales.1, zeroPoints.1), tensor("c", scales.2, zeroPoints.2),
      ], operators: [.init(code: 0, inputs: [0, 1], outputs: [2], options: (11, [0: .byte(activation)]))],
      inputs: [0, 1], outputs: [2])
  }

  /// The addition that the model is lowered to; nil where it is refused.
  func lowered() -> Addition? {
    guard let network = inspectModel(model.bytes, fileName: "m").model?.network,
      case .addition(let addition) = network.layers[0].operation
    else { return nil }
    return addition
  }

  /// What an operand of each code from -128 on becomes, by the rule and by the kernel's numbers.
  func operands(_ operand: Requantization, _ zeroPoint: Int) -> (rule: [Int], form: [Int]) {
    let codes = -128...127
    return (
      codes.map { operand.rules[0].evaluate($0 - zeroPoint) ?? Int.min >> 1 },
      codes.map { kernelCode(operand, $0 - zeroPoint) }
    )
  }

  /// The code of a sum.
  func sum(_ x: Int, _ y: Int) -> Int {
    let common = 2 * max(Double(scales.0), Double(scales.1))
    let left = Self.scaled((x - zeroPoints.0) << 20, by: Double(scales.0) / common)
    let right = Self.scaled((y - zeroPoints.1) << 20, by: Double(scales.1) / common)
    let code = Self.scaled(left + right, by: common / (0x1p20 * Double(scales.2))) + zeroPoints.2
    let lowest = activation == 0 ? -128 : zeroPoints.2
    let six = min(Double((6 / scales.2).rounded(.toNearestOrAwayFromZero)), 1000)
    return min(max(code, lowest), activation == 3 ? min(127, zeroPoints.2 + Int(six)) : 127)
  }

  /// MultiplyByQuantizedMultiplierSmallerThanOneExp of a factor below 1: gemmlowp's SaturatingRoundingDoublingHighMul,
  /// then its RoundingDivideByPOT.
  private static func scaled(_ value: Int, by factor: Double) -> Int {
    var mantissa = factor
    var right = 0
    while mantissa < 0.5 && right < 40 { mantissa *= 2; right += 1 }
    var multiplier = Int((mantissa * 0x1p31).rounded(.toNearestOrAwayFromZero))
    if multiplier == 1 << 31 { multiplier >>= 1; right -= 1 }
    if right > 31 { return 0 }
    let product = value * multiplier * (right < 0 ? 2 : 1)
    let high = (product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / (1 << 31)
    let mask = (1 << max(right, 0)) - 1
    let threshold = mask >> 1 + (high < 0 ? 1 : 0)
    return high >> max(right, 0) + (high & mask > threshold ? 1 : 0)
  }
}
