import NetworkIR
import Testing

@testable import GraphImport

/// QOperator and QDQ graphs made by hand, against the arithmetic that ONNX Runtime documents.
struct QuantizedLoweringTests {
  /// A random convolution in the file's order, and its sums computed in that order.
  struct FileConvolution {
    let channels = 3
    let outputs = 4
    let height = 5
    let width = 6
    let kernel = 3
    var weights: [Int]
    var zeroPoint: Int
    var input: [Int]

    init(seed: UInt64, codes: ClosedRange<Int>, zeroPoint: Int) {
      var generator = ONNXSeededGenerator(seed: seed)
      self.zeroPoint = zeroPoint
      weights = (0..<outputs * channels * kernel * kernel).map { _ in Int.random(in: codes, using: &generator) }
      input = (0..<channels * height * width).map { _ in Int.random(in: -128...127, using: &generator) }
    }

    /// `[output][row][column]`, padding 1 on all sides, input zero point 3.
    var sums: [Int] {
      var result: [Int] = []
      for output in 0..<outputs {
        for row in 0..<height {
          for column in 0..<width { result.append(sum(output, row, column)) }
        }
      }
      return result
    }

    private func sum(_ output: Int, _ row: Int, _ column: Int) -> Int {
      var sum = 0
      for channel in 0..<channels {
        for y in 0..<kernel {
          for x in 0..<kernel {
            let (h, w) = (row + y - 1, column + x - 1)
            guard (0..<height).contains(h), (0..<width).contains(w) else { continue }
            let weight = weights[((output * channels + channel) * kernel + y) * kernel + x] - zeroPoint
            sum += (input[(channel * height + h) * width + w] - 3) * weight
          }
        }
      }
      return sum
    }
  }

  @Test(arguments: [(UInt64(1), 3), (2, 3), (3, 2), (4, 2)] as [(UInt64, Int32)])
  func `a QLinearConv computes the file's sums, and its rules ONNX Runtime's roundings`(seed: UInt64, type: Int32)
    throws
  {
    let file = FileConvolution(
      seed: seed, codes: type == 3 ? -127...127 : 0...255, zeroPoint: type == 3 ? 0 : 131)
    var builder = ONNXModelBuilder(input: [1, 3, 5, 6])
    builder.quantization("x", 0.05, 3)
    builder.quantization("y", 0.9, -7)
    builder.codes("w", [4, 3, 3, 3], file.weights, type: type)
    let scales: [Float] = [0.011, 0.02, 0.013, 0.017]
    builder.constant("w_scale", [4], scales)
    builder.codes("w_zero", [4], Array(repeating: file.zeroPoint, count: 4), type: type)
    builder.node("QuantizeLinear", ["x", "x_scale", "x_zero"], "q")
    builder.node(
      "QLinearConv", ["q", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero"], "c",
      ["pads": .ints([1, 1, 1, 1])])
    builder.node("DequantizeLinear", ["c", "y_scale", "y_zero"], "y")
    let network = try #require(try builder.quantized().network)
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("no convolution: \(network.layers)")
      return
    }
    let output = network[network.layers[0].output]
    let codes = network[network.inputs[0].tensor].origin.hwcOrder(file.input)
    let sums = QuantizedOracle.accumulators(
      convolution, codes, network.layers[0].inputs[0].shape, output: output.shape)
    #expect(output.origin.modelOrder(sums) == file.sums, "seed \(seed)")
    let requantization = try #require(convolution.requantization)
    for (index, sum) in sums.enumerated() {
      let channel = index % 4
      let factor = Float(0.05) * scales[channel] / Float(0.9)
      let expected = min(max(Int((Float(sum) * factor).rounded(.toNearestOrEven)) - 7, -128), 127)
      #expect(requantization.rule(channel: channel).evaluate(sum) == expected, "seed \(seed), accumulator \(sum)")
    }
  }

  @Test func `a Relu and a Clip before QuantizeLinear become the clamp`() throws {
    let model = ONNXModelBuilder.island(scales: (0.05, 0.03), zeroPoints: (3, -20)) { builder in
      builder.codes("w", [2, 2, 1, 1], [1, -2, 3, 4])
      builder.quantization("w", 0.1, 0)
      builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "weights")
      builder.node("Conv", ["in", "weights"], "c")
      builder.constant("low", [], [0])
      builder.constant("high", [], [2.4])
      builder.node("Clip", ["c", "low", "high"], "out")
    }
    let network = try #require(try model.quantized().network)
    guard case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("no convolution: \(network.layers)")
      return
    }
    #expect(convolution.requantization?.clamp == -20...60)
  }

  @Test(arguments: ["Sigmoid", "Tanh", "HardSwish", "Abs", "Neg", "Relu", "LeakyRelu", "Erf", "Floor", "Softsign"])
  func `a function between the two is a table of its values`(op: String) throws {
    let model = ONNXModelBuilder.island { $0.node(op, ["in"], "out") }
    let network = try #require(try model.quantized().network)
    guard case .lookup(let lookup) = network.layers[0].operation else {
      Issue.record("no table: \(network.layers)")
      return
    }
    for code in -128...127 {
      let real = Self.exact(op, Double(Float(code - 3) * Float(0.05)))
      let steps = real / Double(Float(0.07))
      // Where the exact number is next to a tie either neighbour may be the float32 one.
      guard abs(steps - steps.rounded(.down) - 0.5) > 1e-4 else { continue }
      let expected = QuantizedOracle.quantize(real, 0.07, -5, -128...127)
      #expect(Int(lookup.tables[0][code + 128]) == expected, "code \(code)")
    }
  }

  private static func exact(_ op: String, _ x: Double) -> Double {
    switch op {
    case "Sigmoid": 1 / (1 + exponential(-x))
    case "Tanh": (exponential(2 * x) - 1) / (exponential(2 * x) + 1)
    case "HardSwish": x * min(max(x / 6 + 0.5, 0), 1)
    case "Abs": abs(x)
    case "Neg": -x
    case "Relu": max(x, 0)
    case "LeakyRelu": x < 0 ? x * Double(Float(0.01)) : x
    case "Floor": x.rounded(.down)
    case "Softsign": x / (1 + abs(x))
    default: errorFunction(x)
    }
  }

  /// By its series, halved until the argument is small.
  private static func exponential(_ x: Double) -> Double {
    if abs(x) > 0.5 {
      let half = exponential(x / 2)
      return half * half
    }
    return (1...20).reversed().reduce(1) { 1 + x * $0 / Double($1) }
  }

  /// By the trapezoid rule over its integral.
  private static func errorFunction(_ x: Double) -> Double {
    let steps = 4000
    let width = x / Double(steps)
    let inner = (1..<steps).reduce(0.0) { $0 + exponential(-Double($1 * $1) * width * width) }
    return 2 / Double.pi.squareRoot() * width * (inner + (1 + exponential(-x * x)) / 2)
  }

  @Test(arguments: [("Add", Float(0.11)), ("Sub", 0.09), ("Mul", 0.2)])
  func `two activations meet as exact arithmetic does, but for ties`(op: String, scale: Float) throws {
    let model = ONNXModelBuilder.island(scales: (0.05, scale)) { builder in
      builder.node("Tanh", ["in"], "t")
      builder.requantized("t", "u", 0.0123, 11)
      builder.node(op, ["in", "u"], "out")
    }
    let network = try #require(try model.quantized().network)
    let layer = try #require(network.layers.last)
    for first in -128...127 {
      for second in stride(from: -128, through: 127, by: 5) {
        let one = Double(first - 3) * Double(Float(0.05))
        let other = Double(second - 11) * Double(Float(0.0123))
        let real = op == "Add" ? one + other : op == "Sub" ? one - other : one * other
        let steps = real / Double(scale)
        guard abs(steps - steps.rounded(.down) - 0.5) > 1e-4 else { continue }
        let expected = QuantizedOracle.quantize(real, scale, -5, -128...127)
        #expect(try #require(Self.code(layer.operation, first, second)) == expected, "codes \(first), \(second)")
      }
    }
  }

  private static func code(_ operation: NetworkIR.Operation, _ first: Int, _ second: Int) -> Int? {
    switch operation {
    case .pairwise(let pairwise): pairwise.code(first, second)
    case .multiplication(let product):
      product.output.rule(channel: 0).evaluate((first - product.firstZeroPoint) * (second - product.secondZeroPoint))
    case .addition(let addition):
      addition.first.rule(channel: 0).evaluate(first - addition.firstZeroPoint).flatMap { one in
        addition.second.rule(channel: 0).evaluate(second - addition.secondZeroPoint).flatMap {
          addition.output.rule(channel: 0).evaluate(one + $0)
        }
      }
    default: nil
    }
  }

  @Test func `scales that are powers of two add exactly, ties to even`() throws {
    let model = ONNXModelBuilder.island(scales: (0.5, 1), zeroPoints: (0, 0)) { builder in
      builder.node("Neg", ["in"], "t")
      builder.requantized("t", "u", 0.25, 0)
      builder.node("Add", ["in", "u"], "out")
    }
    let network = try #require(try model.quantized().network)
    let layer = try #require(network.layers.last)
    for first in -128...127 {
      for second in -128...127 {
        let real = Double(first) * 0.5 + Double(second) * 0.25
        #expect(Self.code(layer.operation, first, second) == QuantizedOracle.quantize(real, 1, 0, -128...127))
      }
    }
  }
}
