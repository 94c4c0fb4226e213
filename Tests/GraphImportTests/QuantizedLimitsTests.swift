import NetworkIR
import Testing

@testable import GraphImport

/// A Clip of codes between QuantizeLinear and DequantizeLinear.
struct QuantizedLimitsTests {
  /// `x -> Q -> D -> body -> Q -> Clip -> D -> y`; the body reads `in` and writes `out`.
  private func model(
    low: [Int] = [-8], high: [Int] = [7], boundType: Int32 = 3, outputs: [String] = ["y"],
    _ body: (inout ONNXModelBuilder) -> Void
  ) -> ONNXModelBuilder {
    var builder = ONNXModelBuilder(input: [1, 2, 4, 4], outputs: outputs)
    builder.requantized("x", "in", 0.05, 3)
    body(&builder)
    builder.quantization("y", 0.07, -5)
    builder.codes("low", low.count == 1 ? [] : [Int64(low.count)], low, type: boundType)
    builder.codes("high", [], high, type: boundType)
    builder.node("QuantizeLinear", ["out", "y_scale", "y_zero"], "wide")
    builder.node("Clip", ["wide", "low", "high"], "narrow")
    builder.node("DequantizeLinear", ["narrow", "y_scale", "y_zero"], "y")
    return builder
  }

  private func convolution(_ builder: inout ONNXModelBuilder) {
    builder.codes("w", [2, 2, 1, 1], [1, -2, 3, 4])
    builder.quantization("w", 0.1, 0)
    builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "weights")
    builder.node("Conv", ["in", "weights"], "out")
  }

  @Test(arguments: [(-8, 7, -8...7), (-1000, 4, -128...4), (0, 0, 0...0)])
  func `behind a convolution it becomes the clamp`(low: Int, high: Int, clamp: ClosedRange<Int>) throws {
    let network = try #require(
      try model(low: [low], high: [high], boundType: 6, convolution).quantized().network)
    guard network.layers.count == 1, case .convolution(let convolution) = network.layers[0].operation else {
      Issue.record("no convolution alone: \(network.layers)")
      return
    }
    #expect(convolution.requantization?.clamp == clamp)
    #expect(network[network.layers[0].output].name == "narrow")
  }

  @Test func `behind a function it limits the function's table`() throws {
    let network = try #require(try model { $0.node("Abs", ["in"], "out") }.quantized().network)
    guard network.layers.count == 1, case .lookup(let lookup) = network.layers[0].operation else {
      Issue.record("no table alone: \(network.layers)")
      return
    }
    for code in -128...127 {
      let real = abs(Double(Float(code - 3) * Float(0.05)))
      #expect(Int(lookup.tables[0][code + 128]) == QuantizedOracle.quantize(real, 0.07, -5, -8...7), "code \(code)")
    }
  }

  @Test func `codes that others read too are limited by a table of their own`() throws {
    var builder = model(outputs: ["y", "other"], convolution)
    builder.node("DequantizeLinear", ["wide", "y_scale", "y_zero"], "other")
    let network = try #require(try builder.quantized().network)
    guard network.layers.count == 2, case .convolution(let convolution) = network.layers[0].operation,
      case .lookup(let lookup) = network.layers[1].operation
    else {
      Issue.record("no convolution and table: \(network.layers)")
      return
    }
    #expect(convolution.requantization?.clamp == -128...127)
    #expect(lookup.tables == [(-128...127).map { Int32(min(max($0, -8), 7)) }])
    #expect(network[network.layers[1].output].name == "narrow")
  }

  @Test func `codes that lie inside already need nothing`() throws {
    let network = try #require(
      try model(low: [-128], high: [127]) { $0.node("Identity", ["in"], "out") }.quantized().network)
    #expect(network.layers.count == 1, "\(network.layers)")
  }

  @Test(arguments: [([7], [-8]), ([1, 2], [7])])
  func `bounds that are no two numbers in order are refused`(low: [Int], high: [Int]) throws {
    let result = try model(low: low, high: high, convolution).quantized()
    #expect(result.network == nil)
    #expect(result.problems.map(\.code) == ["DG0704"], "\(result.problems)")
  }
}
