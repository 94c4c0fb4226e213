import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// QUANTIZE from int8 to int8, and RELU and RELU6 on their own, against the reference kernels' arithmetic written out.
struct TFLiteRescaleTests {
  private static let quantize: Int32 = 114
  private static let relu: Int32 = 19
  private static let relu6: Int32 = 21

  private func model(_ op: Int32, _ input: (Float, Int64), _ output: (Float, Int64)) -> TFLiteTestModel {
    TFLiteTestModel(
      tensors: [
        .init(name: "x", dimensions: [1, 8], scales: [input.0], zeroPoints: [input.1]),
        .init(name: "y", dimensions: [1, 8], scales: [output.0], zeroPoints: [output.1]),
      ], operators: [.init(code: op, inputs: [0], outputs: [1])], inputs: [0], outputs: [1])
  }

  /// What a layer makes of a code: by its rule and the numbers of the kernel, or by a table.
  private enum Rescale {
    case multiplication(Requantization, zeroPoint: Int)
    case table([Int32], least: Int)

    /// nil where rule and kernel disagree.
    func code(_ code: Int) -> Int? {
      switch self {
      case .multiplication(let requantization, let zeroPoint):
        let expected = requantization.rules[0].evaluate(code - zeroPoint)
        return kernelCode(requantization, code - zeroPoint) == expected ? expected : nil
      case .table(let codes, let least): return Int(codes[code - least])
      }
    }
  }

  private func rescale(_ model: TFLiteTestModel) throws -> Rescale {
    let network = try importModel(model.bytes, fileName: "m").network
    switch network.layers[0].operation {
    case .rescale(let requantization, let zeroPoint): return .multiplication(requantization, zeroPoint: zeroPoint)
    case .lookup(let lookup): return .table(lookup.table(channel: 0), least: network[0].type.range.lowerBound)
    default: throw Refusal([])
    }
  }

  /// int16 has too many codes for a table.
  private func multiplier(_ op: Int32) throws -> Int32? {
    var model = model(op, (1, 0), (3, 0))
    for index in model.tensors.indices { model.tensors[index].type = 7 }
    guard case .multiplication(let requantization, _) = try rescale(model) else { return nil }
    for step in requantization.rules[0].steps {
      if case .doublingMultiply(let multiplier, _) = step { return multiplier }
    }
    return nil
  }

  @Test func `RELU divides the scales in float32, QUANTIZE in double precision`() throws {
    // 1/3 has the significand 0x1.5555...; as multiplier of 31 bits it is 0x55555555, rounded to 24 bits 0x55555580.
    #expect(try multiplier(Self.relu) == 0x5555_5580)
    #expect(try multiplier(Self.quantize) == 0x5555_5555)
  }

  @Test(arguments: [relu, quantize])
  func `scales whose quotient leaves float32 are refused or vanish, and never trap`(op: Int32) throws {
    let large = inspectModel(model(op, (0x1p120, 0), (0x1p-120, 0)).bytes, fileName: "m")
    #expect(large.problems.map(\.code) == [TFLiteLimit.leftShift.code])
    let small = try rescale(model(op, (0x1p-120, 0), (0x1p120, 7)))
    #expect((-128...127).allSatisfy { small.code($0) == 7 })
  }

  /// `MultiplyByQuantizedMultiplier` as C computes it, for a factor below 2^8.
  private func scaled(_ difference: Int, _ real: Double) -> Int {
    var fraction = real
    var shift = 0
    while fraction >= 1 { fraction /= 2; shift += 1 }
    while fraction < 0.5 { fraction *= 2; shift -= 1 }
    var multiplier = Int((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
    if multiplier == 1 << 31 { multiplier /= 2; shift += 1 }
    let product = (difference << max(shift, 0)) * multiplier
    let high = (product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / (1 << 31)
    let right = max(-shift, 0)
    if right > 31 { return 0 }
    let rest = high & ((1 << right) - 1)
    let half = (((1 << right) - 1) >> 1) + (high < 0 ? 1 : 0)
    return (high >> right) + (rest > half ? 1 : 0)
  }

  /// SplitMix64; constants from https://prng.di.unimi.it/splitmix64.c.
  private typealias Generator = TFLiteHostileTests.Generator

  @Test(arguments: UInt64(1)...4)
  func `RELU has the codes of the reference kernel for any scales and zero points`(seed: UInt64) throws {
    var generator = Generator(state: seed)
    for round in 0..<200 {
      let input = (
        Float(Double.random(in: 0.001...1, using: &generator)), Int64.random(in: -128...127, using: &generator)
      )
      let output = (
        Float(Double.random(in: 0.001...1, using: &generator)), Int64.random(in: -128...127, using: &generator)
      )
      let rescale = try rescale(model(Self.relu, input, output))
      let real = Double(input.0 / output.0)
      for code in -128...127 {
        let sum = scaled(code - Int(input.1), real) + Int(output.1)
        let expected = min(max(sum, Int(output.1)), 127)
        #expect(
          rescale.code(code) == expected,
          "seed \(seed), round \(round): \(input) to \(output), \(code)")
      }
    }
  }

  @Test(arguments: -128...127)
  func `RELU6 with any zero point clamps to the codes of 0 and 6`(zeroPoint: Int) throws {
    let six = min(127, zeroPoint + 120)
    let rescale = try rescale(model(Self.relu6, (0.05, Int64(zeroPoint)), (0.05, Int64(zeroPoint))))
    for code in -128...127 {
      #expect(rescale.code(code) == min(max(code, zeroPoint), six))
    }
  }

  @Test(arguments: UInt64(1)...4)
  func `QUANTIZE has the codes of the reference kernel for any scales and zero points`(seed: UInt64) throws {
    var generator = Generator(state: seed)
    for round in 0..<200 {
      let input = (
        Float(Double.random(in: 0.01...1, using: &generator)), Int64.random(in: -128...127, using: &generator)
      )
      // Up to 2^36, where every code vanishes; every other one an exact power of two, which puts codes on ties.
      let power = Double(
        sign: .plus, exponent: Int.random(in: -5...(round % 4 == 0 ? 36 : 6), using: &generator), significand: 1)
      let ratio = round % 2 == 0 ? power : power * Double.random(in: 0.5..<1, using: &generator)
      let output = (Float(Double(input.0) * ratio), Int64.random(in: -128...127, using: &generator))
      let rescale = try rescale(model(Self.quantize, input, output))
      let real = Double(input.0) / Double(output.0)
      for code in -128...127 {
        let expected = min(max(scaled(code - Int(input.1), real) + Int(output.1), -128), 127)
        #expect(
          rescale.code(code) == expected,
          "seed \(seed), round \(round): \(input) to \(output), \(code)")
      }
    }
  }
}
