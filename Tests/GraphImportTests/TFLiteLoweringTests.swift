import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// Lowering of models made by the tests, with values worked out by hand.
struct TFLiteLoweringTests {
  private func report(_ model: TFLiteTestModel) -> ModelReport {
    inspectModel(model.bytes, fileName: "dir/small.tflite")
  }

  private func codes(_ change: (inout TFLiteTestModel) -> Void) -> [String] {
    var model = TFLiteTestModel.small
    change(&model)
    return report(model).problems.map(\.code)
  }

  @Test func `a small model becomes two layers, its reshape a view`() throws {
    let model = try #require(report(.small).model)
    let network = model.network
    #expect(network.name == "small" && model.dialect == .tflite && model.profile == .tflm)
    #expect(network.layers.map(\.name) == ["dwconv_00", "softmax_01"])
    #expect(network.tensors.map(\.name) == ["x", "y", "y_5"])
    #expect(network.tensors.map(\.origin.index) == [0, 3, 5])
    #expect(network.layers[1].inputs == [Operand(tensor: 1, shape: Shape(height: 1, width: 1, channels: 80))])
    #expect(network.macs == 5 * 4 * 4 * 9)
    #expect(network.inputs == [Boundary(tensor: 0, scale: 0.5, zeroPoint: -3)])
    #expect(network.outputs == [Boundary(tensor: 2, scale: 0x1p-8, zeroPoint: -128)])
  }

  @Test func `depthwise weights are brought from channel last to channel first`() throws {
    let network = try #require(report(.small).model?.network)
    guard case .convolution(let convolution) = network.layers[0].operation else { throw Refusal([]) }
    // In the file channel c at position p has the value (4 p + c) * 7 - 100, cut to a byte.
    let expected = (0..<4).flatMap { c in (0..<9).map { p in Int8(truncatingIfNeeded: (4 * p + c) * 7 - 100) } }
    #expect(convolution.weights == expected)
    #expect(convolution.groups == 2 && convolution.outputChannelsPerGroup == 2)
    #expect(convolution.padding == Padding(top: 1, left: 1, bottom: 1, right: 1))
    #expect(convolution.bias == [Int32](repeating: 0x0101_0101, count: 4))
    #expect(convolution.paddingValue == -3)
    #expect(convolution.requantization?.clamp == -20...127)
    let tensor = network[network.layers[0].output]
    #expect(tensor.values.lowerBound >= -20)
  }

  @Test func `each limit is refused by its own code`() {
    #expect(codes { $0.tensors[0].dimensions = [2, 5, 4, 2] }.contains(TFLiteLimit.batch.code))
    #expect(codes { $0.tensors[0].dimensions = [5, 4, 2] }.contains(TFLiteLimit.rank.code))
    #expect(codes { $0.tensors[0].dimensions = [1, -1, 4, 2] }.contains(TFLiteLimit.knownShape.code))
    #expect(codes { $0.tensors[0].scales = [] }.contains(TFLiteLimit.quantized.code))
    #expect(codes { $0.tensors[0].scales = [1, 2] }.contains(TFLiteLimit.perTensor.code))
    #expect(codes { $0.tensors[0].zeroPoints = [200] }.contains(TFLiteLimit.quantizationRange.code))
    #expect(codes { $0.tensors[0].type = 0 }.contains(TFLiteLimit.integerArithmetic.code))
    #expect(codes { $0.tensors[0].type = 2 }.contains(TFLiteLimit.elementType.code))
    #expect(codes { $0.tensors[3].type = 3 }.contains(TFLiteLimit.quantizationRange.code))
    #expect(
      codes {
        $0.tensors[0].type = 3; $0.tensors[0].zeroPoints = [3]
      }.contains(TFLiteLimit.weightType.code))
    #expect(codes { $0.tensors[1].zeroPoints = [0, 1, 0, 0] } == [TFLiteLimit.weightZeroPoint.code])
    #expect(codes { $0.tensors[1].dimension = 0 } == [TFLiteLimit.weightScales.code])
    #expect(
      codes {
        $0.tensors[2].dimensions = [3]; $0.tensors[2].data.removeLast(4)
      } == [TFLiteLimit.bias.code])
    #expect(codes { $0.tensors[5].scales = [0.01] } == [TFLiteLimit.softmaxOutput.code])
    #expect(codes { $0.operators[0].options.fields[4] = .byte(4) } == [TFLiteLimit.fusedActivation.code])
    #expect(codes { $0.operators[0].options.fields[2] = .int32(0) } == [TFLiteLimit.window.code])
    #expect(codes { $0.operators[0].options.fields[2] = .int32(2) } == [TFLiteLimit.consistentShapes.code])
    #expect(codes { $0.operators[0].options = (1, [:]) }.contains(TFLiteLimit.options.code))
    #expect(codes { $0.operators[2].code = 44 } == [TFLiteLimit.supportedOperator.code])
    #expect(codes { $0.outputs = [0] }.contains(TFLiteLimit.outputIsInput.code))
    #expect(codes { $0.outputs = [] }.contains(TFLiteLimit.somethingToCompute.code))
    #expect(codes { $0.operators[0].inputs[0] = 4 }.contains(TFLiteLimit.acyclic.code))
    #expect(codes { $0.tensors[2].data.removeLast() } == ["DG0117"])
  }

  @Test func `problems of all operators are listed, not the first only`() {
    let found = codes { model in
      model.tensors[1].zeroPoints = [1, 0, 0, 0]
      model.operators[0].options.fields[4] = .byte(5)
      model.tensors[5].scales = [0.01]
    }
    #expect(found == [.fusedActivation, .weightZeroPoint, .softmaxOutput].map { (limit: TFLiteLimit) in limit.code })
  }

  @Test func `operators in any order are executed by data flow`() throws {
    var model = TFLiteTestModel.small
    model.operators.reverse()
    #expect(report(model).model?.network.layers.map(\.name) == ["dwconv_00", "softmax_01"])
  }

  @Test func `a float input and a float tail are cut off and noted`() throws {
    var model = TFLiteTestModel.small
    model.tensors += [
      .init(name: "float in", dimensions: [1, 5, 4, 2], type: 0, scales: []),
      .init(name: "float out", dimensions: [1, 80], type: 0, scales: []),
      .init(name: "logs", dimensions: [1, 80], type: 0, scales: []),
    ]
    model.operators += [
      .init(code: 114, inputs: [6], outputs: [0]), .init(code: 6, inputs: [5], outputs: [7]),
      .init(code: 50, inputs: [7], outputs: [8]),
    ]
    model.inputs = [6]
    model.outputs = [8]
    let imported = try #require(report(model).model)
    #expect(imported.network.inputs.map(\.scale) == [0.5])
    #expect(imported.network.outputs.map(\.cutTail) == ["DEQUANTIZE -> LOG_SOFTMAX -> logs"])
    #expect(imported.notes.map(\.code) == ["DG0290", "DG0291"])
  }

  @Test func `a reading that is not modelled is refused, operators that are not are named`() {
    let refused = inspectModel(TFLiteTestModel.small.bytes, fileName: "m", profile: .ortX86)
    #expect(refused.problems.map(\.code) == ["DG0103"])
    let xnnpack = inspectModel(TFLiteTestModel.small.bytes, fileName: "m", profile: .xnnpack)
    #expect(xnnpack.model?.notes.map(\.message).contains { $0.contains("xnnpack: SOFTMAX;") } == true)
  }

  /// A factor and what it becomes: `multiplier * 2^(shift - 31)`, worked out in binary.
  struct Factor: Sendable {
    var real: Double
    var multiplier: Int32
    var shift: Int

    static let all = [
      Factor(real: 1, multiplier: 1 << 30, shift: 1), Factor(real: 0.5, multiplier: 1 << 30, shift: 0),
      Factor(real: 0.75, multiplier: 3 << 29, shift: 0), Factor(real: 3, multiplier: 3 << 29, shift: 2),
      Factor(real: 0x1p-32, multiplier: 1 << 30, shift: -31), Factor(real: 0x1p-33, multiplier: 0, shift: 0),
      Factor(real: 1 - 0x1p-33, multiplier: 1 << 30, shift: 1),
      Factor(real: 0.5 + 0x1p-32, multiplier: (1 << 30) + 1, shift: 0),
    ]
  }

  @Test(arguments: Factor.all)
  func `a real factor becomes a multiplier and a shift, halves away from zero`(factor: Factor) {
    #expect(TFLiteMultiplier(factor.real) == TFLiteMultiplier(multiplier: factor.multiplier, shift: factor.shift))
  }
}
