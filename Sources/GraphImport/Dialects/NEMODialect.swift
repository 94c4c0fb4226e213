import NetworkIR

/// The integer ONNX that NEMO exports ("integer deployable"): float tensors that hold integers.
enum NEMODialect {
  /// Lowers a graph to integers, or says everything that is wrong with it.
  ///
  /// - Parameters:
  ///   - graph: any ONNX graph.
  ///   - name: what the network shall be called.
  /// - Returns: the network, or none and the problems; a report of every node either way.
  static func lower(_ graph: Graph, name: String) -> LoweringResult {
    var lowering = NEMOLowering(graph)
    return lowering.lower(name: name, dialectProblem: dialectProblem(graph))
  }

  /// Whether the graph has the marks of this dialect: integer weights, and no operator or attribute of another one.
  static func recognises(_ graph: Graph) -> Bool { dialectProblem(graph) == nil }

  private static func dialectProblem(_ graph: Graph) -> NEMOProblem? {
    if let other = otherDialect(graph) { return .otherDialect(name: other) }
    var weights = 0
    var integer = 0
    for node in graph.nodes where ["Conv", "Gemm", "MatMul"].contains(node.op) {
      guard let name = node.input(1), let tensor = graph.tensors[name], tensor.data != nil else { continue }
      weights += 1
      if holdsIntegers(tensor) { integer += 1 }
    }
    return weights > 0 && integer == 0 ? .floatNetwork(weights: weights, integer: integer) : nil
  }

  /// Judged by the first elements: float weights have a fraction among them almost surely.
  private static func holdsIntegers(_ tensor: GraphTensor) -> Bool {
    var sample = tensor
    let count = min(tensor.elements, 1024)
    sample.dimensions = [count]
    return (try? sample.integers(in: NEMOLowering.exactFloats)) != nil
  }

  /// The name of a dialect that is known by its operators or attributes, and is not this one.
  private static func otherDialect(_ graph: Graph) -> String? {
    let operators = Set(graph.nodes.map { $0.op.split(separator: ".").last.map(String.init) ?? $0.op })
    if operators.contains("RequantShift") { return "RequantShift (Quantlab, Deeploy)" }
    if operators.contains(where: { $0.hasPrefix("QLinear") || $0 == "ConvInteger" || $0 == "QGemm" }) {
      return "QOperator"
    }
    if operators.contains("QuantizeLinear") || operators.contains("DequantizeLinear") { return "QDQ" }
    if !operators.isDisjoint(with: ["Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold"]) { return "QONNX" }
    let marks: Set<String> = ["weight_bits", "mult_bits", "out_bits", "in1_mul", "in1_rq"]
    if graph.nodes.contains(where: { !marks.isDisjoint(with: $0.attributes.keys) }) {
      return "Quantlab (custom attributes)"
    }
    return nil
  }
}
