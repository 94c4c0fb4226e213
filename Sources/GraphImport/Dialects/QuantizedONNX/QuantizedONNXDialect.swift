import NetworkIR

/// Networks quantized for ONNX Runtime: QLinear operators on codes (QOperator), or float operators between
/// DequantizeLinear and QuantizeLinear (QDQ).
///
/// One lowering reads both, since islands of the one occur in the other: only the flow of data counts.
enum QuantizedONNXDialect {
  /// Lowers a graph to integers, or says everything that stands in the way.
  ///
  /// - Parameters:
  ///   - graph: any ONNX graph.
  ///   - name: what the network shall be called.
  ///   - dialect: as what the file was recognised; both are read alike.
  /// - Returns: the network, or none and the problems; a report of every node either way.
  static func lower(_ graph: Graph, name: String, dialect: Dialect) -> LoweringResult {
    var lowering = QuantizedLowering(graph)
    return lowering.lower(name: name)
  }
}
