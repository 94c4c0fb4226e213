import NetworkIR

/// TensorFlow Lite's integer quantization, as the reference kernels of TensorFlow Lite for Microcontrollers compute it,
/// or as XNNPACK does.
enum TFLiteDialect {
  /// Lowers a graph to integers, or says everything that stands in the way.
  static func lower(_ graph: Graph, name: String, profile: ReferenceProfile = .tflm) -> LoweringResult {
    var lowering = TFLiteLowering(graph, profile: profile)
    lowering.run()
    let refused = !lowering.problems.isEmpty
    return LoweringResult(
      network: refused ? nil : lowering.builder.network(named: name), operators: lowering.reports,
      problems: lowering.problems, notes: lowering.notes)
  }
}

/// What an operator becomes in the network, in order; an operator may emit several of these.
enum TFLiteEmission {
  case layer(TFLiteLayer)
  /// The output is the tensor of an activation that exists already, perhaps in another shape.
  case view(of: String, as: TFLiteActivation)
}

/// A lowered layer before it is placed in the network.
struct TFLiteLayer {
  var operation: Operation
  /// `conv`, `fc`, ...: the first part of the layer's name.
  var kind: String
  /// Tensors of the graph, or intermediate ones that the operator emitted before, each in the shape that the layer reads.
  var inputs: [(name: String, shape: Shape)]
  /// A tensor of the graph, or an intermediate one: see `TFLiteOperator.intermediate`.
  var output: TFLiteActivation
  /// The view in which the layer writes the output; nil: `output.shape`. Elements lie in the same order in both.
  var outputShape: Shape?
  /// Codes that can occur in the output.
  var values: ClosedRange<Int>

  init(
    operation: Operation, kind: String, inputs: [(name: String, shape: Shape)], output: TFLiteActivation,
    outputShape: Shape? = nil, values: ClosedRange<Int>
  ) {
    self.operation = operation
    self.kind = kind
    self.inputs = inputs
    self.output = output
    self.outputShape = outputShape
    self.values = values
  }
}
