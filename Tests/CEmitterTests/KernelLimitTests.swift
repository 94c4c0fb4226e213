import CEmitter
import NetworkIR
import Testing

/// Layers that no kernel computes are refused with their reason.
struct KernelLimitTests {
  /// A layer and what is wrong with it.
  struct Limit: Sendable {
    var operation: Operation
    var inputs = [Shape(height: 2, width: 2, channels: 3)]
    var inputType = ElementType.int8
    var output = Shape(height: 2, width: 2, channels: 3)
    var outputType = ElementType.int8
    var reason: String
  }

  private static func rule(_ count: Int = 1) -> Requantization? {
    let clamp = -128...127
    return try? Requantization(
      rules: Array(repeating: RequantizationRule([.clamp(clamp)]), count: count),
      accumulators: Array(repeating: -500...500, count: count), clamp: clamp)
  }

  private static func convolution(
    weights: [Int8], type: ElementType, zeroPoints: [Int] = []
  ) -> NetworkIR.Operation {
    .convolution(
      Convolution(
        kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 3, outputChannels: 3,
        weights: weights, weightType: type, weightZeroPoints: zeroPoints, bias: [0, 0, 0], inputZeroPoint: 0,
        paddingValue: 0, requantization: rule()))
  }

  private static func softmax(entries: Int = 256, shift: Int = 15) -> NetworkIR.Operation {
    .tableSoftmax(
      TableSoftmax(
        exponentials: Array(repeating: 1 << 30, count: entries), multiplier: 1 << 23, shift: shift, zeroPoint: -128,
        clamp: -128...127))
  }

  private static func movement(_ piece: Movement.Piece, isRowwise: Bool = false) -> NetworkIR.Operation {
    .movement(Movement(isRowwise: isRowwise, pieces: [piece]))
  }

  private static func product(zeroPoint: Int = 0) -> NetworkIR.Operation {
    .matrixProduct(
      MatrixProduct(isSecondTransposed: true, firstZeroPoint: zeroPoint, secondZeroPoint: 0, requantization: nil))
  }

  private static let square = Shape(height: 2, width: 2, channels: 2)
  private static let pair = [Shape(height: 2, width: 2, channels: 3), Shape(height: 2, width: 2, channels: 3)]

  static let limits: [Limit] = [
    Limit(
      operation: .softmax(Softmax(multiplier: 1, leftShift: 0, minimumDifference: -1)), outputType: .int16,
      reason: "softmax from int8 to int16"),
    Limit(operation: .lookup(Lookup(tables: [[1, 2, 3]])), reason: "a table of 3 entries for 256 codes"),
    Limit(
      operation: .lookup(Lookup(tables: Array(repeating: Array(repeating: 0, count: 256), count: 2))),
      reason: "2 tables for 3 channels"),
    Limit(
      operation: .lookup(Lookup(tables: [Array(repeating: 8, count: 256)])), outputType: .int4,
      reason: "a table entry of 8 in an output of int4"),
    Limit(operation: softmax(entries: 255), reason: "255 exponentials for 256 differences"),
    Limit(operation: softmax(shift: 40), reason: "shifted by 40 leave 64 bits"),
    Limit(operation: softmax(shift: -1), reason: "a shift of -1"),
    Limit(operation: .argumentMaximum(ArgumentMaximum()), reason: "the position of the greatest code"),
    Limit(operation: product(), inputs: pair, reason: "a product of 2x2x3 and 2x2x3 as 2x2x3"),
    Limit(
      operation: product(zeroPoint: 1 << 24), inputs: pair, output: square, outputType: .int32,
      reason: "a sum of 3 products that can leave 32 bits"),
    Limit(operation: product(), reason: "1 operands, the kernel takes 2"),
    Limit(
      operation: movement(Movement.Piece(extents: [13], inputStrides: [0], outputStrides: [1])),
      reason: "piece 0 leaves its operand or the output"),
    Limit(
      operation: movement(Movement.Piece(extents: [2], inputStrides: [.max], outputStrides: [.min])),
      reason: "piece 0 leaves its operand or the output"),
    Limit(
      operation: movement(
        Movement.Piece(
          extents: Array(repeating: 1, count: 7), inputStrides: Array(repeating: 1, count: 7),
          outputStrides: Array(repeating: 1, count: 7))), reason: "piece 0 is no box of 1 to 6 loops"),
    Limit(
      operation: movement(Movement.Piece(operand: 1, extents: [1], inputStrides: [1], outputStrides: [1])),
      reason: "piece 0 reads operand 1 of 1"),
    Limit(
      operation: movement(
        Movement.Piece(extents: [7], inputStrides: [0], outputStrides: [1]), isRowwise: true),
      reason: "piece 0 leaves its operand or the output"),
    Limit(
      operation: movement(Movement.Piece(extents: [.max, .max], inputStrides: [0, 0], outputStrides: [0, 0])),
      reason: "piece 0 writes more than the output's 12 elements"),
    Limit(
      operation: convolution(weights: [0, 0, 0, 0, 9, 0, 0, 0, 0], type: .int4), reason: "a weight of 9 in int4"),
    Limit(
      operation: convolution(weights: Array(repeating: 0, count: 9), type: .uint8), reason: "weights of uint8"),
    Limit(
      operation: convolution(weights: Array(repeating: 0, count: 9), type: .int8, zeroPoints: [1, 2]),
      reason: "2 zero points of weights for 3 channels"),
    Limit(
      operation: convolution(weights: Array(repeating: 0, count: 9), type: .int8), output: square,
      reason: "3 to 3 channels in 1 groups as 2x2x3 to 2x2x2"),
    Limit(
      operation: .extremum(Extremum(kind: .maximum, clamp: -200...0)), inputs: pair,
      reason: "codes -200...0 in an output of int8"),
    Limit(
      operation: .extremum(Extremum(kind: .minimum, clamp: 0...0)), inputs: pair,
      output: Shape(height: 1, width: 2, channels: 3), reason: "an operand of 2x2x3 for an output of 1x2x3"),
  ]

  @Test(arguments: limits.indices)
  func `a layer that no kernel computes is refused with its reason`(index: Int) {
    let limit = Self.limits[index]
    func tensor(_ name: String, _ shape: Shape, _ type: ElementType) -> Tensor {
      Tensor(
        name: name, shape: shape, type: type, values: type.range, origin: TensorOrigin(dimensions: [], axes: []))
    }
    let inputs = limit.inputs.enumerated().map { tensor("x\($0)", $1, limit.inputType) }
    let network = Network(
      name: "limit", tensors: inputs + [tensor("y", limit.output, limit.outputType)],
      layers: [
        Layer(
          name: "layer_0", source: "", operation: limit.operation,
          inputs: inputs.indices.map { Operand(tensor: $0, shape: inputs[$0].shape) }, output: inputs.count)
      ], inputs: inputs.indices.map { Boundary(tensor: $0) }, outputs: [Boundary(tensor: inputs.count)])
    let plan = HandPlanner.plan(network, style: PlanStyle(name: "limit"))
    #expect {
      try emitProject(network: network, plan: plan)
    } throws: { error in
      (error as? Refusal)?.diagnostics.contains { $0.code == "DG0606" && $0.message.contains(limit.reason) } ?? false
    }
  }

  @Test
  func `several rules for a layer whose channels share one are refused`() throws {
    let rules = try #require(Self.rule(3))
    let shape = Self.square
    let tensors = ["x", "y"].map { name in
      Tensor(
        name: name, shape: shape, type: .int8, values: -128...127, origin: TensorOrigin(dimensions: [], axes: []))
    }
    let network = Network(
      name: "rules", tensors: tensors,
      layers: [
        Layer(
          name: "rescale_0", source: "", operation: .rescale(rules), inputs: [Operand(tensor: 0, shape: shape)],
          output: 1)
      ], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 1)])
    #expect {
      try emitProject(network: network, plan: HandPlanner.plan(network, style: PlanStyle(name: "rules")))
    } throws: { error in
      (error as? Refusal)?.diagnostics.map(\.message) == ["3 rules, the kernel takes 1"]
    }
  }
}
