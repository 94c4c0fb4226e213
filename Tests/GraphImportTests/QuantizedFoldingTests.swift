import Testing

@testable import GraphImport

/// Constants that operators make of constants.
struct QuantizedFoldingTests {
  private func fold(
    _ op: String, _ inputs: [ONNXConstant?], _ attributes: [String: GraphAttribute] = [:]
  ) -> ONNXConstant? {
    ONNXConstantFolding.value(
      of: GraphNode(name: "n", op: op, inputs: inputs.map { _ in "t" }, outputs: ["y"], attributes: attributes), inputs)
  }

  private func counting(_ dimensions: [Int]) -> ONNXConstant {
    ONNXConstant(
      type: .int64, dimensions: dimensions, numbers: .integers(Array(0..<dimensions.reduce(1, *))))
  }

  @Test func `shape arithmetic of an exporter folds to a shape`() throws {
    let shape = ONNXConstant([1, 64, 7, 7])
    let zero = ONNXConstant(type: .int64, dimensions: [], numbers: .integers([0]))
    let batch = try #require(fold("Gather", [shape, zero], ["axis": .int(0)]))
    #expect(batch.dimensions == [] && batch.integers == [1])
    let vector = try #require(fold("Unsqueeze", [batch, ONNXConstant([0])]))
    #expect(fold("Concat", [vector, ONNXConstant([-1])], ["axis": .int(0)])?.integers == [1, -1])
    #expect(fold("Slice", [shape, ONNXConstant([2]), ONNXConstant([Int.max])])?.integers == [7, 7])
    #expect(
      fold("Slice", [shape, ONNXConstant([-1]), ONNXConstant([Int.min]), ONNXConstant([0]), ONNXConstant([-2])])?
        .integers == [7, 64])
    #expect(fold("Mul", [shape, ONNXConstant([2])])?.integers == [2, 128, 14, 14])
    #expect(fold("Div", [shape, ONNXConstant([0])]) == nil)
    #expect(fold("Mul", [ONNXConstant([Int.max]), ONNXConstant([2])]) == nil)
  }

  @Test(
    arguments: [
      (-7, 7, [-7, -7, 0, 5, 7]), (nil, 3, [-128, -8, 0, 3, 3]), (-1, nil, [-1, -1, 0, 5, 127]),
      (nil, nil, [-128, -8, 0, 5, 127]), (4, 2, [2, 2, 2, 2, 2]),
    ] as [(Int?, Int?, [Int])])
  func `codes that a quantizer of weights limits fold`(low: Int?, high: Int?, expected: [Int]) throws {
    func scalar(_ value: Int?) -> ONNXConstant? {
      value.map { ONNXConstant(type: .int8, dimensions: [], numbers: .integers([$0])) }
    }
    let codes = ONNXConstant(type: .int8, dimensions: [5], numbers: .integers([-128, -8, 0, 5, 127]))
    let clipped = try #require(fold("Clip", [codes, scalar(low), scalar(high)]))
    #expect(clipped.integers == expected && clipped.type == .int8 && clipped.dimensions == [5])
    let wide = ONNXConstant(type: .int32, dimensions: [], numbers: .integers([1]))
    #expect(fold("Clip", [codes, wide]) == nil)
    #expect(fold("Clip", [codes], ["max": .float(6)]) == nil)
  }

  @Test func `a transposition moves elements as in the definition`() throws {
    let moved = try #require(fold("Transpose", [counting([2, 3, 4])], ["perm": .ints([2, 0, 1])]))
    #expect(moved.dimensions == [4, 2, 3])
    let expected = (0..<4).flatMap { c in (0..<2).flatMap { a in (0..<3).map { a * 12 + $0 * 4 + c } } }
    #expect(moved.integers == expected)
    #expect(fold("Transpose", [counting([2, 3])], ["perm": .ints([0, 0])]) == nil)
  }

  @Test(
    arguments: [
      (GraphTensor.ScalarType.int4, [0x8F, 0x07], [-1, -8, 7]), (.uint4, [0x8F, 0x07], [15, 8, 7]),
      (.int2, [0b11_10_01_00], [0, 1, -2, -1]), (.uint2, [0b11_10_01_00], [0, 1, 2, 3]),
      (.int8, [0xFF, 0x80], [-1, -128]), (.uint16, [0xFF, 0xFE], [0xFEFF]), (.bool, [0, 7], [0, 1]),
    ])
  func `codes are unpacked, the first one in the lowest bits`(
    type: GraphTensor.ScalarType, bytes: [UInt8], expected: [Int]
  ) {
    let tensor = GraphTensor(name: "t", type: type, dimensions: [expected.count], data: bytes)
    #expect(ONNXConstant(tensor)?.integers == expected)
  }

  @Test func `narrow floats are exact`() {
    let half = GraphTensor(name: "t", type: .float16, dimensions: [2], data: [0x00, 0x3C, 0x01, 0x00])
    #expect(ONNXConstant(half)?.floats == [1, 0x1p-24])
    let brain = GraphTensor(name: "t", type: .bfloat16, dimensions: [1], data: [0x80, 0xBF])
    #expect(ONNXConstant(brain)?.floats == [-1])
  }

  @Test(
    arguments: [
      ([1, 6, 5, 4], [0, -1], [1, 120]), ([2, 3], [3, -1, 1], [3, 2, 1]), ([4], [4, 1], [4, 1]),
    ])
  func `a reshape fills in zeros and the open dimension`(from: [Int], to: [Int], expected: [Int]) {
    #expect(ONNXDimensions.reshaped(from, to: to) == expected)
  }

  @Test(arguments: [[-1, -1], [7, -1], [0, 0, 0], [-2, 3], [Int.max, Int.max], [0, Int.min]])
  func `a reshape that contradicts its input is refused`(to: [Int]) {
    #expect(ONNXDimensions.reshaped([2, 3], to: to) == nil)
  }
}
