import NetworkIR

/// ONNX graphs whose float tensors hold integers: NEMO's "integer deployable" export, Quantlab's as DORY reads it, and
/// Quantlab's with RequantShift nodes as Deeploy reads it.
enum IntegerONNXDialect {
  /// Lowers a graph to integers, or says everything that is wrong with it.
  ///
  /// - Parameters:
  ///   - graph: any ONNX graph.
  ///   - name: what the network shall be called.
  ///   - dialect: which of the three; it decides about the widths of activations and the reading of attributes.
  ///   - profile: `onnxInt` or `dory`.
  ///   - inputType: of inputs whose type the file leaves open, writing them as floats; nil: uint8.
  /// - Returns: the network, or none and the problems; a report of every node either way.
  static func lower(
    _ graph: Graph, name: String, dialect: Dialect, profile: ReferenceProfile, inputType: ElementType? = nil
  ) -> LoweringResult {
    if let problem = dialectProblem(graph) {
      var lowering = IntegerONNXLowering(graph, dialect: dialect, profile: profile, inputType: inputType)
      return lowering.refuse(problem)
    }
    var refused: Set<Int> = []
    while true {
      var lowering = IntegerONNXLowering(
        graph, dialect: dialect, profile: profile, inputType: inputType, refused: refused)
      let result = lowering.lower(name: name)
      // Movements at the end that no layer can do are cut off like floats; each round cuts one more, or is the last.
      let movements = lowering.tail.lastMovements.filter { !(lowering.reports[$0]?.problems.isEmpty ?? true) }
      if movements.isEmpty { return result }
      refused.formUnion(movements)
    }
  }

  /// What is wrong where all tensors of weights hold floats; a few numbers that are no integers are said one by one.
  private static func dialectProblem(_ graph: Graph) -> IntegerONNXProblem? {
    var weights = 0
    for node in graph.nodes where ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.op) {
      guard let name = node.input(1), let tensor = graph.tensors[name], tensor.data != nil else { continue }
      guard holdsFractions(tensor) else { return nil }
      weights += 1
    }
    return weights > 0 ? .floatNetwork(weights: weights) : nil
  }

  /// Judged by the first elements: nearly all float weights have a fraction.
  private static func holdsFractions(_ tensor: GraphTensor) -> Bool {
    var sample = tensor
    sample.dimensions = [min(tensor.elements, 1024)]
    let numbers = (sample.numbers ?? []).filter { $0 != 0 && $0.isFinite }
    return 2 * numbers.count { $0 != $0.rounded() } > numbers.count
  }
}
