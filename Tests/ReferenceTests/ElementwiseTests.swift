import NetworkIR
import Reference
import Testing

struct ElementwiseTests {
  @Test func `an addition rescales both operands before it adds them`() throws {
    let wide = Int(Int32.min)...Int(Int32.max)
    let addition = Addition(
      first: try requantization([.affine(scale: 3, offset: 1)], over: -128...127, clamp: wide),
      second: try requantization([.affine(scale: -2, offset: 0)], over: -128...127, clamp: wide),
      output: try requantization([.divide(by: 4, rounding: .halfUp)], over: -700...700))
    let network = singleLayer(
      .addition(addition), inputs: [Shape(1, 3, 1), Shape(1, 3, 1)], output: Shape(1, 3, 1))
    // 3 * 10 + 1 - 2 * 5 = 21, 3 * 1 + 1 - 2 * 1 = 2, -300 + 1 + 2 * 128
    #expect(try run(network, [10, 1, -100], [5, 1, -128]) == [5, 1, -11])
    let tensors: [[Int32]] = [[10, 1, -100], [5, 1, -128], []]
    let position = Position(row: 0, column: 2, channel: 0)
    #expect(ReferenceExecutor(network).accumulator(layer: 0, position: position, tensors: tensors) == -43)
  }

  @Test func `the rules of an addition apply to codes without their zero points`() throws {
    let wide = Int(Int32.min)...Int(Int32.max)
    // A quarter in two roundings: to nearest with ties up, then with ties away from zero.
    let quarter: [RequantizationStep] = [.doublingMultiply(multiplier: 1 << 30, shift: -1)]
    let addition = Addition(
      first: try requantization(quarter, over: -138...117, clamp: wide),
      second: try requantization([.affine(scale: 10, offset: 0)], over: -123...132, clamp: wide),
      output: try requantization([], over: -1300...1400), firstZeroPoint: 10, secondZeroPoint: -5)
    let network = singleLayer(
      .addition(addition), inputs: [Shape(1, 5, 1), Shape(1, 5, 1)], output: Shape(1, 5, 1))
    // Differences of the first: -6, -2, 0, 1, 6; halves rounded up: -3, -1, 0, 1, 3.
    #expect(try run(network, [4, 8, 10, 11, 16], [-5, -5, -5, -5, -4]) == [-2, -1, 0, 1, 12])
  }

  @Test func `the rule of a rescale applies to codes without the zero point`() throws {
    // A quarter in two roundings: to nearest with ties up, then with ties away from zero.
    let rule = try requantization([.doublingMultiply(multiplier: 1 << 30, shift: -1)], over: -138...117)
    let network = singleLayer(
      .rescale(rule, inputZeroPoint: 10), inputs: [Shape(1, 5, 1)], output: Shape(1, 5, 1))
    // Differences: -6, -2, 0, 1, 6; halves rounded up: -3, -1, 0, 1, 3.
    #expect(try run(network, [4, 8, 10, 11, 16]) == [-2, -1, 0, 1, 2])
    let position = Position(row: 0, column: 1, channel: 0)
    let accumulator = ReferenceExecutor(network).accumulator(
      layer: 0, position: position, tensors: [[4, 8, 10, 11, 16], []])
    #expect(accumulator == -2)
  }

  @Test func `a rescale applies its rule to every code`() throws {
    let rule = try requantization([.affine(scale: -1, offset: 5)], over: -128...127)
    let network = singleLayer(.rescale(rule), inputs: [Shape(1, 2, 2)], output: Shape(1, 2, 2))
    #expect(try run(network, [-128, 0, 5, 127]) == [127, 5, 0, -122])
    let position = Position(row: 0, column: 1, channel: 0)
    let accumulator = ReferenceExecutor(network).accumulator(
      layer: 0, position: position, tensors: [[-128, 0, 5, 127], []])
    #expect(accumulator == 5)
  }

  @Test func `a multiplication takes the zero points off before it multiplies`() throws {
    let third = try requantization([.divide(by: 3, rounding: .halfAway)], over: -40000...40000)
    let multiplication = Multiplication(output: third, firstZeroPoint: 2, secondZeroPoint: -1)
    let shape = Shape(1, 2, 2)
    let network = singleLayer(.multiplication(multiplication), inputs: [shape, shape], output: shape)
    // 1 * 1, 5 * -4, -3 * 10, 126 * 3
    #expect(try run(network, [3, 7, -1, 127], [0, -5, 9, 2]) == [0, -7, -10, 125])
    let position = Position(row: 0, column: 0, channel: 1)
    let executor = ReferenceExecutor(network)
    let accumulator = executor.accumulator(
      layer: 0, position: position, tensors: [[3, 7, -1, 127], [0, -5, 9, 2], []])
    #expect(accumulator == -20)
    #expect(executor.distanceToNearestThreshold(layer: 0, channel: 1, accumulator: -20) == 1)
    #expect(executor.distanceToNearestThreshold(layer: 0, channel: 1, accumulator: -21) == 2)
  }

  @Test func `operands of another shape are an error`() throws {
    let identity = try requantization([], over: -40000...40000)
    let multiplication = Multiplication(output: identity, firstZeroPoint: 0, secondZeroPoint: 0)
    let network = singleLayer(
      .multiplication(multiplication), inputs: [Shape(1, 2, 1), Shape(2, 1, 1)], output: Shape(1, 2, 1))
    let expected = ReferenceError.operandShape(
      layer: "layer", operand: 1, found: Shape(2, 1, 1), expected: Shape(1, 2, 1))
    #expect(throws: expected) { try run(network, [1, 2], [3, 4]) }
    #expect(expected.description == "layer 'layer' reads operand 1 as 2x1x1, which should be 1x2x1")
  }
}
