import NetworkIR
import Testing

@testable import GraphImport

/// What single patterns of operators become.
struct NEMOLoweringTests {
  /// The steps that NEMO writes behind an accumulator: kappa, lamda, factor, divisor, clip.
  static func requantize(
    _ builder: inout ONNXModelBuilder, _ input: String, channels: Int, divisor: Int64 = 64, output: String
  ) {
    let (name, count) = (output, Int64(channels))
    builder.constant("\(name)_k", [1, count, 1, 1], (0..<channels).map { Float($0 + 2) })
    builder.constant("\(name)_l", [1, count, 1, 1], (0..<channels).map { Float(10 - 20 * $0) })
    builder.constant("\(name)_r", [1], integers: [3])
    builder.constant("\(name)_d", [], integers: [divisor])
    builder.node("Mul", ["\(name)_k", input], "\(name)_1")
    builder.node("Add", ["\(name)_1", "\(name)_l"], "\(name)_2")
    builder.node("Cast", ["\(name)_2"], "\(name)_3", ["to": .int(7)])
    builder.node("Mul", ["\(name)_3", "\(name)_r"], "\(name)_4")
    builder.node("Div", ["\(name)_4", "\(name)_d"], "\(name)_5")
    builder.node("Cast", ["\(name)_5"], "\(name)_6", ["to": .int(1)])
    builder.node("Clip", ["\(name)_6"], output, ["min": .float(0), "max": .float(255)])
  }

  /// One network with a Conv, a MaxPool, a residual, an average and a Gemm.
  static func everything() -> ONNXModelBuilder {
    var builder = ONNXModelBuilder(outputs: ["p"])
    builder.constant("w", [2, 2, 3, 3], (0..<36).map { Float($0 % 7 - 3) })
    builder.node("Conv", ["x", "w"], "acc", ["pads": .ints([1, 1, 1, 1]), "kernel_shape": .ints([3, 3])])
    requantize(&builder, "acc", channels: 2, output: "c")
    for (name, value) in [("m1", 5), ("m2", 7), ("d", 8)] { builder.constant(name, [], [Float(value)]) }
    builder.node("Mul", ["c", "m1"], "c1")
    builder.node("Mul", ["x", "m2"], "x1")
    builder.node("Add", ["c1", "x1"], "s")
    builder.node("Div", ["s", "d"], "q")
    builder.node("Floor", ["q"], "f")
    builder.node("MaxPool", ["f"], "m", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    builder.node("Flatten", ["m"], "v")
    builder.constant("g", [8, 3], (0..<24).map { Float($0 - 12) })
    builder.node("MatMul", ["v", "g"], "y")
    builder.node("Softmax", ["y"], "p")
    return builder
  }

  private static func network(_ builder: ONNXModelBuilder) throws -> Network {
    let result = try builder.lowered()
    #expect(result.problems.isEmpty, "\(result.problems)")
    return try #require(result.network)
  }

  @Test func `one layer for each tensor that the file rounds or reduces`() throws {
    let network = try Self.network(Self.everything())
    #expect(network.layers.map(\.name) == ["conv_00", "add_01", "maxpool_02", "fc_03"])
    #expect(network.tensors.map(\.name) == ["x", "c", "f", "m", "y"])
    #expect(network.outputs == [Boundary(tensor: 4, cutTail: "Softmax -> p", floatsAreCodes: false)])
    #expect(network.inputs == [Boundary(tensor: 0)])
  }

  @Test func `the order of the nodes in the file does not matter`() throws {
    var reversed = Self.everything()
    reversed.model.graph.node.reverse()
    let network = try Self.network(reversed)
    #expect(network.layers.map(\.name) == ["conv_00", "add_01", "maxpool_02", "fc_03"])
    #expect(Set(network.tensors.map(\.name)) == ["x", "c", "f", "m", "y"])
  }

  @Test func `the rule has the steps of the file in their order`() throws {
    let network = try Self.network(Self.everything())
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("a convolution was expected")
      return
    }
    #expect(
      convolution.requantization?.rules[1].steps == [
        .affine(scale: 3, offset: -10), .affine(scale: 3, offset: 0), .divide(by: 64, rounding: .truncate),
        .clamp(0...255),
      ])
  }

  @Test func `weights behind a flattening follow the order of the producer`() throws {
    let network = try Self.network(Self.everything())
    guard case .convolution(let dense) = network.layers[3].operation else {
      Issue.record("a convolution was expected")
      return
    }
    // The file counts (c, h, w) of 2x2x2; ours counts (h, w, c): rows 0 4 1 5 2 6 3 7 of the file.
    #expect(dense.weights.prefix(8) == [-12, 0, -9, 3, -6, 6, -3, 9])
    #expect(dense.requantization == nil)
    #expect(network[network.layers[3].output].type == .int32)
  }

  @Test func `a residual has the type that its proven range needs`() throws {
    let network = try Self.network(Self.everything())
    // (5 c + 7 x) / 8 with codes up to 255, floored.
    #expect(network[2].values.lowerBound == 0)
    #expect(network[2].values.upperBound == (5 * network[1].values.upperBound + 7 * 255) / 8)
    #expect(network[2].type == ElementType.narrowest(holding: network[2].values))
  }

  @Test(arguments: [false, true])
  func `an average is exact with a factor and floored without`(isExplicit: Bool) throws {
    var builder = ONNXModelBuilder(outputs: ["y"])
    builder.node("AveragePool", ["x"], isExplicit ? "a" : "y", ["kernel_shape": .ints([4, 4])])
    if isExplicit {
      for (name, value) in [("area", 16), ("r", 4), ("d", 64)] { builder.constant(name, [], [Float(value)]) }
      builder.node("Mul", ["a", "area"], "b")
      builder.node("Mul", ["b", "r"], "c")
      builder.node("Div", ["c", "d"], "e")
      builder.node("Floor", ["e"], "y")
    }
    let result = try builder.lowered()
    let network = try #require(result.network)
    guard case .pooling(let pooling) = network.layers[0].operation, case .sum(let requantization, 0) = pooling.kind
    else {
      Issue.record("a sum was expected")
      return
    }
    for sum in [0, 15, 16, 17, 4079, 4080] {
      #expect(requantization.rules[0].evaluate(sum) == sum / 16)
    }
    #expect(network[1].values == 0...255)
    #expect(result.notes.map(\.code) == (isExplicit ? [] : ["DG0392"]))
  }

  @Test func `Pads join the Conv behind them, with their value`() throws {
    var builder = ONNXModelBuilder(outputs: ["y"])
    builder.constant("w", [1, 2, 3, 3], Array(repeating: 1, count: 18))
    builder.node("Pad", ["x"], "p", ["pads": .ints([0, 0, 1, 0, 0, 0, 0, 2]), "value": .float(7)])
    builder.node("Pad", ["p"], "q", ["pads": .ints([0, 0, 1, 0, 0, 0, 0, 0]), "value": .float(7)])
    builder.node("Conv", ["q", "w"], "y")
    let network = try Self.network(builder)
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("a convolution was expected")
      return
    }
    #expect(convolution.padding == Padding(top: 2, left: 0, bottom: 0, right: 2))
    #expect(convolution.paddingValue == 7)
    #expect(network[1].shape == Shape(height: 4, width: 4, channels: 1))
  }

  @Test(arguments: [
    ("SAME_UPPER", Padding(top: 0, left: 0, bottom: 1, right: 1)),
    ("SAME_LOWER", Padding(top: 1, left: 1, bottom: 0, right: 0)), ("VALID", .zero),
  ])
  func `auto_pad is worked out`(mode: String, padding: Padding) throws {
    var builder = ONNXModelBuilder(outputs: ["y"])
    builder.constant("w", [1, 2, 3, 3], Array(repeating: 1, count: 18))
    builder.node("Conv", ["x", "w"], "y", ["auto_pad": .string(mode), "strides": .ints([2, 2])])
    let network = try Self.network(builder)
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("a convolution was expected")
      return
    }
    #expect(convolution.padding == padding)
  }

  @Test func `a value with two readers is computed once`() throws {
    var builder = ONNXModelBuilder(outputs: ["y", "z"])
    builder.constant("w", [2, 2, 1, 1], [1, 2, 3, 4])
    builder.node("Conv", ["x", "w"], "acc")
    Self.requantize(&builder, "acc", channels: 2, output: "y")
    Self.requantize(&builder, "acc", channels: 2, divisor: 63, output: "z")
    let network = try Self.network(builder)
    #expect(network.tensors.map(\.name) == ["x", "acc", "y", "z"])
    #expect(network.outputs.map(\.tensor) == [2, 3])
  }

  @Test(arguments: [
    (Float(0.5), "DG0305"), (Float(128), "DG0306"), (Float(-129), "DG0306"), (Float.nan, "DG0305"),
    (Float.infinity, "DG0306"),
  ])
  func `a weight that is no integer of 8 bits is refused`(weight: Float, code: String) throws {
    var builder = ONNXModelBuilder(outputs: ["y"])
    builder.constant("w", [2, 2, 1, 1], [1, 2, 3, weight])
    builder.node("Conv", ["x", "w"], "y")
    let problems = try builder.lowered().problems.filter { $0.node != nil }
    #expect(problems.map(\.code) == [code])
  }

  @Test func `every problem is listed with its node`() throws {
    var builder = ONNXModelBuilder(outputs: ["y"])
    builder.constant("w", [2, 2, 1, 1], [1, 2, 3, 4])
    builder.node("Pad", ["x"], "p", ["pads": .ints([0, 0, 1, 0, 0, 0, 0, 2]), "mode": .string("reflect")])
    builder.node("Erf", ["p"], "e")
    builder.node("Conv", ["e", "w"], "c")
    builder.node("Elu", ["c"], "y")
    let problems = try builder.lowered().problems
    #expect(problems.map(\.node) == ["node_p", "node_e", "node_y"])
    #expect(problems.map(\.code) == ["DG0307", "DG0301", "DG0301"])
  }

  @Test func `accumulators that could leave 32 bits are refused`() throws {
    var builder = ONNXModelBuilder(outputs: ["y"])
    builder.constant("w", [1, 2, 1, 1], [127, 127])
    builder.constant("b", [1], [2_147_483_520])
    builder.node("Conv", ["x", "w", "b"], "y")
    let problems = try builder.lowered().problems
    #expect(problems.map(\.code) == ["DG0310"])
    #expect(problems[0].message.contains("\(2_147_483_520 + 2 * 127 * 255)"))
  }
}
