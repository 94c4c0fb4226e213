import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// Networks beyond what a plan may hold, in both formats.
struct NetworkLimitTests {
  /// A chain of RELU6 on vectors of 8.
  private func chain(layers: Int) -> TFLiteTestModel {
    TFLiteTestModel(
      tensors: (0...layers).map { .init(name: "t\($0)", dimensions: [1, 8]) },
      operators: (0..<layers).map { .init(code: 21, inputs: [Int32($0)], outputs: [Int32($0 + 1)]) },
      inputs: [0], outputs: [Int32(layers)])
  }

  @Test(arguments: [(4_096, [String]()), (4_097, ["DG0130"])])
  func `a TFLite chain may have 4096 layers`(layers: Int, codes: [String]) {
    #expect(inspectModel(chain(layers: layers).bytes, fileName: "m").problems.map(\.code) == codes)
  }

  @Test(arguments: [(4_096, [String]()), (4_097, ["DG0130"])])
  func `an ONNX chain may have 4096 layers`(layers: Int, codes: [String]) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 1], outputs: ["t\(layers)"])
    for layer in 0..<layers {
      let input = layer == 0 ? "x" : "t\(layer)"
      builder.node("MaxPool", [input], "t\(layer + 1)", ["kernel_shape": .ints([1, 1])])
    }
    let report = inspectModel(try builder.bytes(), fileName: "m")
    #expect(report.problems.map(\.code) == codes)
    #expect(report.problems.allSatisfy { $0.message.contains("\(layers)") && $0.message.contains("4096") })
  }

  @Test(arguments: ["MaxPool", "QuantizeLinear"])
  func `constants that are computed have at most 2^26 elements in all`(op: String) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 1], outputs: ["t5"])
    builder.constant("shape", [1], integers: [1 << 24])
    // An operator of the dialect that is tried.
    builder.node(op, ["x"], "t0", ["kernel_shape": .ints([1, 1])])
    for layer in 0..<5 {
      builder.node("ConstantOfShape", ["shape"], "c\(layer)")
      builder.node("Add", ["t\(layer)", "c\(layer)"], "t\(layer + 1)")
    }
    let report = inspectModel(try builder.bytes(), fileName: "m")
    let excess = report.problems.filter { $0.message.contains("83886080 elements up to here, more than 67108864") }
    #expect(excess.map(\.node) == ["node_c4"], "\(report.problems)")
  }

  @Test(arguments: [(65_536, "DG0130"), (65_537, "DG0134")])
  func `a model of more than 65536 operators is not lowered`(operators: Int, code: String) {
    let report = inspectModel(chain(layers: operators).bytes, fileName: "m")
    #expect(report.problems.map(\.code) == [code])
    #expect(report.problems.allSatisfy { $0.message.contains("\(operators)") && $0.hint != nil })
  }

  /// A maximum pooling of a 2x2 map with SAME padding.
  private func pooling(rows: Int32, columns: Int32) -> TFLiteTestModel {
    TFLiteTestModel(
      tensors: [.init(name: "x", dimensions: [1, 2, 2, 1]), .init(name: "y", dimensions: [1, 2, 2, 1])],
      operators: [
        .init(
          code: 17, inputs: [0], outputs: [1],
          options: (5, [1: .int32(1), 2: .int32(1), 3: .int32(columns), 4: .int32(rows)]))
      ], inputs: [0], outputs: [1])
  }

  @Test(arguments: [
    (1_048_576, 1, 0), (1_048_577, 1, 1), (1, 2_147_483_647, 2), (16_384, 16_384, 0), (16_384, 32_768, 1),
  ])
  func `a window has at most 2^20 rows and columns and 2^28 positions`(rows: Int, columns: Int, problems: Int) {
    let report = inspectModel(pooling(rows: Int32(rows), columns: Int32(columns)).bytes, fileName: "m")
    #expect(report.problems.map(\.code) == Array(repeating: "DG0132", count: problems))
    #expect(report.operators[0].problems == report.problems)
    #expect(report.problems.allSatisfy { $0.op == "MAX_POOL_2D" && $0.hint != nil })
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a bound of a Clip that is not finite is refused`(bound: Float) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 1])
    builder.node("Clip", ["x"], "y", ["min": .float(0), "max": .float(bound)])
    let report = inspectModel(try builder.bytes(), fileName: "m")
    #expect(report.problems.map(\.code) == [IntegerONNXReason.attribute.code])
  }

  @Test func `an output that is an input is refused as such, and nothing else is`() throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 1])
    builder.node("Identity", ["x"], "y")
    let onnx = inspectModel(try builder.bytes(), fileName: "m")
    #expect(onnx.problems.map(\.code) == [IntegerONNXReason.outputIsInput.code])
    #expect(onnx.problems.allSatisfy { $0.message.contains("'y' is input 'x'") })
    let tensors: [TFLiteTestModel.Tensor] = [.init(name: "x", dimensions: [1, 8])]
    let model = TFLiteTestModel(tensors: tensors, operators: [], inputs: [0], outputs: [0])
    let tflite = inspectModel(model.bytes, fileName: "m")
    #expect(tflite.problems.map(\.code) == [TFLiteLimit.outputIsInput.code])
  }
}
