import Deployment
import Foundation
import GraphImport
import NetworkIR
import Reference
import Testing

/// The tests of single nodes that the ONNX project defines its quantized operators by.
@Suite(.enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct NodeTests {
  @Test(arguments: NodeCase.all)
  func `a node gives the codes that ONNX defines, or is refused with a reason`(node: NodeCase) throws {
    let report = inspectModel(try node.model(), fileName: node.name + ".onnx")
    guard let model = report.model else {
      let errors = report.problems.filter { $0.severity == .error }
      #expect(!errors.isEmpty)
      #expect(errors.allSatisfy { !$0.message.isEmpty && $0.hint != nil })
      #expect(Self.refused.contains(node.name), "\(report.problems.map(\.description))")
      return
    }
    #expect(!Self.refused.contains(node.name))
    let network = model.network
    let codes = try zip(network.inputs, node.activations).map { boundary, array in
      network[boundary.tensor].origin.hwcOrder(try node.values(of: array).map { Int32($0) })
    }
    let tensors = try ReferenceExecutor(network).run(codes)
    let output = network.outputs[0]
    let found = network[output.tensor].origin.modelOrder(tensors[output.tensor])
    let expected = try node.values(of: node.outputs[0])
    if output.floatsAreCodes, let scale = output.scale, node.outputs[0].dtype == "float32" {
      #expect(found.map { Double(scale * Float(Int($0) - output.zeroPoint)) } == expected)
    } else {
      #expect(found.map(Double.init) == expected)
    }
  }

  /// Borders alone, which no layer stands behind, and quantizations that no activation has.
  static let refused: Set<String> = [
    "test_dequantizelinear_float4e2m1", "test_dequantizelinear_int16", "test_dequantizelinear_int4",
    "test_dequantizelinear_uint16", "test_dequantizelinear_uint4", "test_quantizelinear_blocked_asymmetric",
    "test_quantizelinear_blocked_symmetric", "test_quantizelinear_int16", "test_quantizelinear_uint16",
  ]
}

/// A node with inputs and outputs.
struct NodeCase: CustomTestStringConvertible, Sendable {
  struct Array: Decodable, Sendable {
    var file: String
    /// As the file has it.
    var dtype: String
    /// As the model has it.
    var onnx_dtype: String
    var shape: [Int]
  }

  private struct Description: Decodable {
    var inputs: [Array]
    var outputs: [Array]
  }

  var name: String
  var inputs: [Array]
  var outputs: [Array]

  var testDescription: String { name }

  private static let folder = SharedNetworks.root + "/onnx_node_tests/"

  static let all: [NodeCase] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { name in
      guard let data = FileManager.default.contents(atPath: folder + name + "/case.json") else { return nil }
      let description = try? JSONDecoder().decode(Description.self, from: data)
      return description.map { NodeCase(name: name, inputs: $0.inputs, outputs: $0.outputs) }
    }
  }()

  func values(of array: Array) throws -> [Double] {
    let data = try #require(FileManager.default.contents(atPath: Self.folder + name + "/" + array.file))
    func read<Value: BitwiseCopyable>(_: Value.Type, _ number: (Value) -> Double) -> [Double] {
      data.withUnsafeBytes { raw in
        (0..<raw.count / MemoryLayout<Value>.size).map {
          number(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self))
        }
      }
    }
    return switch array.dtype {
    case "int8": read(Int8.self) { Double($0) }
    case "uint8": read(UInt8.self) { Double($0) }
    case "int16": read(Int16.self) { Double($0) }
    case "uint16": read(UInt16.self) { Double($0) }
    case "int32": read(Int32.self) { Double($0) }
    default: read(Float.self) { Double($0) }
    }
  }

  /// The factors of a product; elsewhere the first input alone.
  var activations: [Array] { name.hasPrefix("test_qlinearmatmul") ? [inputs[0], inputs[3]] : [inputs[0]] }

  /// The model with every input made a constant that is no activation.
  ///
  /// Protobuf merges a message that stands in a file twice, so the constants are appended as a second graph.
  func model() throws -> [UInt8] {
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: Self.folder + name + "/model.onnx")))
    let names = Wire.fields(bytes[...], number: 7).flatMap { Wire.fields($0, number: 11) }
      .flatMap { Wire.fields($0, number: 1) }.map { String(decoding: $0, as: UTF8.self) }
    var constants: [UInt8] = []
    let files = activations.map(\.file)
    for (input, name) in zip(inputs, names) where !files.contains(input.file) {
      constants += Wire.field(5, try Wire.tensor(name, input, values: values(of: input)))
    }
    bytes += Wire.field(7, constants)
    return bytes
  }
}

/// As much of the protobuf wire format as these tests need.
private enum Wire {
  /// The contents of every field with this number and a length, in order.
  static func fields(_ bytes: ArraySlice<UInt8>, number: Int) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var position = bytes.startIndex
    func varint() -> Int {
      var value = 0
      var shift = 0
      while position < bytes.endIndex {
        let byte = Int(bytes[position])
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128 { break }
      }
      return value
    }
    while position < bytes.endIndex {
      let tag = varint()
      switch tag & 7 {
      case 0: _ = varint()
      case 1: position += 8
      case 5: position += 4
      default:
        let length = varint()
        if tag >> 3 == number { found.append(bytes[position..<position + length]) }
        position += length
      }
    }
    return found
  }

  static func varint(_ value: Int) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
  }

  static func field(_ number: Int, _ contents: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(contents.count) + contents
  }

  /// A TensorProto; type numbers as in onnx.proto.
  static func tensor(_ name: String, _ array: NodeCase.Array, values: [Double]) throws -> [UInt8] {
    func bytes<Value: BitwiseCopyable>(_ numbers: [Value]) -> [UInt8] { numbers.withUnsafeBytes { [UInt8]($0) } }
    let nibbles = stride(from: 0, to: values.count, by: 2).map { first in
      values[first..<min(first + 2, values.count)].enumerated().reduce(UInt8(0)) {
        $0 | UInt8(Int($1.element) & 15) << UInt8(4 * $1.offset)
      }
    }
    let type: Int
    let data: [UInt8]
    switch array.onnx_dtype {
    case "float32": (type, data) = (1, bytes(values.map(Float.init)))
    case "uint8": (type, data) = (2, values.map { UInt8($0) })
    case "int8": (type, data) = (3, bytes(values.map { Int8($0) }))
    case "uint16": (type, data) = (4, bytes(values.map { UInt16($0) }))
    case "int16": (type, data) = (5, bytes(values.map { Int16($0) }))
    case "float16": (type, data) = (10, bytes(values.map { Float16($0) }))
    case "uint4": (type, data) = (21, nibbles)
    case "int4": (type, data) = (22, nibbles)
    default: (type, data) = (23, nibbles)
    }
    let dimensions = array.shape.flatMap { varint(1 << 3) + varint($0) }
    return dimensions + varint(2 << 3) + varint(type) + field(8, [UInt8](name.utf8)) + field(9, data)
  }
}
