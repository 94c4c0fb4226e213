import NetworkIR

/// TensorFlow Lite's int8 quantization, as the reference kernels of TensorFlow Lite for Microcontrollers compute it.
enum TFLiteDialect {
  /// Lowers a graph to integers, or says everything that stands in the way.
  static func lower(_ graph: Graph, name: String) -> LoweringResult {
    var lowering = TFLiteLowering(graph)
    lowering.run()
    let refused = !lowering.problems.isEmpty
    return LoweringResult(
      network: refused ? nil : lowering.builder.network(named: name), operators: lowering.reports,
      problems: lowering.problems, notes: lowering.borders.notes)
  }
}

/// A lowered operator before it is placed in the network.
struct TFLiteLayer {
  var operation: Operation
  /// `conv`, `fc`, ...: the first part of the layer's name.
  var kind: String
  /// Tensors of the graph, each with the shape the layer reads it in.
  var inputs: [(name: String, shape: Shape)]
  var output: TFLiteActivation
  /// Codes that can occur in the output.
  var values: ClosedRange<Int>
}
