import Foundation
import NetworkIR
import Reference
import Testing

struct TableTests {
  @Test func `the greater and the lesser code are taken, then clamped`() throws {
    let shape = Shape(1, 4, 1)
    let (left, right): ([Int32], [Int32]) = ([-5, 7, 100, -128], [-6, 8, 100, 127])
    let greatest = singleLayer(
      .extremum(Extremum(kind: .maximum, clamp: -3...99)), inputs: [shape, shape], output: shape)
    #expect(try run(greatest, left, right) == [-3, 8, 99, 99])
    let least = singleLayer(
      .extremum(Extremum(kind: .minimum, clamp: -100...127)), inputs: [shape, shape], output: shape)
    #expect(try run(least, left, right) == [-6, 7, 100, -100])
  }

  @Test func `a pair of codes is looked up in its table, not computed`() throws {
    let shape = Shape(2, 2, 1)
    // The table differs from its own affine form in one pair.
    var codes = (0..<4).flatMap { first in (-2...1).map { Int16((first * $0) >> 1) } }
    codes[1 * 4 + 3] = 99
    let coefficients = PairwiseCoefficients(first: 0, second: 0, product: 1, offset: 0, shift: 1)
    let pairwise = try #require(
      Pairwise(first: 0...3, second: -2...1, clamp: -128...127, codes: codes, coefficients: coefficients))
    let network = singleLayer(.pairwise(pairwise), inputs: [shape, shape], output: shape)
    #expect(try run(network, [0, 1, 3, 3], [-2, 1, -2, 1]) == [0, 99, -3, 1])
    let position = Position(row: 0, column: 1, channel: 0)
    #expect(
      throws: ReferenceError.codeOutsideTable(layer: "layer", position: position, code: -3, range: -2...1)
    ) { try run(network, [0, 1, 2, 3], [0, -3, 0, 0]) }
    #expect(
      throws: ReferenceError.codeOutsideTable(layer: "layer", position: position, code: 4, range: 0...3)
    ) { try run(network, [0, 4, 2, 3], [0, 0, 0, 0]) }
  }

  @Test func `a lookup starts at the least code of its input's type`() throws {
    let square: [Int32] = (-128...127).map { (code: Int32) in code * code / 130 }
    let shape = Shape(1, 3, 1)
    let network = singleLayer(.lookup(Lookup(tables: [square])), inputs: [shape], output: shape)
    #expect(try run(network, [-128, 0, 127]) == [126, 0, 124])
    let short = singleLayer(.lookup(Lookup(tables: [Array(square[..<200])])), inputs: [shape], output: shape)
    let last = Position(row: 0, column: 2, channel: 0)
    #expect(throws: ReferenceError.missingEntry(layer: "layer", position: last, index: 255, count: 200)) {
      try run(short, [-128, 0, 127])
    }
  }

  @Test func `each channel has its own table where there are several`() throws {
    let tables: [[Int32]] = [[0, 1, 2, 3], [30, 20, 10, 0]]
    let shape = Shape(2, 1, 2)
    let network = singleLayer(
      .lookup(Lookup(tables: tables)), inputs: [shape], type: .uint2, output: shape, outputType: .uint8)
    #expect(try run(network, [3, 3, 1, 0]) == [3, 0, 1, 30])
  }

  @Test func `of equal codes the first channel is named`() throws {
    let codes: [Int32] = [3, 7, 7, 1, 5, 5, 5, 5, -2, -3, -3, -1]
    let greatest = singleLayer(
      .argumentMaximum(ArgumentMaximum()), inputs: [Shape(1, 3, 4)], output: Shape(1, 3, 1), outputType: .int32)
    #expect(try run(greatest, codes) == [1, 0, 3])
    let least = singleLayer(
      .argumentMaximum(ArgumentMaximum(isMinimum: true)), inputs: [Shape(1, 3, 4)], output: Shape(1, 3, 1),
      outputType: .int32)
    #expect(try run(least, codes) == [3, 0, 1])
  }

  @Test func `every row of the table of softmaxes by table is reproduced`() throws {
    for row in try oracleTable("table_softmax.json", of: TableSoftmaxRow.self) {
      #expect(try run(row.network, row.inputs) == row.outputs, "\(row.inputs.count) channels, scale \(row.scale)")
    }
  }

  @Test(arguments: [(255, 128), (253, 126), (254, 127), (1, 0), (3, 2)])
  func `a share exactly between two codes goes to the even one`(steps: Int32, expected: Int32) throws {
    // Two equal channels have half of `steps` steps each.
    let softmax = TableSoftmax(
      exponentials: [1 << 30], multiplier: steps << 15, shift: 15, zeroPoint: 0, clamp: 0...255)
    let shape = Shape(1, 1, 2)
    let network = singleLayer(.tableSoftmax(softmax), inputs: [shape], output: shape, outputType: .uint8)
    #expect(try run(network, [17, 17]) == [expected, expected])
    let difference = ReferenceError.missingEntry(
      layer: "layer", position: Position(row: 0, column: 0, channel: 0), index: 1, count: 1)
    #expect(throws: difference) { try run(network, [17, 16]) }
  }
}

private struct TableSoftmaxRow: Decodable {
  var scale: Double
  var multiplier: Int32
  var shift: Int
  var zeroPoint: Int
  var low: Int
  var high: Int
  var inputs: [Int32]
  var outputs: [Int32]

  var network: Network {
    let exponentials = (0..<256).map { Int32((exp(-scale * Double($0)) * 0x1p30).rounded()) }
    let softmax = TableSoftmax(
      exponentials: exponentials, multiplier: multiplier, shift: shift, zeroPoint: zeroPoint, clamp: low...high)
    let shape = Shape(1, 1, inputs.count)
    return singleLayer(.tableSoftmax(softmax), inputs: [shape], output: shape, outputType: .int16)
  }
}
