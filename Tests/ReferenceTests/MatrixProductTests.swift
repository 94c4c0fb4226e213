import NetworkIR
import Reference
import Testing

struct MatrixProductTests {
  @Test func `a product of two matrices sums over the common dimension without zero points`() throws {
    let product = MatrixProduct(
      isSecondTransposed: false, firstZeroPoint: 1, secondZeroPoint: -1, requantization: nil)
    let network = singleLayer(
      .matrixProduct(product), inputs: [Shape(1, 2, 2), Shape(1, 2, 3)], output: Shape(1, 2, 3), outputType: .int32)
    // [1 2; 3 4] times [1 2 3; 4 5 6]
    #expect(try run(network, [2, 3, 4, 5], [0, 1, 2, 3, 4, 5]) == [9, 12, 15, 19, 26, 33])
  }

  @Test func `a product is requantized and reports its accumulators`() throws {
    let quarter = try requantization([.divide(by: 4, rounding: .halfUp)], over: -40000...40000)
    let product = MatrixProduct(
      isSecondTransposed: true, firstZeroPoint: 0, secondZeroPoint: 0, requantization: quarter)
    let network = singleLayer(
      .matrixProduct(product), inputs: [Shape(1, 1, 2), Shape(1, 2, 2)], output: Shape(1, 1, 2))
    #expect(try run(network, [1, 2], [3, 1, 5, 1]) == [1, 2])
    let executor = ReferenceExecutor(network)
    let last = Position(row: 0, column: 0, channel: 1)
    #expect(executor.accumulator(layer: 0, position: last, tensors: [[1, 2], [3, 1, 5, 1], []]) == 7)
    // The quarters of 6...9 round to 2.
    #expect(executor.distanceToNearestThreshold(layer: 0, channel: 1, accumulator: 7) == 2)
    #expect(executor.distanceToNearestThreshold(layer: 0, channel: 1, accumulator: 9) == 1)
  }

  @Test func `an operand that is no factor of the output is an error`() throws {
    let product = MatrixProduct(
      isSecondTransposed: false, firstZeroPoint: 0, secondZeroPoint: 0, requantization: nil)
    let network = singleLayer(
      .matrixProduct(product), inputs: [Shape(1, 2, 2), Shape(1, 3, 2)], output: Shape(1, 2, 3), outputType: .int32)
    let expected = ReferenceError.operandShape(
      layer: "layer", operand: 1, found: Shape(1, 3, 2), expected: Shape(1, 2, 3))
    #expect(throws: expected) { try run(network, [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]) }
  }

  @Test(arguments: 0..<30)
  func `a random product equals the sum of the products of columns and rows`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let (maps, rows, depth, columns) = (pick(1...3), pick(1...5), pick(1...9), pick(1...5))
    let product = MatrixProduct(
      isSecondTransposed: pick(0...1) == 1, firstZeroPoint: pick(-128...127), secondZeroPoint: pick(-128...127),
      requantization: nil)
    let second = product.isSecondTransposed ? Shape(maps, columns, depth) : Shape(maps, depth, columns)
    let network = singleLayer(
      .matrixProduct(product), inputs: [Shape(maps, rows, depth), second], output: Shape(maps, rows, columns),
      outputType: .int32)
    let a = generator.codes(maps * rows * depth, in: -128...127)
    let b = generator.codes(maps * depth * columns, in: -128...127)
    var expected = [Int32](repeating: 0, count: maps * rows * columns)
    // One outer product after the other.
    for (index, code) in b.enumerated() {
      let map = index / (depth * columns)
      let inside = index % (depth * columns)
      let k = product.isSecondTransposed ? inside % depth : inside / columns
      let column = product.isSecondTransposed ? inside / depth : inside % columns
      for row in 0..<rows {
        let left = a[(map * rows + row) * depth + k] - Int32(product.firstZeroPoint)
        expected[(map * rows + row) * columns + column] += left * (code - Int32(product.secondZeroPoint))
      }
    }
    #expect(try run(network, a, b) == expected, "seed \(seed)")
  }
}
