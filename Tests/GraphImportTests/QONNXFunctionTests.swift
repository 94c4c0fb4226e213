import NetworkIR
import Testing

@testable import GraphImport

/// Exact numbers, quantizers and the thresholds that are made of both.
struct QONNXFunctionTests {
  @Test(arguments: UInt64(1)...4)
  func `sums and products of dyadic numbers are exact`(seed: UInt64) throws {
    var generator = ONNXSeededGenerator(seed: seed)
    for round in 0..<2_000 {
      let parts = (0..<3).map { _ in Int.random(in: -(1 << 30)...1 << 30, using: &generator) }
      let exponents = (0..<3).map { _ in Int.random(in: 0...12, using: &generator) }
      let numbers = try zip(parts, exponents).map { part, exponent in
        try #require(ExactNumber(Double(part) / Double(1 << exponent)))
      }
      // In units of 2^-24.
      let whole = zip(parts, exponents).map { Int128($0) << Int128(12 - $1) }
      let expected = (whole[0] * whole[1] - whole[2] << 12).signum()
      #expect(
        (numbers[0] * numbers[1] - numbers[2]).signum == Int(expected), "seed \(seed), round \(round)")
      #expect((numbers[0] - numbers[0]).signum == 0)
    }
  }

  @Test func `no number that is far out makes the arithmetic trap`() throws {
    let numbers = try [Float.leastNonzeroMagnitude, -.greatestFiniteMagnitude, 1, 0, -1e-30].map {
      try #require(ExactNumber($0))
    }
    #expect(ExactNumber(Float.nan) == nil && ExactNumber(Float.infinity) == nil)
    for first in numbers {
      for second in numbers {
        #expect((first * second).signum == first.signum * second.signum)
        #expect((first + second - second - first).signum == 0)
      }
    }
    #expect(numbers[0].approximation > 0 && numbers[1].approximation < -1e38)
  }

  /// What the modes mean, by their names.
  private static func rounded(_ x: Double, _ mode: QONNXRounding) -> Int {
    switch mode {
    case .halfEven: Int(x.rounded(.toNearestOrEven))
    case .floor: Int(x.rounded(.down))
    case .ceiling: Int(x.rounded(.up))
    case .up: Int(x < 0 ? x.rounded(.down) : x.rounded(.up))
    case .down: Int(x.rounded(.towardZero))
    case .halfUp: Int(x < 0 ? -(-x + 0.5).rounded(.down) : (x + 0.5).rounded(.down))
    case .halfDown: Int(x < 0 ? -(-x - 0.5).rounded(.up) : (x - 0.5).rounded(.up))
    }
  }

  @Test(arguments: QONNXRounding.allCases, [0, 3])
  func `boundaries and float arithmetic give every number the same code`(mode: QONNXRounding, zeroPoint: Int) throws {
    let quantizer = QONNXQuantizer.uniform(scale: 0.25, zeroPoint: zeroPoint, codes: -8...7, mode, type: .int4)
    for sixteenths in -64...64 {
      let number = Double(sixteenths) / 16
      let expected = min(max(Self.rounded(number / 0.25 + Double(zeroPoint), mode), -8), 7)
      #expect(quantizer.code(of: Float(number)) == expected, "\(number)")
      let exact = try #require(ExactNumber(number))
      let reached = (-7...7).filter { code in
        guard let boundary = quantizer.boundary(of: code, channel: 0) else { return false }
        let sign = (exact - boundary.number).signum
        return boundary.isExcluded ? sign > 0 : sign >= 0
      }
      #expect(-8 + reached.count == expected, "\(number)")
    }
  }

  @Test(arguments: QONNXRounding.allCases, [0, 1, 3])
  func `a truncation rounds twice`(mode: QONNXRounding, shift: Int) throws {
    let scale = QuantizedScale(scale: 0.5, zeroPoint: 0, type: .int8)
    let quantizer = QONNXQuantizer.truncation(of: scale, shift: shift, to: scale, codes: -16...15, mode)
    for quarters in -70...70 {
      let number = Double(quarters) / 4
      let step = (number / 0.5).rounded(.toNearestOrEven) / Double(1 << shift)
      let expected = min(max(Self.rounded(step, mode), -16), 15)
      let exact = try #require(ExactNumber(number))
      let reached = (-15...15).count { code in
        guard let boundary = quantizer.boundary(of: code, channel: 0) else { return false }
        let sign = (exact - boundary.number).signum
        return boundary.isExcluded ? sign > 0 : sign >= 0
      }
      #expect(-16 + reached == expected, "\(number)")
    }
  }

  @Test(arguments: [1.5, -0.75], [-40.0, 3])
  func `thresholds equal the function on every accumulator`(factor: Double, addend: Double) throws {
    let quantizer = QONNXQuantizer.uniform(scale: 2, zeroPoint: 1, codes: 0...15, .halfEven, type: .uint4)
    var function = QONNXFunction(unit: try #require(ExactNumber(0.25)))
    function.append(factor: try #require(ExactNumber(factor)), addend: try #require(ExactNumber(addend)))
    function.leak(slope: try #require(ExactNumber(0.125)))
    function.clip(ExactNumber(-1.5), ExactNumber(20.0))
    let range = -300...500
    let rule = function.rule(quantizer, channel: 0, over: range, clamp: 0...15)
    for accumulator in range {
      // Every number here is exact in a double.
      var number = Double(accumulator) * 0.25 * factor + addend
      if number < 0 { number *= 0.125 }
      number = min(max(number, -1.5), 20)
      let expected = min(max(Int((number / 2 + 1).rounded(.toNearestOrEven)), 0), 15)
      #expect(rule.evaluate(accumulator) == expected, "\(accumulator)")
    }
  }

  @Test func `scales have a common unit where one divides the other nearly`() throws {
    let numbers = try [0.75, 0.125, Double(Float(0.1)), Double(Float(0.3))].map { try #require(ExactNumber($0)) }
    let ratio = try #require(ExactNumber.ratio(numbers[0], numbers[1], bits: 12))
    #expect(ratio.first == 6 && ratio.second == 1 && ratio.unit.approximation == 0.125)
    #expect(ExactNumber.ratio(numbers[2], numbers[3], bits: 12) == nil)
  }
}
