import Foundation
import NetworkIR
import Testing

/// ONNX Runtime's element-wise operators on all pairs of 8-bit codes.
struct PairwiseSearchTests {
  /// QLinearAdd with fused multiply-adds, as its AVX2 kernel computes it.
  private struct FloatAddition {
    var first: (scale: Float, zeroPoint: Int)
    var second: (scale: Float, zeroPoint: Int)
    var output: (scale: Float, zeroPoint: Int)
    var type: ElementType

    init(_ generator: inout SeededGenerator) {
      type = Bool.random(using: &generator) ? .int8 : .uint8
      func quantization(_ type: ElementType) -> (scale: Float, zeroPoint: Int) {
        (Float.random(in: 0.002...0.2, using: &generator), Int.random(in: type.range, using: &generator))
      }
      (first, second, output) = (quantization(type), quantization(type), quantization(type))
    }

    var ratios: (first: Float, second: Float) { (first.scale / output.scale, second.scale / output.scale) }

    var codes: [Int16] {
      let (ra, rb) = ratios
      let fixed = Float(output.zeroPoint) - (rb * Float(second.zeroPoint)).addingProduct(ra, Float(first.zeroPoint))
      return type.range.flatMap { a in
        type.range.map { b in
          let sum = fixed.addingProduct(Float(b), rb).addingProduct(Float(a), ra)
          let code = Int(sum.rounded(.toNearestOrEven))
          return Int16(min(max(code, type.range.lowerBound), type.range.upperBound))
        }
      }
    }

    var slopes: PairwiseSlopes {
      let (ra, rb) = (Double(ratios.first), Double(ratios.second))
      return PairwiseSlopes(
        first: ra, second: rb,
        offset: Double(output.zeroPoint) - ra * Double(first.zeroPoint) - rb * Double(second.zeroPoint))
    }

    func fitted(_ codes: [Int16]) -> Pairwise? {
      Pairwise.fitted(first: type.range, second: type.range, clamp: type.range, codes: codes, slopes: slopes)
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func `forty random additions of float32 have an integer form`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for sample in 0..<40 {
      let addition = FloatAddition(&generator)
      let codes = addition.codes
      let fitted = addition.fitted(codes)
      #expect(fitted != nil, "seed \(seed), sample \(sample): \(addition)")
      guard let fitted else { continue }
      #expect(fitted.codes == codes)
      // The form and its exceptions against the table, in the words of a kernel.
      let numbers = try #require(fitted.coefficients)
      var exceptions: [Int: Int] = [:]
      for exception in fitted.exceptions { exceptions[exception.first << 16 + exception.second] = exception.code }
      var index = 0
      var wrong = 0
      for a in addition.type.range {
        for b in addition.type.range {
          let sum = a * numbers.first + b * numbers.second + a * b * numbers.product + numbers.offset
          let code = min(max(sum >> numbers.shift, fitted.clamp.lowerBound), fitted.clamp.upperBound)
          if (exceptions[a << 16 + b] ?? code) != Int(codes[index]) { wrong += 1 }
          index += 1
        }
      }
      #expect(wrong == 0, "seed \(seed), sample \(sample): \(addition)")
    }
  }
}

extension PairwiseSearchTests {
  /// The code of a pair by the words of the generated C.
  private func code(_ operation: NetworkIR.Operation, _ a: Int, _ b: Int) throws -> Int {
    switch operation {
    case .pairwise(let pairwise):
      guard let numbers = pairwise.coefficients else { return pairwise.code(a, b) }
      if let exception = pairwise.exceptions.first(where: { $0.first == a && $0.second == b }) { return exception.code }
      let sum: Int = a * numbers.first + b * numbers.second + numbers.offset
      return min(max(sum >> numbers.shift, pairwise.clamp.lowerBound), pairwise.clamp.upperBound)
    case .addition(let addition):
      func code(_ rule: Requantization, _ value: Int) throws -> Int {
        try #require(LiteralArithmetic.code(rule.form, rule.coefficients[0], of: value, clamp: rule.clamp))
      }
      return try code(addition.output, try code(addition.first, a) + code(addition.second, b))
    default: throw CancellationError()
    }
  }

  /// Scales that bring sums close to ties, or far apart: decimals, small multiples of powers of two, fractions.
  @Test(arguments: UInt64(1)...30)
  func `every addition of float32 has an exact layer, of no more bytes than its table`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let kind = Int(seed % 4)
    func scale() -> Float {
      switch kind {
      case 0: Float(Int.random(in: 1...200, using: &generator)) * 0.001
      case 1: Float(Int.random(in: 1...8, using: &generator)) * 0x1p-5
      case 2: 1 / Float(Int.random(in: 1...300, using: &generator))
      default: Float(exp(Double.random(in: -12...2, using: &generator)))
      }
    }
    var addition = FloatAddition(&generator)
    addition.first.scale = scale()
    addition.second.scale = Bool.random(using: &generator) ? addition.first.scale : scale()
    addition.output.scale = scale()
    let (range, codes) = (addition.type.range, addition.codes)
    let layer = NetworkIR.Operation.sum(
      first: range, second: range, clamp: range, output: addition.type, codes: codes, slopes: addition.slopes)
    #expect(layer.tableBytes(input: addition.type, output: addition.type) <= 65_536)
    // A prime distance reaches every row and column.
    for index in stride(from: 0, to: codes.count, by: 7) {
      let (a, b) = (range.lowerBound + index / 256, range.lowerBound + index % 256)
      let found = try code(layer, a, b)
      #expect(found == Int(codes[index]), "seed \(seed): \(addition), \(a), \(b)")
      if found != Int(codes[index]) { break }
    }
  }

  @Test func `a table without any rule stays a table`() {
    let codes = (0..<65_536).map { Int16($0 * 40_503 % 251) }
    let slopes = PairwiseSlopes(first: 0.5, second: 0.5, offset: 0)
    let layer = NetworkIR.Operation.sum(
      first: 0...255, second: 0...255, clamp: 0...255, output: .uint8, codes: codes, slopes: slopes)
    #expect(layer == .pairwise(Pairwise(first: 0...255, second: 0...255, clamp: 0...255, table: codes)))
  }

  @Test func `a product of two operands has an integer form`() {
    // QLinearMul with scales that leave no ties: round((a - 3) * (b + 7) * scale) + 5.
    let (scale, clamp) = (0.0071234, -128...127)
    let codes = clamp.flatMap { a in
      clamp.map { b in
        let code = Int((Double((a - 3) * (b + 7)) * scale + 5).rounded(.toNearestOrEven))
        return Int16(min(max(code, clamp.lowerBound), clamp.upperBound))
      }
    }
    let slopes = PairwiseSlopes(first: 7 * scale, second: -3 * scale, product: scale, offset: 5 - 21 * scale)
    let fitted = Pairwise.fitted(first: clamp, second: clamp, clamp: clamp, codes: codes, slopes: slopes)
    #expect(fitted?.exceptions == [])
  }

  @Test(arguments: [(0.5, 0.5), (0.25, 0.75), (1.5, 0.5), (0.5, -0.5), (0.125, 1), (0.25, 0.0625)])
  func `a sum whose ties go to even codes has an exact addition`(weights: (first: Double, second: Double)) throws {
    let clamp = -128...127
    let codes = clamp.flatMap { a in
      clamp.map { b in
        let sum = Double(a) * weights.first + Double(b) * weights.second - 3
        return Int16(min(max(sum.rounded(.toNearestOrEven), -128), 127))
      }
    }
    let slopes = PairwiseSlopes(first: weights.first, second: weights.second, offset: -3)
    let fitted = try #require(Addition.fitted(first: clamp, second: clamp, clamp: clamp, codes: codes, slopes: slopes))
    func code(_ rule: Requantization, _ value: Int) -> Int {
      LiteralArithmetic.code(rule.form, rule.coefficients[0], of: value, clamp: rule.clamp) ?? .min
    }
    let found = clamp.flatMap { a in
      clamp.map { Int16(clamping: code(fitted.output, code(fitted.first, a) + code(fitted.second, $0))) }
    }
    #expect(found == codes)
  }

  @Test(
    arguments: [
      PairwiseSlopes(first: .nan, second: 1, offset: 0), PairwiseSlopes(first: .infinity, second: 1, offset: 0),
      PairwiseSlopes(first: 1, second: 1, offset: .nan), PairwiseSlopes(first: 0, second: 0, offset: 0),
      PairwiseSlopes(first: 1e300, second: 1, offset: 0), PairwiseSlopes(first: 1e-300, second: 1e-300, offset: 1e300),
      PairwiseSlopes(first: 1, second: .nan, offset: 0),
    ])
  func `slopes beyond reason give no form and no trap`(slopes: PairwiseSlopes) {
    let range = -2...1
    let codes = [Int16](repeating: 0, count: 15) + [1]
    let fitted = Pairwise.fitted(first: range, second: range, clamp: 0...1, codes: codes, slopes: slopes)
    #expect(fitted == nil)
    let added = Addition.fitted(first: range, second: range, clamp: 0...1, codes: codes, slopes: slopes)
    #expect(added == nil || slopes.first == 1)
  }
}
