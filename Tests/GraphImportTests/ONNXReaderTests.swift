import Foundation
import NetworkIR
import SwiftProtobuf
import Testing

@testable import GraphImport

/// Reading ONNX files, sound and hostile.
struct ONNXReaderTests {
  /// `x` times a constant of two channels, floored.
  private static func model() -> ONNXModelBuilder {
    var builder = ONNXModelBuilder()
    builder.constant("k", [1, 2, 1, 1], [3, 4])
    builder.node("Mul", ["x", "k"], "a")
    builder.node("Relu", ["a"], "y")
    return builder
  }

  private static func codes(_ builder: ONNXModelBuilder) throws -> [String] {
    let bytes = try builder.bytes()
    do throws(Refusal) {
      _ = try readONNX(bytes)
      return []
    } catch {
      return error.diagnostics.map(\.code)
    }
  }

  @Test func `nodes, constants, inputs and outputs arrive as the file has them`() throws {
    let graph = try readONNX(try Self.model().bytes())
    #expect(graph.nodes.map(\.op) == ["Mul", "Relu"])
    #expect(graph.inputs == ["x"] && graph.outputs == ["y"])
    #expect(graph.tensors["x"]?.dimensions == [1, 2, 4, 4])
    #expect(graph.tensors["k"]?.data == [0, 0, 64, 64, 0, 0, 128, 64])
    #expect(graph.tensors["a"]?.data == nil && graph.tensors["a"] != nil)
    #expect(graph.producer == "test")
  }

  @Test func `raw data and typed data give the same bytes`() throws {
    var tensor = ONNXTensorProto()
    tensor.dims = [2]
    tensor.dataType = 6
    tensor.int32Data = [1, -2]
    let typed = try GraphTensor(onnx: tensor, name: "t")
    tensor.int32Data = []
    tensor.rawData = Data([1, 0, 0, 0, 254, 255, 255, 255])
    #expect(try GraphTensor(onnx: tensor, name: "t") == typed)
    tensor.rawData = Data([1, 254])
    tensor.dataType = 3
    let narrow = try GraphTensor(onnx: tensor, name: "t")
    tensor.rawData = Data()
    tensor.int32Data = [1, -2]
    #expect(try GraphTensor(onnx: tensor, name: "t") == narrow)
  }

  @Test func `a constant node becomes a constant`() throws {
    var builder = Self.model()
    builder.model.graph.initializer = []
    var node = ONNXNodeProto()
    node.opType = "Constant"
    node.output = ["k"]
    var value = ONNXAttributeProto()
    (value.name, value.type, value.floats) = ("value_floats", 6, [3, 4])
    node.attribute = [value]
    builder.model.graph.node.insert(node, at: 0)
    let graph = try readONNX(try builder.bytes())
    #expect(graph.nodes.map(\.op) == ["Mul", "Relu"])
    #expect(graph.tensors["k"]?.dimensions == [2])
  }

  @Test func `nodes without a name, or with one that is taken, get a name of their own`() throws {
    var builder = Self.model()
    builder.model.graph.node[0].name = ""
    builder.model.graph.node[1].name = "Mul_0"
    #expect(try readONNX(try builder.bytes()).nodes.map(\.name) == ["Mul_0", "Relu_1"])
  }

  @Test func `nodes may stand in any order`() throws {
    var builder = Self.model()
    builder.model.graph.node.reverse()
    let graph = try readONNX(try builder.bytes())
    #expect(graph.executionOrder().order == [1, 0])
  }

  @Test func `what is said of a tensor is kept where it is named again without it`() throws {
    var builder = Self.model()
    var bare = ONNXValueInfoProto()
    bare.name = "x"
    builder.model.graph.valueInfo = [bare, ONNXModelBuilder.info("y", [1, 2, 4, 4])]
    builder.model.graph.output.append(bare)
    let graph = try readONNX(try builder.bytes())
    #expect(graph.outputs == ["y", "x"])
    for name in graph.outputs {
      #expect(graph.tensors[name]?.type == .float32 && graph.tensors[name]?.dimensions == [1, 2, 4, 4], "\(name)")
    }
  }

  @Test func `an empty file and a file without a graph are refused`() throws {
    #expect(throws: Refusal(ONNXProblem.empty.diagnostic())) { try readONNX([]) }
    #expect(throws: Refusal(ONNXProblem.noGraph.diagnostic())) { try readONNX([0x12, 0x01, 0x61]) }
    var builder = ONNXModelBuilder(outputs: [])
    #expect(try Self.codes(builder) == ["DG0153"])
    builder = Self.model()
    builder.model.graph.output = []
    #expect(try Self.codes(builder) == ["DG0153"])
  }

  @Test func `all problems of the connections are listed at once`() throws {
    var builder = Self.model()
    builder.node("Mul", ["lost", "k"], "a")
    builder.node("Add", ["q", "x"], "p")
    builder.node("Add", ["p", "x"], "q")
    builder.model.graph.output.append(ONNXModelBuilder.info("nowhere", []))
    #expect(try Self.codes(builder).sorted() == ["DG0154", "DG0155", "DG0155", "DG0156"])
  }

  @Test func `data in another file is refused with its name`() throws {
    var builder = Self.model()
    var entry = ONNXStringStringEntryProto()
    (entry.key, entry.value) = ("location", "weights.bin")
    builder.model.graph.initializer[0].externalData = [entry]
    builder.model.graph.initializer[0].dataLocation = 1
    let bytes = try builder.bytes()
    let refusal = try #require(throws: Refusal.self) { try readONNX(bytes) }
    #expect(refusal.diagnostics.first?.code == "DG0157")
    #expect(refusal.description.contains("weights.bin"))
  }

  @Test func `data in another file is reported once for each file, with the number of its tensors`() throws {
    var builder = Self.model()
    for name in ["e1", "e2", "e3"] {
      builder.constant(name, [1], [1])
      var entry = ONNXStringStringEntryProto()
      (entry.key, entry.value) = ("location", name == "e2" ? "other.bin" : "weights.bin")
      let last = builder.model.graph.initializer.count - 1
      builder.model.graph.initializer[last].externalData = [entry]
      builder.model.graph.initializer[last].dataLocation = 1
    }
    let bytes = try builder.bytes()
    let refusal = try #require(throws: Refusal.self) { try readONNX(bytes) }
    let messages = refusal.diagnostics.filter { $0.code == "DG0157" }.map(\.message)
    try #require(messages.count == 2)
    #expect(messages[0].contains("2 tensors") && messages[0].contains("'weights.bin'") && messages[0].contains("'e1'"))
    #expect(messages[1].contains("1 tensors") && messages[1].contains("'other.bin'") && messages[1].contains("'e2'"))
  }

  @Test(arguments: [
    ([2, 2], 1, "DG0158"), ([-3], 1, "DG0159"), ([1 << 40, 1 << 40], 1, "DG0159"), ([Int64.max, 2], 1, "DG0159"),
    ([2], 8, "DG0160"), ([2], 99, "DG0160"),
  ])
  func `a constant whose data, dimensions and type disagree is refused`(
    dimensions: [Int64], type: Int32, code: String
  ) throws {
    var builder = Self.model()
    builder.model.graph.initializer[0].dims = dimensions
    builder.model.graph.initializer[0].dataType = type
    #expect(try Self.codes(builder) == [code])
  }

  @Test func `a file that ends early is refused with the place`() throws {
    let bytes = try Self.model().bytes()
    let refusal = try #require(throws: Refusal.self) { try readONNX(Array(bytes.dropLast(3))) }
    #expect(refusal.diagnostics.map(\.code) == ["DG0151"])
    #expect(refusal.description.contains("field 7 of model at byte 6 needs \(bytes.count - 8) bytes"))
  }

  @Test func `every length of a cut file gives an answer`() throws {
    let bytes = try Self.model().bytes()
    for length in 0..<bytes.count { _ = Result { try readONNX(Array(bytes.prefix(length))) } }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `flipped, cut and doubled bytes never trap`(seed: UInt64) throws {
    var random = ONNXSeededGenerator(seed: seed)
    let sound = try NEMOLoweringTests.everything().bytes()
    for _ in 0..<400 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let position = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes[position] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &random)]
        case 3: bytes.insert(bytes[position], at: position)
        default: if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeSubrange(position...) }
        }
        if bytes.isEmpty { break }
      }
      guard let graph = try? readONNX(bytes) else { continue }
      let result = IntegerONNXDialect.lower(graph, name: "mutant", dialect: .nemo, profile: .onnxInt)
      #expect(result.network == nil || result.problems.isEmpty, "seed \(seed)")
    }
  }
}
