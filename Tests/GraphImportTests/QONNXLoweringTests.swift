import NetworkIR
import Testing

@testable import GraphImport

/// What single patterns of quantizers become.
struct QONNXLoweringTests {
  /// Adds a Quant with its parameters.
  private static func quant(
    _ builder: inout ONNXModelBuilder, _ input: String, _ output: String, scale: [Float], bits: Float = 8,
    signed: Int = 1, zeroPoint: Float = 0, _ more: [String: GraphAttribute] = [:]
  ) {
    builder.constant("\(output)_s", scale.count == 1 ? [] : [Int64(scale.count), 1, 1, 1], scale)
    builder.constant("\(output)_z", [], [zeroPoint])
    builder.constant("\(output)_b", [], [bits])
    let attributes: [String: GraphAttribute] = ["signed": .int(signed), "narrow": .int(0)]
    builder.node(
      "Quant", [input, "\(output)_s", "\(output)_z", "\(output)_b"], output, attributes.merging(more) { $1 })
  }

  private static func network(_ builder: ONNXModelBuilder) throws -> Network {
    let result = QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
    #expect(result.problems.isEmpty, "\(result.problems.map(\.description))")
    return try #require(result.network)
  }

  private static func output(_ network: Network, _ input: [Int]) throws -> [Int] {
    try NEMONetworkInterpreter(network: network).run(input)[network.outputs[0].tensor]
  }

  private static func code(_ number: Double, _ scale: Double, _ codes: ClosedRange<Int>) -> Int {
    min(max(Int((number / scale).rounded(.toNearestOrEven)), codes.lowerBound), codes.upperBound)
  }

  @Test func `a normalisation with a negative factor turns the thresholds round`() throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 5])
    Self.quant(&builder, "x", "q", scale: [0.5])
    builder.constant("w", [2, 1, 1, 1], [0.5, -0.25])
    Self.quant(&builder, "w", "wq", scale: [0.25, 0.125])
    builder.node("Conv", ["q", "wq"], "c")
    builder.constant("gamma", [2], [-4, 2])
    builder.constant("beta", [2], [1, -3])
    builder.constant("mean", [2], [0.5, 0])
    builder.constant("variance", [2], [4, 1])
    builder.node("BatchNormalization", ["c", "gamma", "beta", "mean", "variance"], "n", ["epsilon": .float(0)])
    builder.node("Relu", ["n"], "r")
    Self.quant(&builder, "r", "y", scale: [2], bits: 4, signed: 0)
    let network = try Self.network(builder)
    let codes = [-128, -20, 0, 3, 127]
    let expected = codes.flatMap { code in
      let x = Double(code) * 0.5
      let numbers = [(x * 0.5 - 0.5) * (-4.0 / 2) + 1, x * -0.25 * 2 - 3]
      return numbers.map { Self.code(max($0, 0), 2, 0...15) }
    }
    #expect(try Self.output(network, codes) == expected)
    #expect(network[network.outputs[0].tensor].type == .uint4)
    #expect(network.outputs[0].scale == 2)
  }

  @Test(arguments: [(Float(0.25), "add"), (0.3, "add")])
  func `the sum of two scales is exact`(second: Float, kind: String) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 1, 6])
    Self.quant(&builder, "x", "a", scale: [0.125])
    Self.quant(&builder, "a", "b", scale: [second], bits: 6)
    builder.node("Add", ["a", "b"], "s")
    Self.quant(&builder, "s", "y", scale: [0.5])
    let network = try Self.network(builder)
    let codes = [-128, -77, -1, 0, 50, 127]
    let expected = codes.map { code in
      let x = Double(code) * 0.125
      return Self.code(x + Double(Self.code(x, Double(second), -32...31)) * Double(second), 0.5, -128...127)
    }
    #expect(try Self.output(network, codes) == expected)
    #expect(network.layers.last?.name.hasPrefix(kind) == true)
  }

  @Test func `a pooling in front of a quantizer pools codes`() throws {
    var builder = ONNXModelBuilder(input: [1, 1, 2, 2])
    Self.quant(&builder, "x", "q", scale: [1])
    builder.constant("w", [1, 1, 1, 1], [3])
    Self.quant(&builder, "w", "wq", scale: [1])
    builder.node("Conv", ["q", "wq"], "c")
    builder.node("MaxPool", ["c"], "m", ["kernel_shape": .ints([2, 2])])
    builder.node("Relu", ["m"], "r")
    Self.quant(&builder, "r", "y", scale: [4], signed: 0)
    let network = try Self.network(builder)
    #expect(try Self.output(network, [1, -5, 7, 2]) == [Self.code(21, 4, 0...255)])
  }

  @Test func `one bit is a sign`() throws {
    var builder = ONNXModelBuilder(input: [1, 2, 1, 1])
    builder.constant("s", [], [0.5])
    builder.node("BipolarQuant", ["x", "s"], "q")
    builder.constant("w", [1, 2, 1, 1], [-0.1, 3])
    builder.node("BipolarQuant", ["w", "s"], "wq")
    builder.node("Conv", ["q", "wq"], "c")
    builder.node("BipolarQuant", ["c", "s"], "y")
    let network = try Self.network(builder)
    #expect(try Self.output(network, [1, 1]) == [1])
    #expect(try Self.output(network, [1, -1]) == [-1])
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("a convolution was expected")
      return
    }
    #expect(convolution.weights == [-1, 1] && convolution.weightType == .int2)
  }

  @Test func `thresholds by channel count`() throws {
    var builder = ONNXModelBuilder(input: [1, 2, 1, 1])
    Self.quant(&builder, "x", "q", scale: [1])
    builder.constant("w", [2, 1, 1, 1], [1, 1])
    Self.quant(&builder, "w", "wq", scale: [1])
    builder.node("Conv", ["q", "wq"], "c", ["group": .int(2)])
    builder.constant("t", [2, 3], [-2, 0, 2.5, 10, 20, 30])
    builder.node("MultiThreshold", ["c", "t"], "y", ["out_scale": .float(1), "out_bias": .float(-2)])
    let network = try Self.network(builder)
    #expect(try Self.output(network, [2, 20]) == [0, 0])
    #expect(try Self.output(network, [3, 9]) == [1, -2])
  }

  @Test func `an average is truncated by a power of two, or refused`() throws {
    for (ratio, isSupported) in [(Float(4), true), (3, false)] {
      var builder = ONNXModelBuilder(input: [1, 1, 2, 2])
      Self.quant(&builder, "x", "q", scale: [0.25], signed: 0)
      builder.node("GlobalAveragePool", ["q"], "p")
      builder.constant("s", [], [0.25])
      builder.constant("z", [], [0])
      builder.constant("in", [], [10])
      builder.constant("so", [], [0.25 * ratio])
      builder.constant("out", [], [8])
      builder.node(
        "Trunc", ["p", "s", "z", "in", "so", "out"], "y", ["signed": .int(0), "rounding_mode": .string("FLOOR")])
      let result = QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
      #expect((result.network != nil) == isSupported)
      guard let network = result.network else {
        #expect(result.problems.map(\.code) == ["DG0704"])
        continue
      }
      // Steps of the average, half to even, then a quarter of them.
      #expect(try Self.output(network, [10, 20, 30, 41]) == [(101 + 2) / 4 / 4])
    }
  }

  @Test(arguments: [(0, true), (1, false)])
  func `a Relu of the input needs a quantizer whose least number is zero`(signed: Int, isSupported: Bool) throws {
    var builder = ONNXModelBuilder(input: [1, 1, 2, 2])
    builder.node("Relu", ["x"], "r")
    Self.quant(&builder, "r", "q", scale: [0.25], signed: signed)
    builder.node("MaxPool", ["q"], "m", ["kernel_shape": .ints([2, 2])])
    Self.quant(&builder, "m", "y", scale: [0.5], signed: signed)
    let result = QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
    #expect((result.network != nil) == isSupported, "\(result.problems)")
  }

  @Test(arguments: [Float.nan, .infinity, 0, -1, 1e30, 0x1p-140])
  func `no parameter makes the import trap`(number: Float) throws {
    for place in 0..<4 {
      var builder = ONNXModelBuilder(input: [1, 1, 2, 2])
      Self.quant(
        &builder, "x", "q", scale: [place == 0 ? number : 1], bits: place == 1 ? number : 8,
        zeroPoint: place == 2 ? number : 0)
      builder.constant("w", [1, 1, 1, 1], [place == 3 ? number : 1])
      Self.quant(&builder, "w", "wq", scale: [0.5])
      builder.constant("b", [1], [number])
      builder.node("Conv", ["q", "wq", "b"], "c")
      builder.constant("m", [], [number])
      builder.node("Mul", ["c", "m"], "d")
      Self.quant(&builder, "d", "y", scale: [0.5])
      let result = QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
      #expect(result.network != nil || !result.problems.isEmpty)
    }
  }
}
