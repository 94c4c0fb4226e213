import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// What operators that move codes and compute shapes become, and what is refused.
struct TFLiteOperatorsLoweringTests {
  private func numbers(_ values: [Int32]) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
  }

  /// A PAD by 1 on all sides, and a 3x3 VALID convolution behind it; perhaps a second reader.
  private func padded(by value: Int32, isReadTwice: Bool = false) -> TFLiteTestModel {
    let widths = numbers([0, 0, value, 1, 1, 1, 0, 0])
    let size = 6 + value
    let convolution: (union: Int8, fields: [Int: TFLiteField]) = (1, [0: .byte(1), 1: .int32(1), 2: .int32(1)])
    var model = TFLiteTestModel(
      tensors: [
        .init(name: "x", dimensions: [1, 5, 4, 2]),
        .init(name: "widths", dimensions: [4, 2], type: 2, data: widths, scales: [], zeroPoints: []),
        .init(name: "wide", dimensions: [1, size, 6, 2]),
        .init(name: "w", dimensions: [3, 3, 3, 2], data: [UInt8](repeating: 3, count: 54), scales: [0.1]),
        .init(name: "y", dimensions: [1, size - 2, 4, 3], scales: [8]),
        .init(name: "z", dimensions: [1, size - 2, 4, 3], scales: [8]),
      ],
      operators: [
        .init(code: 34, inputs: [0, 1], outputs: [2], options: (22, [:])),
        .init(code: 3, inputs: [2, 3, -1], outputs: [4], options: convolution),
      ], inputs: [0], outputs: [4])
    if isReadTwice {
      model.operators.append(.init(code: 3, inputs: [2, 3, -1], outputs: [5], options: convolution))
      model.outputs.append(5)
    }
    return model
  }

  @Test
  func `a pad with the zero point becomes the padding of the only convolution behind it`() throws {
    let network = try importModel(padded(by: 1).bytes, fileName: "m.tflite").network
    try #require(network.layers.count == 1)
    guard case .convolution(let convolution) = network.layers[0].operation else { return }
    #expect(convolution.padding == Padding(top: 1, left: 1, bottom: 1, right: 1))
    #expect(!network.tensors.contains { $0.name == "wide" })
  }

  @Test
  func `a pad that is read twice, or wider than the window, is a movement`() throws {
    let twice = try importModel(padded(by: 1, isReadTwice: true).bytes, fileName: "m.tflite").network
    #expect(twice.layers.count == 3)
    let wide = try importModel(padded(by: 3).bytes, fileName: "m.tflite").network
    #expect(wide.layers.count == 2 && wide.tensors.contains { $0.name == "wide" })
  }

  @Test
  func `arithmetic on shapes is done at import`() {
    var graph = Graph(format: .tflite)
    func tensor(_ name: String, _ dimensions: [Int], _ values: [Int32]? = nil) {
      graph.tensors[name] = GraphTensor(
        name: name, index: nil, type: .int32, dimensions: dimensions, data: values.map(numbers), quantization: nil)
    }
    graph.tensors["x"] = GraphTensor(
      name: "x", index: nil, type: .int8, dimensions: [1, 6, 8, 3], data: nil, quantization: nil)
    for (name, value) in [("one", 1), ("two", 2), ("step", 1)] as [(String, Int32)] { tensor(name, [1], [value]) }
    tensor("double", [], [2])
    for name in ["shape", "height", "product", "sizes"] { tensor(name, name == "sizes" ? [2] : []) }
    graph.nodes = [
      GraphNode(name: "a", op: "SHAPE", inputs: ["x"], outputs: ["shape"]),
      GraphNode(
        name: "b", op: "STRIDED_SLICE", inputs: ["shape", "one", "two", "step"], outputs: ["height"],
        attributes: ["shrink_axis_mask": .int(1)]),
      GraphNode(name: "c", op: "MUL", inputs: ["height", "double"], outputs: ["product"]),
      GraphNode(name: "d", op: "PACK", inputs: ["height", "product"], outputs: ["sizes"]),
    ]
    #expect(TFLiteIntegers("sizes", in: graph) == TFLiteIntegers(dimensions: [2], values: [6, 12]))
    graph.tensors["x"]?.dimensions = [1, -1, 8, 3]
    #expect(TFLiteIntegers("sizes", in: graph) == nil)
  }

  @Test(arguments: 0..<4)
  func `a strided slice takes what its rule takes, or nothing at all`(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func random(_ range: ClosedRange<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int(state >> 33) % range.count
    }
    for _ in 0..<500 {
      let size = random(1...9)
      let extremes = [Int(Int32.min), Int(Int32.max)]
      let numbers = (0..<3).map { _ in random(0...9) == 0 ? extremes[random(0...1)] : random(-12...12) }
      let slice = TFLiteStridedSlice(
        sizes: [size], begin: [numbers[0]], end: [numbers[1]], step: [numbers[2]], attributes: [:])
      let expected = Self.indices(size, numbers[0], numbers[1], numbers[2])
      let found = slice.map { slice in (0..<slice.counts[0]).map { slice.begin[0] + $0 * slice.step[0] } } ?? []
      #expect(found == expected, "seed \(seed): \(numbers) of \(size)")
    }
  }

  /// Walks along the dimension step by step.
  private static func indices(_ size: Int, _ begin: Int, _ end: Int, _ step: Int) -> [Int] {
    guard step != 0 else { return [] }
    var position = begin < 0 ? begin + size : begin
    let last = end < 0 ? end + size : end
    var result: [Int] = []
    if step > 0 {
      position = max(position, 0)
      while position < min(last, size) { result.append(position); position += step }
    } else {
      position = min(position, size - 1)
      while position > max(last, -1) { result.append(position); position += step }
    }
    // The greatest steps are refused where they would be none: more than 32 bits hold.
    return abs(step) >= Int(Int32.max) ? [] : result
  }

  @Test(arguments: [(44, "state"), (27, "state"), (42, "quotient"), (23, "neighbours")] as [(Int32, String)])
  func `an operator that cannot be a layer says why`(code: Int32, word: String) {
    let model = TFLiteTestModel(
      tensors: [.init(name: "x", dimensions: [1, 4, 4, 2]), .init(name: "y", dimensions: [1, 4, 4, 2])],
      operators: [.init(code: code, inputs: [0], outputs: [1])], inputs: [0], outputs: [1])
    let problems = inspectModel(model.bytes, fileName: "m.tflite").problems
    #expect(problems.contains { $0.code == "DG0201" && $0.message.contains(word) }, "\(problems)")
  }

  @Test
  func `floats behind several integer tensors are cut off, one output for each`() throws {
    let model = TFLiteTestModel(
      tensors: [
        .init(name: "x", dimensions: [1, 8]), .init(name: "a", dimensions: [1, 8], zeroPoints: [1]),
        .init(name: "b", dimensions: [1, 8], zeroPoints: [2]),
        .init(name: "fa", dimensions: [1, 8], type: 0, scales: [], zeroPoints: []),
        .init(name: "fb", dimensions: [1, 8], type: 0, scales: [], zeroPoints: []),
        .init(name: "sum", dimensions: [1, 8], type: 0, scales: [], zeroPoints: []),
      ],
      operators: [
        .init(code: 114, inputs: [0], outputs: [1]), .init(code: 114, inputs: [0], outputs: [2]),
        .init(code: 6, inputs: [1], outputs: [3]), .init(code: 6, inputs: [2], outputs: [4]),
        .init(code: 0, inputs: [3, 4], outputs: [5], options: (11, [:])),
      ], inputs: [0], outputs: [5])
    let network = try importModel(model.bytes, fileName: "m.tflite").network
    #expect(network.outputs.map { network[$0.tensor].name } == ["a", "b"])
    #expect(network.outputs.allSatisfy { !$0.floatsAreCodes && $0.cutTail == "DEQUANTIZE -> DEQUANTIZE -> ADD -> sum" })
  }
}
