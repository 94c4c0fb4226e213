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
    #expect(codes { $0.tensors[0].dimensions = [1, -1, 4, 2] }.contains(TFLiteLimit.knownShape.code))
    #expect(codes { $0.tensors[0].scales = [] }.contains(TFLiteLimit.quantized.code))
    #expect(codes { $0.tensors[0].scales = [1, 2] }.contains(TFLiteLimit.perTensor.code))
    #expect(codes { $0.tensors[0].zeroPoints = [200] }.contains(TFLiteLimit.quantizationRange.code))
    #expect(codes { $0.tensors[0].type = 0 }.contains(TFLiteLimit.integerArithmetic.code))
    #expect(codes { $0.tensors[0].type = 3 }.contains(TFLiteLimit.elementType.code))
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
    #expect(codes { $0.outputs = [0] }.contains(TFLiteLimit.somethingToCompute.code))
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

  @Test func `a reading that is not modelled is refused`() {
    let report = inspectModel(TFLiteTestModel.small.bytes, fileName: "m", profile: .xnnpack)
    #expect(report.problems.map(\.code) == ["DG0103"])
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

/// Sums of two activations, against the arithmetic of the reference kernel written out in plain integers.
struct TFLiteAdditionTests {
  /// `round(a * m / 2^31)`, then `/ 2^right`, halves away from zero.
  private func scaled(_ value: Int, _ factor: (multiplier: Int, right: Int)) -> Int {
    let product = value * factor.multiplier
    let nudged = product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))
    let high = nudged / (1 << 31)
    let rest = high & ((1 << factor.right) - 1)
    let half = (((1 << factor.right) - 1) >> 1) + (high < 0 ? 1 : 0)
    return (high >> factor.right) + (rest > half ? 1 : 0)
  }

  private func factor(_ real: Double) -> (multiplier: Int, right: Int) {
    var real = real
    var right = 0
    while real < 0.5 { real *= 2; right += 1 }
    return (Int((real * 0x1p31).rounded(.toNearestOrAwayFromZero)), right)
  }

  /// `c = a + b` on vectors of 8.
  private func model(_ one: Float, _ other: Float, _ z1: Int64, _ z2: Int64, _ sum: Float) -> TFLiteTestModel {
    TFLiteTestModel(
      tensors: [
        .init(name: "a", dimensions: [1, 8], scales: [one], zeroPoints: [z1]),
        .init(name: "b", dimensions: [1, 8], scales: [other], zeroPoints: [z2]),
        .init(name: "c", dimensions: [1, 8], scales: [sum], zeroPoints: [4]),
      ], operators: [.init(code: 0, inputs: [0, 1], outputs: [2], options: (11, [0: .byte(0)]))], inputs: [0, 1],
      outputs: [2])
  }

  @Test func `an addition that no form computes exactly is refused`() {
    // Scales in the ratio 2 to 5 to 6 put many sums exactly between two codes, where only the file's own rounding helps.
    let report = inspectModel(model(0.02, 0.05, -7, 12, 0.06).bytes, fileName: "m")
    #expect(report.problems.map(\.code) == [TFLiteLimit.exactRequantization.code])
  }

  @Test(
    arguments: [(0.0213714, 0.0509237, -7, 12), (0.0313159, 0.0092653, 5, -128), (0.1, 0.1, 0, 3)]
      as [(Float, Float, Int64, Int64)])
  func `every pair of codes has the sum of the reference kernel`(one: Float, other: Float, z1: Int64, z2: Int64) throws
  {
    let model = model(one, other, z1, z2, 0.0613577)
    let network = try importModel(model.bytes, fileName: "m").network
    guard case .addition(let addition) = network.layers[0].operation else { throw Refusal([]) }
    let common = 2 * Double(max(one, other))
    let factors = (factor(Double(one) / common), factor(Double(other) / common))
    let output = factor(common / (0x1p20 * Double(Float(0.0613577))))
    var wrong = 0
    for x in -128...127 {
      let left = scaled((x - Int(z1)) << 20, factors.0)
      let first = addition.first.rules[0].evaluate(x) ?? 0
      for y in -128...127 {
        let right = scaled((y - Int(z2)) << 20, factors.1)
        let expected = min(max(scaled(left + right, output) + 4, -128), 127)
        let second = addition.second.rules[0].evaluate(y) ?? 0
        if addition.output.rules[0].evaluate(first + second) != expected { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }
}
