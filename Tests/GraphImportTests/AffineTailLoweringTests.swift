import NetworkIR
import Testing

@testable import GraphImport

/// What a network that ends in accumulators says about the floats behind them.
struct AffineTailLoweringTests {
  /// `x [1, 2] -> Quant 0.5 -> Gemm with weights in steps of 0.25 and a bias -> g`, then the rest.
  private static func gemm(_ rest: (inout ONNXModelBuilder) -> Void) throws -> Boundary {
    var builder = ONNXModelBuilder(input: [1, 2])
    for (name, scale, input) in [("q", Float(0.5), "x"), ("wq", 0.25, "w")] {
      builder.constant("\(name)_s", [], [scale])
      builder.constant("\(name)_z", [], [0])
      builder.constant("\(name)_b", [], [8])
      let parameters = ["\(name)_s", "\(name)_z", "\(name)_b"]
      builder.node("Quant", [input] + parameters, name, ["signed": .int(1), "narrow": .int(0)])
    }
    builder.constant("w", [2, 3], [1, 2, 3, 4, 5, 6])
    builder.constant("bias", [3], [0.75, -1, 0])
    builder.node("Gemm", ["q", "wq", "bias"], "g")
    rest(&builder)
    let result = QONNXDialect.lower(try readONNX(try builder.bytes()), name: "test")
    #expect(result.problems.isEmpty, "\(result.problems.map(\.description))")
    let network = try #require(result.network)
    #expect(network.outputs.count == 1 && network[network.outputs[0].tensor].type == .int32)
    return network.outputs[0]
  }

  @Test func `a bias is an offset for each channel`() throws {
    let tail = try Self.gemm { $0.node("Identity", ["g"], "y") }.affineTail
    let expected = AffineTail(
      scales: [0.125, 0.125, 0.125], offsets: [0.75, -1, 0], offsetMagnitudes: [0.75, 1, 0], operators: 1)
    #expect(tail == expected)
  }

  @Test func `factors, addends and normalisations join scale and offset`() throws {
    let output = try Self.gemm { builder in
      builder.constant("f", [], [-2])
      builder.constant("a", [3], [1, 2, -3])
      builder.node("Mul", ["g", "f"], "m")
      builder.node("Add", ["m", "a"], "s")
      for (name, value) in [("gamma", Float(3)), ("beta", 1), ("mean", 0.5), ("variance", 4)] {
        builder.constant(name, [3], [value, value, value])
      }
      builder.node("BatchNormalization", ["s", "gamma", "beta", "mean", "variance"], "y", ["epsilon": .float(0)])
    }
    // (x - 0.5) * 1.5 + 1 of -2 * (0.125 * sum + bias) + addend.
    let expected = AffineTail(
      scales: [-0.375, -0.375, -0.375],
      offsets: [(-1.5 + 1 - 0.5) * 1.5 + 1, (2 + 2 - 0.5) * 1.5 + 1, (0 - 3 - 0.5) * 1.5 + 1],
      offsetMagnitudes: [(1.5 + 1 + 0.5) * 1.5 + 1, (2 + 2 + 0.5) * 1.5 + 1, (0 + 3 + 0.5) * 1.5 + 1], operators: 4)
    #expect(output.affineTail == expected)
    #expect(output.cutTail == "Add of the bias -> Mul -> Add -> BatchNormalization -> y")
  }

  @Test(arguments: ["Relu", "Softmax", "Sigmoid"])
  func `what is no linear function is only named`(operator op: String) throws {
    let output = try Self.gemm { $0.node(op, ["g"], "y") }
    #expect(output.affineTail == nil && !output.floatsAreCodes)
    #expect(output.cutTail == "Add of the bias -> \(op) -> y")
  }

  @Test func `scales of a QDQ product are a tail, unless its bias was rounded`() throws {
    for bias in [nil, Float(0.01)] {
      var builder = ONNXModelBuilder(input: [1, 2])
      builder.requantized("x", "in", 0.5, 3)
      builder.codes("w", [2, 3], [1, 2, 3, 4, 5, 6])
      builder.quantization("w", 0.25, 0)
      builder.node("DequantizeLinear", ["w", "w_scale", "w_zero"], "weights")
      builder.constant("bias", [3], [bias ?? 0, 0, 0])
      builder.node("Gemm", ["in", "weights"] + (bias == nil ? [] : ["bias"]), "y")
      let network = try #require(try builder.quantized().network)
      let expected = AffineTail(scales: [0.125], offsets: [0], offsetMagnitudes: [0], operators: 1)
      #expect(network.outputs.map(\.affineTail) == [bias == nil ? expected : nil])
    }
  }
}
