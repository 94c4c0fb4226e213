import Foundation
import NetworkIR
import Testing

@testable import GraphImport

/// The folder of networks that others made, beside the checkout; tests that need it are skipped where it is missing.
enum NEMONetworks {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/networks")

  static let isPresent = FileManager.default.fileExists(atPath: folder.path)

  static let names = [
    "nemo_penguinet_32", "nemo_frontnet", "nemo_dronet_complete", "nemo_tcn_t", "nemo_residual_test_1",
    "nemo_eegnet_1d_1xW", "nemo_eegnet_1d_Hx1", "nemo_dscnn",
  ]

  static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: path))) }

  static func json<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try bytes(path)))
  }

  static func lower(
    _ name: String, _ dialect: Dialect = .nemo, inputType: ElementType? = nil
  ) throws -> LoweringResult {
    IntegerONNXDialect.lower(
      try readONNX(try bytes("\(name)/model.onnx")), name: name, dialect: dialect, profile: .onnxInt,
      inputType: inputType)
  }
}

/// Integer networks exported by NEMO, against the values recorded from an independent evaluation of each graph.
@Suite(.enabled(if: NEMONetworks.isPresent, "the folder shared/networks beside the checkout is missing"))
struct NEMOGoldenTests {
  struct Manifest: Decodable {
    var macs: Int
    var params: Int
  }

  /// One recorded tensor of sample 0.
  struct Record: Decodable {
    var name: String
    var dtype: String
    var shape: [Int]
    var offset: Int
  }

  @Test(arguments: NEMONetworks.names)
  func `MACs equal the manifest and every operator is reported`(name: String) throws {
    let result = try NEMONetworks.lower(name)
    #expect(result.problems.isEmpty)
    let network = try #require(result.network)
    let manifest = try NEMONetworks.json("\(name)/manifest.json", as: Manifest.self)
    #expect(network.macs == manifest.macs)
    #expect(result.operators.reduce(0) { $0 + ($1.macs ?? 0) } == manifest.macs)
    let graph = try readONNX(try NEMONetworks.bytes("\(name)/model.onnx"))
    #expect(result.operators.map(\.node) == graph.nodes.map(\.name))
  }

  @Test(arguments: NEMONetworks.names)
  func `every recorded tensor is computed bit for bit`(name: String) throws {
    let network = try #require(try NEMONetworks.lower(name).network)
    try Self.compareRecords(of: name, with: network)
  }

  /// Runs sample 0 of a folder and compares every tensor that it records.
  static func compareRecords(of name: String, with network: Network) throws {
    let input = network[network.inputs[0].tensor]
    let image = try NEMONetworks.bytes("\(name)/input0.bin").prefix(input.shape.elements).map { byte in
      input.type.isSigned ? Int(Int8(bitPattern: byte)) : Int(byte)
    }
    let codes = try NEMONetworkInterpreter(network: network).run(input.origin.hwcOrder(image))
    let data = try NEMONetworks.bytes("\(name)/tensors_sample0.bin")
    let records = try NEMONetworks.json("\(name)/tensors_sample0.json", as: [Record].self)
    for record in records {
      let id = try #require(network.tensors.firstIndex { $0.name == record.name }, "tensor '\(record.name)'")
      let tensor = network[id]
      #expect(tensor.origin.dimensions == record.shape, "tensor '\(record.name)'")
      let expected = try integers(data, record)
      let found = tensor.origin.modelOrder(codes[id])
      let different = zip(found, expected).count { $0 != $1 }
      #expect(different == 0 && found.count == expected.count, "tensor '\(record.name)'")
      #expect(codes[id].allSatisfy { tensor.values.contains($0) }, "proven range of tensor '\(record.name)'")
    }
    // Nothing but the input and the recorded tensors: each layer writes one of them.
    #expect(Set(network.tensors.map(\.name)) == Set(records.map(\.name) + [input.name]))
  }

  private static func integers(_ data: [UInt8], _ record: Record) throws -> [Int] {
    let count = record.shape.reduce(1, *)
    return try data.withUnsafeBytes { bytes in
      func load<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> [Int] {
        (0..<count).map {
          Int(bytes.loadUnaligned(fromByteOffset: record.offset + $0 * MemoryLayout<Value>.size, as: Value.self))
        }
      }
      switch record.dtype {
      case "uint8": return load(UInt8.self)
      case "int8": return load(Int8.self)
      case "int16": return load(Int16.self)
      case "uint16": return load(UInt16.self)
      case "int32": return load(Int32.self)
      default: throw CocoaError(.coderReadCorrupt)
      }
    }
  }

  @Test func `the network ends at the last integer tensor`() throws {
    let dronet = try #require(try NEMONetworks.lower("nemo_dronet_complete").network)
    #expect(dronet.outputs.map { dronet[$0.tensor].name } == ["232"])
    #expect(dronet.outputs[0].cutTail == "Gather -> 234; Gather, Sigmoid -> 237")
    let tcn = try NEMONetworks.lower("nemo_tcn_t")
    let network = try #require(tcn.network)
    #expect(network.outputs.map { network[$0.tensor].name } == ["198"])
    #expect(tcn.notes.contains { $0.message.contains("LogSoftmax -> 199") })
    #expect(network.tensors.first { $0.name == "114" }?.type.bits == 16)
  }

  @Test func `a truncated file is refused with the place`() throws {
    let bytes = try NEMONetworks.bytes("x_truncated_onnx/model.onnx")
    let refusal = try #require(throws: Refusal.self) { try readONNX(bytes) }
    #expect(refusal.diagnostics.map(\.code) == ["DG0151"])
    #expect(refusal.description.contains("model"))
  }

  @Test func `a float network is refused with one message, which stands at every operator`() throws {
    let result = try NEMONetworks.lower("x_onnx_float_kws")
    #expect(result.network == nil)
    #expect(result.problems.map(\.code) == ["DG0303"])
    #expect(!result.operators.isEmpty && result.operators.allSatisfy { $0.problems.map(\.code) == ["DG0303"] })
  }
}
