import NetworkIR

/// One operator under examination: checked access to its operands, and what was found wrong with it.
///
/// Every accessor returns nil after it recorded a problem, so that an operator's checks can go on past the first.
struct TFLiteOperator {
  let graph: Graph
  /// nil while the borders of the network are examined.
  let node: GraphNode?
  /// Codes that can occur in each input; all of int8 where nothing better is known.
  var inputValues: [ClosedRange<Int>] = []
  private(set) var problems: [Diagnostic] = []

  init(graph: Graph, node: GraphNode?) {
    self.graph = graph
    self.node = node
  }

  /// Records that a limit is not met.
  mutating func refuse(_ limit: TFLiteLimit, _ message: String) {
    let problem = limit.diagnostic(message, node: node)
    if !problems.contains(problem) { problems.append(problem) }
  }

  /// The name of an input; nil where it is left out.
  func inputName(_ position: Int) -> String? {
    guard let node, position < node.inputs.count, !node.inputs[position].isEmpty else { return nil }
    return node.inputs[position]
  }

  /// Codes that can occur in an input.
  func values(_ position: Int) -> ClosedRange<Int> {
    position < inputValues.count ? inputValues[position] : ElementType.int8.range
  }

  /// An activation that the operator reads.
  mutating func input(_ position: Int = 0) -> TFLiteActivation? {
    guard let name = inputName(position) else {
      refuse(.operands, "input \(position) is missing; the operator has \(node?.inputs.count ?? 0) inputs")
      return nil
    }
    guard graph.tensors[name]?.data == nil else {
      refuse(.noConstantOperand, "input \(position), '\(name)', is a constant, but an activation is needed")
      return nil
    }
    return activation(name)
  }

  /// The activation that the operator writes.
  mutating func output() -> TFLiteActivation? {
    guard let node, node.outputs.count == 1, !node.outputs[0].isEmpty else {
      refuse(.operands, "the operator has \(node?.outputs.count ?? 0) outputs, but 1 is needed")
      return nil
    }
    return activation(node.outputs[0])
  }

  /// A quantized int8 tensor of known size.
  mutating func activation(_ name: String) -> TFLiteActivation? {
    guard let tensor = graph.tensors[name] else {
      refuse(.operands, "tensor '\(name)' is read, but the file does not define it")
      return nil
    }
    let dimensions = fixedDimensions(tensor)
    guard tensor.type == .int8 else {
      refuse(.elementType, "tensor '\(name)' is \(tensor.type.rawValue), but int8 is needed")
      return nil
    }
    guard let quantization = perTensorQuantization(tensor), let dimensions else { return nil }
    return TFLiteActivation(
      name: name, index: tensor.index, dimensions: dimensions, scale: quantization.scale,
      zeroPoint: quantization.zeroPoint)
  }

  /// The dimensions, each at least 1.
  private mutating func fixedDimensions(_ tensor: GraphTensor) -> [Int]? {
    guard let dimensions = tensor.dimensions else {
      refuse(.knownShape, "tensor '\(tensor.name)' has no dimensions")
      return nil
    }
    guard dimensions.allSatisfy({ $0 >= 1 }) else {
      refuse(.knownShape, "tensor '\(tensor.name)' has dimensions \(dimensions), but each must be at least 1")
      return nil
    }
    let elements = dimensions.reduce(1, *)
    guard elements <= NetworkLimit.mostElements else {
      refuse(.size, "tensor '\(tensor.name)' has \(elements) elements, above \(NetworkLimit.mostElements)")
      return nil
    }
    return dimensions
  }

  private mutating func perTensorQuantization(_ tensor: GraphTensor) -> (scale: Float, zeroPoint: Int)? {
    guard let quantization = tensor.quantization, let scale = quantization.scales.first else {
      refuse(.quantized, "tensor '\(tensor.name)' has 0 scales, but 1 is needed")
      return nil
    }
    guard quantization.scales.count == 1, quantization.zeroPoints.count <= 1 else {
      let counts = "\(quantization.scales.count) scales and \(quantization.zeroPoints.count) zero points"
      refuse(.perTensor, "tensor '\(tensor.name)' has \(counts), but 1 of each is needed")
      return nil
    }
    let zeroPoint = quantization.zeroPoints.first ?? 0
    guard scale > 0, scale.isFinite, ElementType.int8.range.contains(zeroPoint) else {
      refuse(.quantizationRange, "tensor '\(tensor.name)' has scale \(scale) and zero point \(zeroPoint)")
      return nil
    }
    return (scale, zeroPoint)
  }

  /// The activation as rows, columns and channels; the batch, where there is one, must be 1.
  mutating func layout(of activation: TFLiteActivation) -> TFLiteLayout? {
    let dimensions = activation.dimensions
    guard dimensions.count <= 4 else {
      refuse(.rank, "tensor '\(activation.name)' has \(dimensions.count) dimensions, but at most 4 are supported")
      return nil
    }
    guard dimensions.count < 2 || dimensions[0] == 1 else {
      refuse(.batch, "tensor '\(activation.name)' has batch \(dimensions[0]), but 1 is needed")
      return nil
    }
    return TFLiteLayout(dimensions: dimensions)
  }

  /// The shape of an activation; see `layout(of:)`.
  mutating func shape(of activation: TFLiteActivation?) -> Shape? {
    guard let activation else { return nil }
    return layout(of: activation)?.shape
  }
}

/// A quantized int8 activation: real = scale * (code - zeroPoint).
struct TFLiteActivation {
  var name: String
  /// The file's number for it.
  var index: Int?
  /// Each at least 1.
  var dimensions: [Int]
  /// Positive and finite.
  var scale: Float
  /// Inside int8.
  var zeroPoint: Int

  var elements: Int { dimensions.reduce(1, *) }
}

/// What each dimension of a TFLite activation of up to four dimensions means: NHWC.
struct TFLiteLayout {
  var shape: Shape
  var axes: [TensorOrigin.Axis]

  /// - Parameter dimensions: at most 4, the first of several being a batch of 1.
  init(dimensions: [Int]) {
    let channels = dimensions.last ?? 1
    switch dimensions.count {
    case 4:
      shape = Shape(height: dimensions[1], width: dimensions[2], channels: channels)
      axes = [.batch, .height, .width, .channel]
    case 3:
      shape = Shape(height: dimensions[1], width: 1, channels: channels)
      axes = [.batch, .height, .channel]
    default:
      shape = Shape(height: 1, width: 1, channels: channels)
      axes = [TensorOrigin.Axis.batch, .channel].suffix(dimensions.count)
    }
  }
}
