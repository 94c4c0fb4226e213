import Foundation
import NetworkIR
import Testing

@testable import GraphImport

/// Readings of public models, held against what other software found in them (`graph.json`, `manifest.json`).
@Suite(.enabled(if: TFLiteSharedNetworks.isPresent, "the folder ../shared/networks beside the package is not present"))
struct TFLiteSharedNetworkTests {
  @Test(arguments: TFLiteSharedNetworks.names)
  func `operators, options and tensors are those that the schema's own accessors find`(name: String) throws {
    guard let expected = try TFLiteSharedNetworks.json(name, "graph.json") else { return }
    let graph = try readTFLite(try TFLiteSharedNetworks.bytes(name))
    let operators = try #require(expected["ops"] as? [[String: Any]])
    try #require(graph.nodes.count == operators.count)
    for (node, description) in zip(graph.nodes, operators) {
      #expect(node.op == description["op"] as? String)
      #expect(node.inputs.map { graph.tensors[$0]?.index ?? -1 } == description["ins"] as? [Int], "\(node.name)")
      #expect(node.outputs.map { graph.tensors[$0]?.index ?? -1 } == description["outs"] as? [Int], "\(node.name)")
      let dimensions = node.outputs.first.flatMap { graph.tensors[$0]?.dimensions } ?? []
      #expect(dimensions == description["oshape"] as? [Int], "\(node.name)")
      let scales = node.inputs.map { graph.tensors[$0]?.quantization?.scales.count ?? 0 }
      #expect(scales == description["pc"] as? [Int], "\(node.name)")
      try expectOptions(of: node, description["opt"] as? [String: Any] ?? [:])
    }
    try expectBorder(graph, graph.inputs, expected["inputs"])
    try expectBorder(graph, graph.outputs, expected["outputs"])
  }

  private func expectOptions(of node: GraphNode, _ options: [String: Any]) throws {
    for (name, value) in options.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
      let ours = node.attributes[snakeCase(name)]
      let comment: Comment = "\(node.name) \(name)"
      switch ours {
      case .int(let number): #expect(number == value as? Int, comment)
      case .float(let number): #expect(number == (value as? NSNumber)?.floatValue, comment)
      case .ints(let numbers): #expect(numbers == value as? [Int], comment)
      case .string(let text):
        #expect(text.replacingOccurrences(of: "N1_TO_1", with: "N1_1") == value as? String, comment)
      default: Issue.record("option \(name) of \(node.name) was not read")
      }
    }
  }

  private func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
    .replacingOccurrences(of: "int16", with: "_int16").replacingOccurrences(of: "__", with: "_")
  }

  private func expectBorder(_ graph: Graph, _ names: [String], _ expected: Any?) throws {
    let expected = try #require(expected as? [[String: Any]])
    try #require(names.count == expected.count)
    for (name, description) in zip(names, expected) {
      let tensor = try #require(graph.tensors[name])
      #expect(tensor.index == description["index"] as? Int)
      #expect(tensor.type.rawValue == (description["dtype"] as? String)?.lowercased())
      guard let quantization = description["quant"] as? [String: Any] else { continue }
      #expect(tensor.quantization?.scales == (quantization["scale"] as? [NSNumber])?.map(\.floatValue))
      #expect(tensor.quantization?.zeroPoints == quantization["zp"] as? [Int])
    }
  }

  @Test(arguments: [
    ("mlperf_ad_fcae_int8", 10), ("mlperf_ic_resnet8_int8", 15), ("mlperf_kws_dscnn_int8", 12),
    ("mlperf_vww_mnv1_int8", 30),
  ])
  func `the MLPerf Tiny networks are lowered whole`(name: String, layers: Int) throws {
    let model = try importModel(try TFLiteSharedNetworks.bytes(name), fileName: "\(name).tflite")
    let manifest = try #require(try TFLiteSharedNetworks.json(name, "manifest.json"))
    #expect(model.network.macs == manifest["macs"] as? Int)
    #expect(model.network.layers.count == layers)
    let report = inspectModel(try TFLiteSharedNetworks.bytes(name), fileName: name)
    #expect(report.operators.reduce(0) { $0 + ($1.macs ?? 0) } == manifest["macs"] as? Int)
    #expect(report.operators.reduce(0) { $0 + $1.parameters } == manifest["params"] as? Int)
    #expect(Set(model.network.tensors.map(\.name)).count == model.network.tensors.count)
  }

  @Test(arguments: TFLiteSharedNetworks.names)
  func `every model is lowered, or refused with a hint for each problem`(name: String) throws {
    let report = inspectModel(try TFLiteSharedNetworks.bytes(name), fileName: "m.tflite")
    #expect((report.model == nil) == !report.problems.isEmpty)
    for problem in report.problems {
      #expect(problem.file == "m.tflite" && problem.hint != nil && problem.code.hasPrefix("DG0"), "\(problem)")
    }
  }

  @Test(arguments: [
    ("x_truncated_tflite", "DG0110"), ("x_gapsdk_mnist_float", "DG0202"), ("x_tflm_mnist_lstm_int8", "DG0201"),
  ])
  func `models that cannot be deployed say why`(name: String, code: String) throws {
    let report = inspectModel(try TFLiteSharedNetworks.bytes(name), fileName: "m.tflite")
    #expect(report.problems.contains { $0.code == code }, "\(report.problems)")
  }
}
