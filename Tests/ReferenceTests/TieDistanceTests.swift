import NetworkIR
import Reference
import Testing

struct TieDistanceTests {
  /// A convolution of two channels into one code.
  private func executor(_ steps: [RequantizationStep]) throws -> ReferenceExecutor {
    // Only the rules are read; the proof is made for one accumulator.
    var rule = try requantization([], over: 0...0)
    rule.rules = [RequantizationRule(steps + [.clamp(-128...127)])]
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 2, outputChannels: 1,
      weights: [3, -5], bias: [7], inputZeroPoint: 1, paddingValue: 1, requantization: rule)
    return ReferenceExecutor(
      singleLayer(.convolution(convolution), inputs: [Shape(1, 1, 2)], output: Shape(1, 1, 1)))
  }

  private func distance(_ steps: [RequantizationStep]) throws -> TieDistance? {
    let origin = Position(row: 0, column: 0, channel: 0)
    // 7 + 3 * 10 - 5 * 2 = 27, of magnitude 7 + 30 + 10
    return try executor(steps).tieDistance(layer: 0, position: origin, tensors: [[11, 3], []])
  }

  @Test func `a tie is where the quotient is halfway between two codes`() throws {
    // 27 / 10 is 2 tenths from 2.5, which is 2 accumulators; 2 terms and 10 roundings of 47.
    let tie = try #require(try distance([.divide(by: 10, rounding: .halfEven)]))
    #expect(abs(tie.accumulators - 2) < 1e-9)
    #expect(tie.float32Error == 12 * 47 * 0x1p-24)
  }

  @Test func `for a rounding down the ties are the codes themselves`() throws {
    let tie = try #require(try distance([.divide(by: 10, rounding: .floor), .affine(scale: -1, offset: 3)]))
    #expect(abs(tie.accumulators - 3) < 1e-9)
  }

  @Test func `scale and offset before the rounding count in units of the accumulator`() throws {
    // (27 * 4 + 20) / 50 = 2.56; 2.5 is 3 away, which is 3/4 of an accumulator; the offset is 5.
    let tie = try #require(
      try distance([.affine(scale: 4, offset: 20), .divide(by: 50, rounding: .halfUp), .affine(scale: 1, offset: 9)]))
    #expect(abs(tie.accumulators - 0.75) < 1e-9)
    #expect(tie.float32Error == 12 * 52 * 0x1p-24)
  }

  @Test func `a float32 scale has ties as well`() throws {
    // 27 / 4 + 1 = 7.75, a quarter from 7.5: one accumulator.
    let tie = try #require(try distance([.singlePrecision(significand: 1 << 23, exponent: 25, addend: 1)]))
    #expect(abs(tie.accumulators - 1) < 1e-9)
    #expect(tie.float32Error == 12 * 51 * 0x1p-24)
  }

  @Test(
    arguments: [
      [.clamp(0...9), .divide(by: 3, rounding: .halfUp)], [.doublingMultiply(multiplier: 1 << 30, shift: -2)],
      [.divide(by: 3, rounding: .halfUp), .divide(by: 2, rounding: .halfUp)],
    ] as [[RequantizationStep]])
  func `a rule that hides its real ties has no distance`(steps: [RequantizationStep]) throws {
    #expect(try distance(steps) == nil)
  }
}

struct PooledTieDistanceTests {
  @Test func `an average that is exactly between two codes is a tie`() throws {
    let quarter = try requantization([.divide(by: 4, rounding: .halfUp)], over: -512...508)
    let pooling = Pooling(
      kind: .sum(quarter, inputZeroPoint: -1), kernel: Extent(height: 2, width: 2), stride: .one, padding: .zero)
    let executor = ReferenceExecutor(
      singleLayer(.pooling(pooling), inputs: [Shape(2, 2, 1)], output: Shape(1, 1, 1)))
    let origin = Position(row: 0, column: 0, channel: 0)
    // 10 + 9 - 5 - 4 = 10, of magnitude 28
    let tie = executor.tieDistance(layer: 0, position: origin, tensors: [[9, 8, -6, -5], []])
    #expect(tie == TieDistance(accumulators: 0, float32Error: 14 * 28 * 0x1p-24))
  }
}
