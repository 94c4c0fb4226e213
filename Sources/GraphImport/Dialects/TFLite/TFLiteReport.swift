import NetworkIR

extension OperatorReport {
  /// What can be said about a TFLite operator without lowering it; `uses` counts the nodes that read each tensor.
  init(_ node: GraphNode, in graph: Graph, uses: [String: Int], problems: [Diagnostic], place: Place) {
    let operands = node.inputs.compactMap { graph.tensors[$0] }
    // Shapes and axes are constants too, but no parameters: these are quantized, or floats.
    let parameters = operands.filter { tensor in
      tensor.data != nil && uses[tensor.name] == 1 && (tensor.quantization != nil || tensor.type == .float32)
    }
    self.init(
      node: node.name, op: node.op, outputDimensions: node.outputs.first.flatMap { graph.tensors[$0]?.dimensions },
      macs: Self.macs(node, in: graph), parameters: parameters.reduce(0) { $0 + (Self.elements($1) ?? 0) },
      problems: problems, place: place)
  }

  /// Multiply-accumulate operations from dimensions alone, so that they are known for refused operators too.
  private static func macs(_ node: GraphNode, in graph: Graph) -> Int? {
    let operands = node.inputs.map { graph.tensors[$0] }
    guard operands.count > 1, let output = node.outputs.first.flatMap({ graph.tensors[$0] }),
      let results = elements(output), let weights = operands[1]?.dimensions, elements(operands[1]) != nil
    else { return nil }
    switch (node.op, weights.count) {
    case ("CONV_2D", 4): return results * weights[1] * weights[2] * weights[3]
    case ("DEPTHWISE_CONV_2D", 4): return results * weights[1] * weights[2]
    case ("FULLY_CONNECTED", 2): return results * weights[1]
    case ("TRANSPOSE_CONV", 4):
      guard operands.count > 2, let inputs = elements(operands[2]) else { return nil }
      return inputs * weights[0] * weights[1] * weights[2]
    default: return nil
    }
  }

  /// Elements of a tensor of fixed size within the limit; products of two such numbers cannot overflow.
  private static func elements(_ tensor: GraphTensor?) -> Int? {
    guard let dimensions = tensor?.dimensions, dimensions.allSatisfy({ $0 >= 1 }) else { return nil }
    let product = dimensions.reduce(1, *)
    return product <= NetworkLimit.mostElements ? product : nil
  }
}
