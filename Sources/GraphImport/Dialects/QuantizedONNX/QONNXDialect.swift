import NetworkIR

/// QONNX, as Brevitas and FINN write it: float operators with quantizers on weights and activations.
enum QONNXDialect {
  /// Lowers a graph to integers, or says everything that stands in the way.
  ///
  /// The numbers between two quantizers are computed exactly, so that a float32 runtime may differ by one code where a
  /// number lies within its rounding errors of the border between two codes.
  ///
  /// - Parameters:
  ///   - graph: any ONNX graph.
  ///   - name: what the network shall be called.
  /// - Returns: the network, or none and the problems; a report of every node either way.
  static func lower(_ graph: Graph, name: String) -> LoweringResult {
    var lowering = QONNXLowering(graph)
    return lowering.lower(name: name)
  }
}
