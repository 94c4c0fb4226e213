import NetworkIR
import Reference
import Testing

struct RuleTests {
  /// The codes of a rule, seen through a rescale from int32 to int32.
  private func codes(_ steps: [RequantizationStep], _ accumulators: [Int32]) throws -> [Int32] {
    // Only the rules are read; a rescale of them needs a proof over no more than one accumulator.
    var rescale = try requantization([], over: 0...0)
    rescale.rules = [RequantizationRule(steps)]
    let shape = Shape(1, accumulators.count, 1)
    let network = singleLayer(
      .rescale(rescale), inputs: [shape], type: .int32, output: shape, outputType: .int32)
    return try run(network, accumulators)
  }

  @Test func `the doubling multiplication reproduces the table`() throws {
    for row in try oracleTable("multiply.json", of: MultiplyRow.self) {
      let step = RequantizationStep.doublingMultiply(multiplier: row.multiplier, shift: row.shift)
      #expect(try codes([step], row.accumulators) == row.results, "\(row.multiplier), \(row.shift)")
    }
  }

  @Test(arguments: [
    (RequantizationStep.Rounding.floor, [-3, -2, -2, -1, -1, 0, 0, 1, 1, 2] as [Int32]),
    (.truncate, [-2, -2, -1, -1, 0, 0, 0, 1, 1, 2]),
    (.halfUp, [-2, -2, -1, -1, 0, 0, 1, 1, 2, 2]),
    (.halfEven, [-2, -2, -2, -1, 0, 0, 0, 1, 2, 2]),
    (.halfAway, [-3, -2, -2, -1, -1, 0, 1, 1, 2, 2]),
  ])
  func `a division by two rounds as it says`(rounding: RequantizationStep.Rounding, expected: [Int32]) throws {
    #expect(try codes([.divide(by: 2, rounding: rounding)], [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4]) == expected)
  }

  @Test(arguments: [RequantizationStep.Rounding.halfUp, .halfEven, .halfAway])
  func `a division by three rounds to the nearest`(rounding: RequantizationStep.Rounding) throws {
    let quotients = try codes([.divide(by: 3, rounding: rounding)], [-5, -4, -2, -1, 1, 2, 4, 5])
    #expect(quotients == [-2, -1, -1, 0, 0, 1, 1, 2])
  }

  @Test func `a multiplication by a float32 scale reproduces the table`() throws {
    for row in try oracleTable("single.json", of: SingleRow.self) {
      let step = RequantizationStep.singlePrecision(
        significand: row.significand, exponent: row.exponent, addend: row.addend)
      #expect(try codes([step], row.accumulators) == row.results, "\(row.significand), \(row.exponent), \(row.addend)")
    }
  }

  @Test func `a float32 scale rounds its product before it rounds to an integer`() throws {
    // 29 * 2^-1 * (1 + 2^-23) lies above 14.5 by less than half a unit of float32, so that it becomes the tie; 13.5 too.
    let step = RequantizationStep.singlePrecision(significand: 1 << 23 + 1, exponent: 24, addend: 0)
    #expect(try codes([step], [27, 29, -27, -29, 16_777_217]) == [14, 15, -14, -15, 8_388_609])
  }

  @Test func `thresholds count from the lowest code, and one is reached where it is met`() throws {
    let step = RequantizationStep.thresholds(lowest: -2, [-10, 0, 0, 7])
    #expect(try codes([step], [-11, -10, -1, 0, 6, 7, 1000]) == [-2, -1, -1, 1, 1, 2, 2])
  }

  @Test func `steps are taken in order and a clamp in the middle counts`() throws {
    let steps: [RequantizationStep] = [.clamp(-10...10), .affine(scale: -3, offset: 1), .clamp(-5...40)]
    #expect(try codes(steps, [-100, -2, 0, 100]) == [31, 7, 1, -5])
  }

  @Test func `a rule that leaves 64 bits is an error`() throws {
    let step = RequantizationStep.affine(scale: Int.max, offset: 0)
    #expect(throws: ReferenceError.ruleOverflow(layer: "layer", channel: 0, accumulator: 3)) {
      try codes([step, .clamp(0...1)], [1, 3])
    }
  }
}

private struct MultiplyRow: Decodable {
  var multiplier: Int32
  var shift: Int
  var accumulators: [Int32]
  var results: [Int32]
}

private struct SingleRow: Decodable {
  var significand: Int
  var exponent: Int
  var addend: Int
  var accumulators: [Int32]
  var results: [Int32]
}
