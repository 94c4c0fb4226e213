import Foundation
import NetworkIR
import SwiftProtobuf

@testable import GraphImport

/// Writes small ONNX models for tests: float tensors that hold integers, as NEMO exports them.
struct ONNXModelBuilder {
  var model = ONNXModelProto()

  init(input dimensions: [Int64] = [1, 2, 4, 4], outputs: [String] = ["y"]) {
    model.producerName = "test"
    model.graph.input = [Self.info("x", dimensions)]
    model.graph.output = outputs.map { Self.info($0, []) }
  }

  static func info(_ name: String, _ dimensions: [Int64]) -> ONNXValueInfoProto {
    var info = ONNXValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = 1
    guard !dimensions.isEmpty else { return info }
    info.type.tensorType.shape.dim = dimensions.map { size in
      var dimension = ONNXTensorShapeProto.Dimension()
      dimension.dimValue = size
      return dimension
    }
    return info
  }

  /// A float32 initializer.
  mutating func constant(_ name: String, _ dimensions: [Int64], _ values: [Float]) {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = dimensions
    tensor.dataType = 1
    tensor.floatData = values
    model.graph.initializer.append(tensor)
  }

  /// An int64 initializer.
  mutating func constant(_ name: String, _ dimensions: [Int64], integers: [Int64]) {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dims = dimensions
    tensor.dataType = 7
    tensor.int64Data = integers
    model.graph.initializer.append(tensor)
  }

  /// A node named after its output.
  mutating func node(_ op: String, _ inputs: [String], _ output: String, _ attributes: [String: GraphAttribute] = [:]) {
    var node = ONNXNodeProto()
    node.name = "node_\(output)"
    node.opType = op
    node.input = inputs
    node.output = [output]
    node.attribute = attributes.sorted { $0.key < $1.key }.map { name, value in
      var attribute = ONNXAttributeProto()
      attribute.name = name
      switch value {
      case .int(let number): (attribute.type, attribute.i) = (2, Int64(number))
      case .ints(let numbers): (attribute.type, attribute.ints) = (7, numbers.map { Int64($0) })
      case .float(let number): (attribute.type, attribute.f) = (1, number)
      case .string(let text): (attribute.type, attribute.s) = (3, Data(text.utf8))
      case .floats(let numbers): (attribute.type, attribute.floats) = (6, numbers)
      case .tensor: break
      }
      return attribute
    }
    model.graph.node.append(node)
  }

  func bytes() throws -> [UInt8] { try model.serializedBytes() }

  /// As `inspectModel` reads it, but without the limits of sizes.
  func lowered(
    _ dialect: Dialect = .nemo, profile: ReferenceProfile = .onnxInt, inputType: ElementType? = nil
  ) throws -> LoweringResult {
    IntegerONNXDialect.lower(
      try readONNX(try bytes()), name: "test", dialect: dialect, profile: profile, inputType: inputType)
  }
}

/// Xorshift64*: the same numbers on every machine for one seed.
struct ONNXSeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
