import NetworkIR
import Testing

@testable import GraphImport

/// Where a quantized network begins and ends, and what is refused.
struct QuantizedBordersTests {
  private static func weights(_ builder: inout ONNXModelBuilder, _ dimensions: [Int64], scale: Float = 0.1) {
    let count = Int(dimensions.reduce(1, *))
    builder.codes("w", dimensions, (0..<count).map { $0 % 7 - 3 })
    builder.quantization("w", scale, 0)
    builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "weights")
  }

  @Test func `the first QuantizeLinear and the last DequantizeLinear are the borders`() throws {
    let result = try ONNXModelBuilder.island { $0.node("Tanh", ["in"], "out") }.quantized()
    let network = try #require(result.network)
    #expect(network.inputs.map(\.scale) == [0.05] && network.inputs.map(\.zeroPoint) == [3])
    #expect(network.outputs.map(\.scale) == [0.07] && network.outputs.map(\.zeroPoint) == [-5])
    #expect(network.outputs.map(\.cutTail) == ["DequantizeLinear -> y"])
    #expect(network.outputs.map(\.floatsAreCodes) == [true])
    #expect(network[network.outputs[0].tensor].name == "y_codes")
    #expect(network[network.outputs[0].tensor].origin.dimensions == [1, 2, 4, 4])
  }

  /// Four weights and two biases; scales and zero points don't count.
  @Test(arguments: [true, false])
  func `parameters are weights and biases, and are those of the operator that uses them`(onCodes: Bool) throws {
    let model = ONNXModelBuilder.island { builder in
      builder.codes("w", [2, 2, 1, 1], [1, -2, 3, 4])
      builder.quantization("w", 0.1, 0)
      builder.codes("b", [2], [5, 6], type: 6)
      if onCodes {
        let input = ["in_codes", "in_scale", "in_zero"]
        builder.quantization("c", 0.1, 0)
        builder.node(
          "QLinearConv", input + ["w", "w_scale", "w_zero", "c_scale", "c_zero", "b"], "c")
        builder.node("DequantizeLinear", ["c", "c_scale", "c_zero"], "out")
      } else {
        builder.scale("b_scale", 0.005)
        builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "weights")
        builder.node("DequantizeLinear", ["b", "b_scale"], "bias")
        builder.node("Conv", ["in", "weights", "bias"], "out")
      }
    }
    let operators = try model.quantized().operators
    #expect(operators.filter { $0.op.hasSuffix("Conv") }.map(\.parameters) == [6])
    #expect(operators.allSatisfy { $0.op.hasSuffix("Conv") || $0.parameters == 0 }, "\(operators)")
  }

  @Test func `float operators before the first QuantizeLinear are cut off and reported`() throws {
    var builder = ONNXModelBuilder(input: [-1, 4, 4, 2])
    builder.node("Transpose", ["x"], "t", ["perm": .ints([0, 3, 1, 2])])
    builder.requantized("t", "in", 0.05, 3)
    builder.node("Tanh", ["in"], "out")
    builder.requantized("out", "y", 0.01, 0)
    let result = try builder.quantized()
    let network = try #require(result.network)
    #expect(network[network.inputs[0].tensor].origin.dimensions == [1, 2, 4, 4])
    #expect(!network.inputs[0].floatsAreCodes)
    #expect(result.notes.contains { $0.code == QuantizedNote.cutHead.code && $0.message.contains("Transpose") })
  }

  @Test func `a product that nothing quantizes ends the network with its accumulators`() throws {
    var builder = ONNXModelBuilder(input: [1, 8])
    builder.requantized("x", "in", 0.5, 3)
    Self.weights(&builder, [8, 3], scale: 0.25)
    builder.node("MatMul", ["in", "weights"], "m")
    builder.node("Softmax", ["m"], "y")
    let network = try #require(try builder.quantized().network)
    let output = network.outputs[0]
    #expect(network[output.tensor].type == .int32)
    #expect(output.scale == 0.125 && output.cutTail == "Softmax -> y" && !output.floatsAreCodes)
  }

  @Test func `a bias in other units is refused with both scales`() throws {
    let model = ONNXModelBuilder.island { builder in
      Self.weights(&builder, [2, 2, 1, 1])
      builder.codes("b", [2], [5, -6], type: 6)
      builder.scale("b_scale", 0.006)
      builder.node("DequantizeLinear", ["b", "b_scale"], "bias")
      builder.node("Conv", ["in", "weights", "bias"], "out")
    }
    let problem = try #require(try model.quantized().problems.first)
    #expect(problem.code == QuantizedReason.biasScale.code)
    #expect(problem.message.contains("0.006") && problem.message.contains("0.005"))
  }

  @Test func `a float bias is rounded to units of the accumulator, and that is said`() throws {
    let model = ONNXModelBuilder.island(scales: (0.5, 1)) { builder in
      Self.weights(&builder, [2, 2, 1, 1], scale: 0.25)
      builder.constant("b", [2], [1, -0.19])
      builder.node("Conv", ["in", "weights", "b"], "out")
    }
    let result = try model.quantized()
    let network = try #require(result.network)
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("no convolution: \(network.layers)")
      return
    }
    #expect(convolution.bias == [8, -2])
    #expect(result.notes.contains { $0.code == QuantizedNote.roundedBias.code })
  }

  @Test func `a flattened map meets the weights of a Gemm in HWC order`() throws {
    let model = ONNXModelBuilder.island(input: [1, 2, 2, 3]) { builder in
      builder.codes("w", [1, 12], Array(0..<12))
      builder.quantization("w", 0.1, 0)
      builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "weights")
      builder.node("Flatten", ["in"], "f")
      builder.node("Gemm", ["f", "weights"], "out", ["transB": .int(1)])
    }
    let network = try #require(try model.quantized().network)
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("no convolution: \(network.layers)")
      return
    }
    let interleaved: [Int8] = [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]
    #expect(convolution.weights == interleaved)
  }

  /// Nodes that cannot be deployed, each with the reason.
  @Test(
    arguments: [
      ("Einsum", [:], .unsupported), ("Conv", [:], .floatWeights), ("AveragePool", [:], .attribute),
      ("AveragePool", ["kernel_shape": .ints([3, 3]), "pads": .ints([3, 1, 1, 1])], .window),
      ("MaxPool", ["kernel_shape": .ints([9, 9])], .window), ("Log", [:], .notFinite),
      ("Softmax", ["axis": .int(9)], .attribute), ("Transpose", ["perm": .ints([0, 0])], .attribute),
      ("DepthToSpace", ["blocksize": .int(0)], .shape), ("Clip", ["min": .float(2), "max": .float(1)], .attribute),
    ] as [(String, [String: GraphAttribute], QuantizedReason)])
  func `what cannot be deployed is refused for its reason`(
    op: String, attributes: [String: GraphAttribute], reason: QuantizedReason
  ) throws {
    let model = ONNXModelBuilder.island { builder in
      builder.constant("k", [2, 2, 1, 1], [1, 2, 3, 4])
      builder.node(op, op == "Conv" ? ["in", "k"] : ["in"], "out", attributes)
    }
    let result = try model.quantized()
    #expect(result.network == nil)
    #expect(result.problems.map(\.code) == [reason.code], "\(result.problems)")
    #expect(result.problems.allSatisfy { !$0.message.contains("<") && !$0.message.contains(">") })
    #expect(result.operators.map(\.node) == (try readONNX(try model.bytes())).nodes.map(\.name))
  }

  @Test func `an activation function behind a convolution asks for a QuantizeLinear between them`() throws {
    let model = ONNXModelBuilder.island { builder in
      Self.weights(&builder, [2, 2, 1, 1])
      builder.node("Conv", ["in", "weights"], "c")
      builder.node("HardSwish", ["c"], "out")
    }
    let problem = try #require(try model.quantized().problems.first)
    #expect(problem.code == QuantizedReason.fusedActivation.code)
  }

  @Test(
    arguments: [([0, 0, -4, 0, 0, 0, -4, 0], "[1, 2, -4, 4]"), ([0, 0, 0, -1, 0, 0, 0, -3], "[1, 2, 4, 0]")]
      as [([Int64], String)])
  func `a Pad that cuts off all there is leaves no dimensions`(pads: [Int64], dimensions: String) throws {
    let model = ONNXModelBuilder.island { builder in
      builder.constant("p", [8], integers: pads)
      builder.node("Pad", ["in", "p"], "out")
    }
    let problems = try model.quantized().problems
    #expect(problems.map(\.code) == ["DG0705"])
    #expect(problems.first?.message == "the output has dimensions \(dimensions), but each must be at least 1")
  }

  /// Without a number it is open; some exporters write -1, which ONNX Runtime takes for open too.
  @Test(arguments: [(nil, true), (-1, true), (1, true), (0, false), (2, false)] as [(Int64?, Bool)])
  func `a batch is one sample where it is left open, and never nothing`(batch: Int64?, isRead: Bool) throws {
    var model = ONNXModelBuilder.island { $0.node("MaxPool", ["in"], "out", ["kernel_shape": .ints([2, 2])]) }
    var dimension = ONNXTensorShapeProto.Dimension()
    if let batch { dimension.dimValue = batch }
    model.model.graph.input[0].type.tensorType.shape.dim[0] = dimension
    let result = try model.quantized()
    #expect((result.network != nil) == isRead, "\(result.problems)")
    if batch == 0 {
      let message = "input 'x' has dimensions [0, 2, 4, 4], but fixed positive ones are needed"
      #expect(result.problems.map(\.message) == [message])
    }
  }

  @Test(arguments: UInt64(1)...4)
  func `a damaged model is refused or read, and never traps`(seed: UInt64) throws {
    let model = ONNXModelBuilder.island { builder in
      Self.weights(&builder, [4, 2, 3, 3])
      builder.codes("b", [4], [5, -6, 7, 8], type: 6)
      builder.scale("b_scale", 0.005)
      builder.node("DequantizeLinear", ["b", "b_scale"], "bias")
      builder.node("Conv", ["in", "weights", "bias"], "c", ["pads": .ints([1, 1, 1, 1]), "strides": .ints([1, 1])])
      builder.requantized("c", "d", 0.06, 2)
      builder.node("AveragePool", ["d"], "a", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
      builder.requantized("a", "e", 0.06, 2)
      builder.constant("s", [3], integers: [0, 2, -1])
      builder.node("Reshape", ["e", "s"], "r")
      builder.node("Softmax", ["r"], "f", ["axis": .int(-1)])
      builder.requantized("f", "g", 0.00390625, -128)
      builder.constant("p", [6], integers: [0, 1, 0, 0, 0, 2])
      builder.node("Pad", ["g", "p"], "h")
      builder.node("Concat", ["h", "h"], "i", ["axis": .int(1)])
      builder.node("Add", ["i", "i"], "out")
    }
    let bytes = try model.bytes()
    #expect(try model.quantized().problems.isEmpty)
    var generator = ONNXSeededGenerator(seed: seed)
    for _ in 0..<400 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      guard let graph = try? readONNX(damaged) else { continue }
      let result = QuantizedONNXDialect.lower(graph, name: "m", dialect: .qdq)
      #expect((result.network == nil) == !result.problems.isEmpty, "seed \(seed)")
    }
  }
}
