import NetworkIR

/// One operator under examination: checked access to its operands, what it becomes, and what was found wrong with it.
///
/// Every accessor returns nil after it recorded a problem, so that an operator's checks can go on past the first.
struct TFLiteOperator {
  let graph: Graph
  /// nil while the borders of the network are examined.
  let node: GraphNode?
  let profile: ReferenceProfile
  /// Codes that can occur in each input; nil where nothing better than its type is known.
  var inputValues: [ClosedRange<Int>?] = []
  private(set) var problems: [Diagnostic] = []
  /// Whether the arithmetic of the profile is modelled for the types at hand.
  var isModelled = true
  /// What the operator becomes, as far as it was lowered.
  private(set) var emissions: [TFLiteEmission] = []

  init(graph: Graph, node: GraphNode?, profile: ReferenceProfile) {
    self.graph = graph
    self.node = node
    self.profile = profile
  }

  /// Adds a layer, or a view, to what the operator becomes.
  mutating func emit(_ emission: TFLiteEmission) { emissions.append(emission) }

  /// Adds a layer to what the operator becomes; nil where a problem was recorded instead.
  mutating func emit(_ layer: TFLiteLayer?) {
    if let layer { emit(.layer(layer)) }
  }

  /// An activation between two layers of the operator, that the file knows nothing of; `purpose` tells several apart.
  func intermediate(_ purpose: String, like activation: TFLiteActivation, dimensions: [Int]) -> TFLiteActivation {
    var result = activation
    result.name = "\(activation.name) \(purpose)"
    while graph.tensors[result.name] != nil { result.name += "'" }
    result.index = nil
    result.dimensions = dimensions
    return result
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
  func values(_ position: Int, of activation: TFLiteActivation) -> ClosedRange<Int> {
    (inputValues.indices.contains(position) ? inputValues[position] : nil) ?? activation.type.range
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

  /// An activation that the operator writes, one of `count`.
  mutating func output(_ position: Int = 0, of count: Int = 1) -> TFLiteActivation? {
    guard let node, node.outputs.count == count, node.outputs.indices.contains(position),
      !node.outputs[position].isEmpty
    else {
      refuse(.operands, "the operator has \(node?.outputs.count ?? 0) outputs, but \(count) is needed")
      return nil
    }
    return activation(node.outputs[position])
  }

  /// A quantized tensor of known size.
  mutating func activation(_ name: String) -> TFLiteActivation? {
    guard let tensor = graph.tensors[name] else {
      refuse(.operands, "tensor '\(name)' is read, but the file does not define it")
      return nil
    }
    let dimensions = fixedDimensions(tensor)
    guard let type = TFLiteActivation.elementType(tensor.type) else {
      refuse(.elementType, "tensor '\(name)' is \(tensor.type.rawValue), but int8, uint8 or int16 is needed")
      return nil
    }
    guard let quantization = perTensorQuantization(tensor, type), let dimensions else { return nil }
    return TFLiteActivation(
      name: name, index: tensor.index, dimensions: dimensions, type: type, scale: quantization.scale,
      zeroPoint: quantization.zeroPoint)
  }

  /// The dimensions, each at least 1.
  mutating func fixedDimensions(_ tensor: GraphTensor) -> [Int]? {
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

  private mutating func perTensorQuantization(
    _ tensor: GraphTensor, _ type: ElementType
  ) -> (scale: Float, zeroPoint: Int)? {
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
    // Kernels on 16 bits do not look at the zero point.
    let zeroPoints = type == .int16 ? 0...0 : type.range
    guard scale > 0, scale.isFinite, zeroPoints.contains(zeroPoint) else {
      refuse(.quantizationRange, "tensor '\(tensor.name)' has scale \(scale) and zero point \(zeroPoint)")
      return nil
    }
    return (scale, zeroPoint)
  }

  /// An activation as rows, columns and channels, for operators whose windows move over a map.
  mutating func map(_ activation: TFLiteActivation?) -> Shape? {
    guard let activation else { return nil }
    let dimensions = activation.dimensions
    guard dimensions.count == 4 else {
      refuse(.rank, "tensor '\(activation.name)' has \(dimensions.count) dimensions, but 4 are needed")
      return nil
    }
    guard dimensions[0] == 1 else {
      refuse(.batch, "tensor '\(activation.name)' has batch \(dimensions[0]), but 1 is needed")
      return nil
    }
    return activation.shape
  }
}

/// A quantized activation: real = scale * (code - zeroPoint). Elements lie in the order of the dimensions, last fastest.
struct TFLiteActivation {
  var name: String
  /// The file's number for it.
  var index: Int?
  /// Each at least 1.
  var dimensions: [Int]
  /// int8, uint8 or int16; int32 of indices.
  var type: ElementType
  /// Positive and finite.
  var scale: Float
  /// Inside the type's range.
  var zeroPoint: Int

  var elements: Int { dimensions.reduce(1, *) }

  /// As rows, columns and channels: the last dimension is the channels, of four or more the one before it the columns,
  /// and all others together the rows.
  var shape: Shape {
    let channels = dimensions.last ?? 1
    let columns = dimensions.count >= 4 ? dimensions[dimensions.count - 2] : 1
    return Shape(height: elements / (channels * columns), width: columns, channels: channels)
  }

  /// The tensor's place in the file; a leading dimension of 1 counts as the batch where there are others.
  var origin: TensorOrigin {
    var strides: [Int] = []
    var stride = 1
    for dimension in dimensions.reversed() {
      strides.append(stride)
      stride *= dimension
    }
    strides.reverse()
    if dimensions.count > 1, dimensions[0] == 1 { strides[0] = 0 }
    return TensorOrigin(index: index, dimensions: dimensions, strides: strides)
  }

  /// The type of quantized codes; nil for every other type.
  static func elementType(_ type: GraphTensor.ScalarType) -> ElementType? {
    switch type {
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    default: nil
    }
  }
}
