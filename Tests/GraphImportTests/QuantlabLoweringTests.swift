import NetworkIR
import Testing

@testable import GraphImport

/// What Quantlab's attributes and movements become.
struct QuantlabLoweringTests {
  private static func network(_ result: LoweringResult) throws -> Network {
    #expect(result.problems.isEmpty, "\(result.problems.map(\.description))")
    return try #require(result.network)
  }

  private static func output(_ network: Network, _ input: [Int]) throws -> [Int] {
    try NEMONetworkInterpreter(network: network).run(input)[network.outputs[0].tensor]
  }

  private static func convolution(_ network: Network, layer: Int = 0) throws -> Convolution {
    guard case .convolution(let convolution) = network.layers[layer].operation else {
      Issue.record("a convolution was expected")
      throw CancellationError()
    }
    return convolution
  }

  @Test(arguments: [(2, Float(1), ElementType.int2), (4, 1, .int4), (4, 7, .int4), (4, 8, .int8), (8, 1, .int8)])
  func `weights are stored in the declared width where they fit`(bits: Int, largest: Float, type: ElementType) throws {
    var builder = ONNXModelBuilder(input: [1, 2, 1, 1])
    builder.constant("w", [1, 2, 1, 1], [-1, largest])
    builder.node("Conv", ["x", "w"], "y", ["weight_bits": .int(bits)])
    #expect(try Self.convolution(try Self.network(try builder.lowered(.quantlab))).weightType == type)
  }

  @Test(arguments: [(Float?.none, 0), (0.5, 1)])
  func `a half is added only where the file adds one`(half: Float?, more: Int) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 4])
    builder.constant("m", [], [3])
    builder.constant("a", [], [5])
    builder.constant("d", [], [8])
    builder.node("Mul", ["x", "m"], "1", ["mult_bits": .int(32)])
    builder.node("Add", ["1", "a"], "2")
    builder.node("Div", ["2", "d"], "3")
    if let half {
      builder.constant("h", [], [half])
      builder.node("Add", ["3", "h"], "4")
    }
    builder.node("Floor", [half == nil ? "3" : "4"], "5")
    builder.node("Clip", ["5"], "y", ["min": .float(0), "max": .float(15), "out_bits": .int(4)])
    let network = try Self.network(try builder.lowered(.quantlab))
    let codes = [0, 1, 5, 200]
    #expect(try Self.output(network, codes) == codes.map { min(($0 * 3 + 5 + 4 * more) / 8, 15) })
    #expect(network[1].type == .uint4)
  }

  @Test(arguments: [false, true], [1, 2])
  func `the parameters of an Add belong to its inputs in their order`(isSwapped: Bool, scale: Int) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 4])
    builder.constant("m", [], [Float(scale)])
    builder.node("Mul", ["x", "m"], "d")
    builder.node("Clip", ["x"], "9", ["min": .float(0), "max": .float(100), "out_bits": .int(8)])
    var attributes: [String: GraphAttribute] = ["out_rq": .int(0), "out_n_levels": .int(256)]
    for (name, value) in [("mul", 0), ("add", 0), ("shift", 0)] { attributes["out_" + name] = .int(value) }
    for (operand, factor) in [("in1", 3), ("in2", 1)] {
      attributes[operand + "_mul"] = .int(factor)
      attributes[operand + "_add"] = .int(1)
      attributes[operand + "_shift"] = .int(1)
      attributes[operand + "_n_levels"] = .int(256)
      attributes[operand + "_rq"] = .int(1)
    }
    builder.node("Add", isSwapped ? ["9", "d"] : ["d", "9"], "y", attributes)
    let network = try Self.network(try builder.lowered(.quantlab))
    let expected = [0, 7, 101, 255].map { code in
      let (first, second) = isSwapped ? (min(code, 100), scale * code) : (scale * code, min(code, 100))
      return min(min((first * 3 + 1) / 2, 255) + min((second + 1) / 2, 255), 255)
    }
    #expect(try Self.output(network, [0, 7, 101, 255]) == expected)
  }

  @Test func `packed pixels that do not fill their bytes are multiplied as a map`() throws {
    var builder = ONNXModelBuilder(input: [1, 3, 2, 1])
    builder.node("Clip", ["x"], "c", ["min": .float(0), "max": .float(15), "out_bits": .int(4)])
    builder.node("Flatten", ["c"], "f")
    builder.constant("w", [1, 6], [1, 2, 3, 4, 5, 6])
    builder.node("Gemm", ["f", "w"], "y", ["transB": .int(1)])
    let network = try Self.network(try builder.lowered(.quantlab))
    let convolution = try Self.convolution(network, layer: 1)
    #expect(convolution.kernel == Extent(height: 2, width: 1))
    // HWC in, CHW in the file: element (h, c) has the weight 2 c + h + 1.
    #expect(try Self.output(network, [1, 2, 3, 4, 5, 6]) == [1 * 1 + 2 * 3 + 3 * 5 + 4 * 2 + 5 * 4 + 6 * 6])
  }

  @Test func `integers are moved, joined and cut as the file says`() throws {
    var builder = ONNXModelBuilder(input: [1, 2, 2, 3])
    builder.node("Transpose", ["x"], "t", ["perm": .ints([0, 1, 3, 2])])
    builder.node("Transpose", ["t"], "u", ["perm": .ints([0, 1, 3, 2])])
    builder.node("Concat", ["x", "u"], "c", ["axis": .int(1)])
    builder.node("Slice", ["c"], "y", ["starts": .ints([1]), "ends": .ints([3]), "axes": .ints([1])])
    builder.constant("m", [], [1])
    builder.node("Mul", ["y", "m"], "z")
    builder.node("Clip", ["z"], "out", ["min": .float(0), "max": .float(255)])
    builder.model.graph.output = [ONNXModelBuilder.info("out", [])]
    let network = try Self.network(try builder.lowered(.quantlab))
    // Channels (b, a) of HWC input (a, b).
    #expect(
      try Self.output(network, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) == [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10])
  }

  @Test func `a Concat at the end is a layer, and the only output`() throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 3])
    builder.node("Clip", ["x"], "c", ["min": .float(0), "max": .float(100), "out_bits": .int(8)])
    builder.node("Concat", ["c", "x"], "y", ["axis": .int(3)])
    let result = try builder.lowered(.quantlab)
    let network = try Self.network(result)
    #expect(network.outputs.map { network[$0.tensor].origin.dimensions } == [[1, 1, 1, 6]])
    #expect(network.outputs.allSatisfy { $0.cutTail == nil })
    #expect(try Self.output(network, [7, 100, 255]) == [7, 100, 100, 7, 100, 255])
  }

  /// Of codes [1, 2, 3, 1], which lie in the order height, channel: what the file's order of the output is.
  @Test(
    arguments: [
      ("Transpose", ["perm": .ints([0, 3, 2, 1])], [1, 1, 3, 2], "y", 1, [0, 3, 1, 4, 2, 5]),
      ("Transpose", ["perm": .ints([0, 2, 3, 1])], [1, 3, 1, 2], "y", 2, [0, 3, 1, 4, 2, 5]),
      ("Transpose", ["perm": .ints([0, 1, 3, 2])], [1, 2, 1, 3], "c", 1, [0, 1, 2, 3, 4, 5]),
      ("Squeeze", ["axes": .ints([3])], [1, 2, 3], "c", 1, [0, 1, 2, 3, 4, 5]),
      ("Flatten", [:], [1, 6], "y", 2, [0, 1, 2, 3, 4, 5]),
    ] as [(String, [String: GraphAttribute], [Int], String, Int, [Int])])
  func `the last operator keeps the output's dimensions and order, with a layer or without`(
    op: String, attributes: [String: GraphAttribute], dimensions: [Int], name: String, layers: Int, order: [Int]
  ) throws {
    var builder = ONNXModelBuilder(input: [1, 2, 3, 1])
    builder.node("Clip", ["x"], "c", ["min": .float(0), "max": .float(100), "out_bits": .int(8)])
    builder.node(op, ["c"], "y", attributes)
    let network = try Self.network(try builder.lowered(.quantlab))
    let output = network[network.outputs[0].tensor]
    #expect(network.layers.count == layers && output.name == name)
    #expect(output.origin.dimensions == dimensions)
    let file = [10, 11, 12, 13, 14, 15]
    let codes = try Self.output(network, network[network.inputs[0].tensor].origin.hwcOrder(file))
    #expect(output.origin.modelOrder(codes) == order.map { file[$0] })
  }

  @Test func `shapes that the file computes are folded`() throws {
    var builder = ONNXModelBuilder(input: [1, 2, 2, 2])
    builder.node("MaxPool", ["x"], "p", ["kernel_shape": .ints([2, 2])])
    builder.node("Shape", ["p"], "s")
    builder.constant("zero", [], integers: [0])
    builder.constant("rest", [1], integers: [-1])
    builder.node("Gather", ["s", "zero"], "batch", ["axis": .int(0)])
    builder.node("Unsqueeze", ["batch"], "first", ["axes": .ints([0])])
    builder.node("Concat", ["first", "rest"], "shape", ["axis": .int(0)])
    builder.node("Reshape", ["p", "shape"], "v")
    builder.constant("w", [2, 1], [3, 4])
    builder.node("MatMul", ["v", "w"], "y")
    let network = try Self.network(try builder.lowered(.quantlab))
    #expect(try Self.output(network, [1, 2, 3, 4, 5, 6, 7, 8]) == [7 * 3 + 8 * 4])
  }

  @Test(arguments: [(255, 256), (256, 256), (181, 128), (182, 256)])
  func `DORY shifts by the nearest power of two`(divisor: Int, power: Int) throws {
    for (profile, used) in [(ReferenceProfile.onnxInt, divisor), (.dory, power)] {
      var builder = ONNXModelBuilder(input: [1, 1, 1, 3])
      builder.constant("m", [], [1000])
      builder.constant("d", [], [Float(divisor)])
      builder.node("Mul", ["x", "m"], "1")
      builder.node("Div", ["1", "d"], "2")
      builder.node("Floor", ["2"], "3")
      builder.node("Clip", ["3"], "y", ["min": .float(0), "max": .float(255)])
      let network = try Self.network(try builder.lowered(.nemo, profile: profile))
      #expect(try Self.output(network, [1, 60, 47]) == [1, 60, 47].map { min($0 * 1000 / used, 255) })
    }
  }
}
