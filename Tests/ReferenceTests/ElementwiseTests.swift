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

  @Test func `a rescale applies its rule to every code`() throws {
    let rule = try requantization([.affine(scale: -1, offset: 5)], over: -128...127)
    let network = singleLayer(.rescale(rule), inputs: [Shape(1, 2, 2)], output: Shape(1, 2, 2))
    #expect(try run(network, [-128, 0, 5, 127]) == [127, 5, 0, -122])
    let position = Position(row: 0, column: 1, channel: 0)
    let accumulator = ReferenceExecutor(network).accumulator(
      layer: 0, position: position, tensors: [[-128, 0, 5, 127], []])
    #expect(accumulator == 5)
  }
}
