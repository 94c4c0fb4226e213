import NetworkIR
import SwiftProtobuf

@testable import GraphImport

/// Models of every dialect, and one for each operator of the quantized ones.
enum ONNXSeeds {
  static var models: [(name: String, builder: ONNXModelBuilder)] {
    [
      ("nemo", nemo), ("quantlab", quantlab), ("requantshift", requantShift), ("qoperator", qoperator),
      ("qonnx", qonnx), ("shapes", shapes),
    ] + islands
  }

  /// A Conv, a requantization, a residual, a MaxPool and a MatMul.
  private static var nemo: ONNXModelBuilder {
    var builder = ONNXModelBuilder(outputs: ["p"])
    builder.constant("w", [2, 2, 3, 3], (0..<36).map { Float($0 % 7 - 3) })
    builder.node("Conv", ["x", "w"], "acc", ["pads": .ints([1, 1, 1, 1]), "kernel_shape": .ints([3, 3])])
    builder.constant("k", [1, 2, 1, 1], [2, 3])
    builder.constant("l", [1, 2, 1, 1], [10, -10])
    builder.constant("d", [], integers: [64])
    builder.node("Mul", ["k", "acc"], "m1")
    builder.node("Add", ["m1", "l"], "m2")
    builder.node("Cast", ["m2"], "m3", ["to": .int(7)])
    builder.node("Div", ["m3", "d"], "m4")
    builder.node("Cast", ["m4"], "m5", ["to": .int(1)])
    builder.node("Clip", ["m5"], "c", ["min": .float(0), "max": .float(255)])
    builder.node("Add", ["c", "x"], "s")
    builder.constant("e", [], [2])
    builder.node("Div", ["s", "e"], "q")
    builder.node("Floor", ["q"], "f")
    builder.node("MaxPool", ["f"], "m", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    builder.node("Flatten", ["m"], "v")
    builder.constant("g", [8, 3], (0..<24).map { Float($0 - 12) })
    builder.node("MatMul", ["v", "g"], "y")
    builder.node("Softmax", ["y"], "p")
    return builder
  }

  private static var quantlab: ONNXModelBuilder {
    var builder = ONNXModelBuilder(input: [1, 2, 4, 4])
    builder.constant("w", [2, 1, 3, 3], (0..<18).map { Float($0 % 3 - 1) })
    builder.node("Conv", ["x", "w"], "a", ["group": .int(2), "weight_bits": .int(2), "pads": .ints([1, 1, 1, 1])])
    for (name, value) in [("m", 3), ("o", 5), ("d", 8)] { builder.constant(name, [], [Float(value)]) }
    builder.node("Mul", ["a", "m"], "1", ["mult_bits": .int(32)])
    builder.node("Add", ["1", "o"], "2")
    builder.node("Div", ["2", "d"], "3")
    builder.node("Floor", ["3"], "4")
    builder.node("Clip", ["4"], "5", ["min": .float(0), "max": .float(15), "out_bits": .int(4)])
    builder.node("AveragePool", ["5"], "6", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    builder.node("Floor", ["6"], "7")
    builder.node("Concat", ["7", "7"], "y", ["axis": .int(1)])
    return builder
  }

  private static var requantShift: ONNXModelBuilder {
    let shift: [String: GraphAttribute] = ["div": .float(8), "n_levels": .float(256), "signed": .float(1)]
    var builder = ONNXModelBuilder(input: [1, 3, 4, 4])
    builder.constant("w", [2, 3, 1, 1], [1, 2, 3, -4, 5, -6])
    builder.node("Conv", ["x", "w"], "a")
    builder.constant("m", [2, 1, 1], [1, -2])
    builder.constant("o", [2, 1, 1], [0, 5])
    builder.node("RequantShift", ["a", "m", "o"], "b", shift)
    builder.node("iHardswish", ["b"], "h", ["three": .float(12), "six": .float(24), "one_over_six": .float(3)])
    builder.constant("n", [], [3])
    builder.node("RequantShift", ["h", "n", "n"], "i", shift)
    var sum: [String: GraphAttribute] = [:]
    for part in ["rqs1", "rqs2", "rqsOut"] {
      for (name, value) in [("mul", 2), ("add", 1), ("div", 4), ("n_levels", 256), ("signed", 1)] {
        sum["\(part)_\(name)"] = .float(Float(value))
      }
    }
    builder.node("RequantizedAdd", ["i", "b"], "y", sum)
    return builder
  }

  private static var qoperator: ONNXModelBuilder {
    var builder = ONNXModelBuilder(input: [1, 2, 4, 4])
    builder.model.graph.input[0].type.tensorType.elemType = 3
    for name in ["x", "a", "b", "c"] { builder.quantization(name, 0.05, 3) }
    builder.codes("w", [2, 2, 1, 1], [1, -2, 3, -4])
    builder.quantization("w", 0.02, 0)
    func parameters(_ name: String) -> [String] { ["\(name)_scale", "\(name)_zero"] }
    builder.node("QLinearConv", ["x"] + parameters("x") + ["w"] + parameters("w") + parameters("a"), "a")
    builder.node("QLinearAdd", ["a"] + parameters("a") + ["x"] + parameters("x") + parameters("b"), "b")
    builder.node("QLinearGlobalAveragePool", ["b"] + parameters("b") + parameters("c"), "g")
    builder.node("QLinearSigmoid", ["g"] + parameters("c") + parameters("c"), "s")
    builder.node("Flatten", ["s"], "f")
    builder.codes("v", [2, 3], [1, 2, 3, 4, 5, 6])
    builder.node("QLinearMatMul", ["f"] + parameters("c") + ["v"] + parameters("w") + parameters("c"), "y")
    for index in [1, 2] { builder.model.graph.node[index].domain = "com.microsoft" }
    return builder
  }

  private static var qonnx: ONNXModelBuilder {
    var builder = ONNXModelBuilder(input: [1, 1, 2, 4])
    let attributes: [String: GraphAttribute] = ["signed": .int(1), "narrow": .int(0)]
    for (name, value) in [("s", 0.5), ("z", 0), ("b", 8), ("e", 2)] { builder.constant(name, [], [Float(value)]) }
    builder.node("Quant", ["x", "s", "z", "b"], "q", attributes)
    builder.constant("w", [2, 1, 1, 1], [0.5, -0.25])
    builder.constant("t", [2, 1, 1, 1], [0.25, 0.125])
    builder.node("Quant", ["w", "t", "z", "b"], "v", attributes)
    builder.node("Conv", ["q", "v"], "c")
    for (name, values) in [("g", [-4, 2]), ("h", [1, -3]), ("m", [0.5, 0]), ("n", [4, 1])] {
      builder.constant(name, [2], values.map { Float($0) })
    }
    builder.node("BatchNormalization", ["c", "g", "h", "m", "n"], "o", ["epsilon": .float(0)])
    builder.node("Relu", ["o"], "r")
    builder.node("Quant", ["r", "e", "z", "b"], "u", attributes)
    builder.node("MaxPool", ["u"], "y", ["kernel_shape": .ints([1, 2]), "strides": .ints([1, 2])])
    return builder
  }

  /// Shapes that the graph computes.
  private static var shapes: ONNXModelBuilder {
    ONNXModelBuilder.island { builder in
      builder.node("Shape", ["in"], "1")
      builder.constant("i", [], integers: [1])
      builder.node("Gather", ["1", "i"], "2", ["axis": .int(0)])
      builder.constant("a", [1], integers: [0])
      builder.node("Unsqueeze", ["2", "a"], "3")
      builder.constant("n", [1], integers: [-1])
      builder.constant("o", [1], integers: [1])
      builder.node("Concat", ["o", "3", "n"], "4", ["axis": .int(0)])
      builder.node("Reshape", ["in", "4"], "out")
    }
  }

  /// Each operator between a DequantizeLinear and a QuantizeLinear: of one operand, of two, with weights, with sizes.
  private static var islands: [(name: String, builder: ONNXModelBuilder)] {
    let window: [String: GraphAttribute] = ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]
    let weighted = ["Conv", "ConvTranspose", "Gemm", "MatMul"]
    let sized = [
      "Reshape": [1, 2, 16], "Tile": [1, 1, 2, 1], "Expand": [1, 2, 4, 4], "Pad": [0, 0, 1, 1, 0, 0, 1, 1],
      "Squeeze": [0], "Unsqueeze": [0], "Gather": [0, 1], "Split": [1, 1], "ReduceMean": [2, 3],
    ]
    return ONNXWords.operators.map { op in
      let builder = ONNXModelBuilder.island { builder in
        if weighted.contains(op) {
          builder.codes(
            "w_codes", op == "Conv" || op == "ConvTranspose" ? [2, 2, 2, 2] : [4, 4], (0..<16).map { $0 - 8 })
          builder.quantization("w", 0.02, 0)
          builder.node("DequantizeLinear", ["w_codes", "w_scale", "w_zero"], "w")
          builder.node(op, ["in", "w"], "out")
        } else if let sizes = sized[op] {
          builder.constant("sizes", [Int64(sizes.count)], integers: sizes.map { Int64($0) })
          builder.node(op, ["in", "sizes"], "out")
        } else if ["Add", "Sub", "Mul", "Div", "Max", "Min", "Concat", "PRelu", "Pow"].contains(op) {
          builder.node(op, ["in", "in"], "out", op == "Concat" ? ["axis": .int(1)] : [:])
        } else if op == "Resize" {
          builder.constant("scales", [4], [1, 1, 2, 2])
          builder.node(op, ["in", "", "scales"], "out", ["mode": .string("nearest")])
        } else if op == "Slice" {
          for (name, value) in [("begin", 1), ("end", 3), ("axes", 2)] {
            builder.constant(name, [1], integers: [Int64(value)])
          }
          builder.node(op, ["in", "begin", "end", "axes"], "out")
        } else {
          let attributes: [String: GraphAttribute] =
            op.hasSuffix("Pool") ? window : op == "Transpose" ? ["perm": .ints([0, 2, 3, 1])] : [:]
          builder.node(op, ["in"], "out", attributes)
        }
      }
      return (op, builder)
    }
  }
}
