import NetworkIR
import Testing

@testable import GraphImport

/// Networks of Brevitas, against the codes that a float32 executor recorded.
@Suite(.enabled(if: NEMONetworks.isPresent, "the folder shared/networks beside the checkout is missing"))
struct QONNXGoldenTests {
  /// One recorded tensor of sample 0; codes where it is a quantizer's.
  struct Record: Decodable {
    var op: String
    var name: String
    var dtype: String
    var shape: [Int]
    var offset: Int
  }

  static func lower(_ name: String) throws -> LoweringResult {
    QONNXDialect.lower(try readONNX(try NEMONetworks.bytes("\(name)/model.cleaned.onnx")), name: name)
  }

  /// The number of activations that are compared: two quantizers of the first network change nothing.
  @Test(arguments: [("qonnx_brev_w8a8_po2", 6), ("qonnx_brev_w8a8_pc", 8), ("qonnx_brev_w4a4_pt", 8)])
  func `every recorded code is computed from the recorded codes before it`(name: String, activations: Int) throws {
    let result = try Self.lower(name)
    #expect(result.problems.isEmpty, "\(result.problems.map(\.description))")
    let network = try #require(result.network)
    let data = try NEMONetworks.bytes("\(name)/tensors_sample0.bin")
    let records = try NEMONetworks.json("\(name)/tensors_sample0.json", as: [Record].self)
    var recorded: [TensorID: [Int]] = [:]
    for record in records where record.op == "Quant" {
      guard let id = network.tensors.firstIndex(where: { $0.name == record.name }) else { continue }
      let bytes = data[record.offset..<record.offset + record.shape.reduce(1, *)]
      let codes = bytes.map { record.dtype == "int8" ? Int(Int8(bitPattern: $0)) : Int($0) }
      recorded[id] = network[id].origin.hwcOrder(codes)
    }
    var compared = 0
    let input = try #require(recorded[network.inputs[0].tensor])
    _ = try NEMONetworkInterpreter(network: network).run(input) { id, codes in
      guard let expected = recorded[id] else { return codes }
      compared += 1
      let different = zip(codes, expected).count { $0 != $1 }
      #expect(different == 0 && codes.count == expected.count, "tensor '\(network[id].name)'")
      return expected
    }
    #expect(compared == activations)
    let manifest = try NEMONetworks.json("\(name)/manifest.json", as: NEMOGoldenTests.Manifest.self)
    #expect(network.macs == manifest.macs)
    #expect(result.operators.reduce(0) { $0 + ($1.macs ?? 0) } == manifest.macs)
  }

  @Test func `four bits are packed, in activations and in weights`() throws {
    let network = try #require(try Self.lower("qonnx_brev_w4a4_pt").network)
    let types = network.layers.map { layer -> String in
      guard case .convolution(let convolution) = layer.operation else { return layer.name }
      return "\(convolution.weightType.rawValue) -> \(network[layer.output].type.rawValue)"
    }
    #expect(types.filter { $0 == "int4 -> uint4" }.count == 4)
    #expect(network[network.inputs[0].tensor].type == .int8)
  }

  @Test func `a nearest neighbour resize moves packed rows, and a Relu of the input joins its clamp`() throws {
    let result = try Self.lower("qonnx_espcn_nn_resize")
    #expect(result.problems.isEmpty, "\(result.problems.map(\.description))")
    let network = try #require(result.network)
    let movements = network.layers.compactMap { layer -> Movement? in
      if case .movement(let movement) = layer.operation { movement } else { nil }
    }
    #expect(movements.count == 1 && movements[0].isRowwise)
    #expect(network[network.inputs[0].tensor].type == .uint8)
    #expect(network.outputs[0].floatsAreCodes)
  }
}
