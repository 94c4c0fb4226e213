import NetworkIR

/// The kinds of layers that random networks are made of.
enum LayerKind: String, CaseIterable {
  case dense, pointwise, grouped, depthwise, multiplied, connected, raw
  case addition, multiplication, greater, lesser, pairwise, rescale, lookup, channelLookup
  case maximum, average, floatAverage, sum, tableSoftmax, argument, product, rowMove, move, shuffle
}

/// Builds networks layer by layer with random shapes, types, weights and requantization rules.
struct RandomNetwork {
  private(set) var network: Network
  /// Whether codes have 8 bits from the first layer on, and weights int8 without zero points.
  let isBytewise: Bool
  var random: SeededGenerator

  init(seed: Int, shape: Shape, kinds: [LayerKind], type: ElementType? = nil, isBytewise: Bool = false) {
    self.isBytewise = isBytewise
    random = SeededGenerator(seed: seed)
    network = Network(name: "random", tensors: [], layers: [], inputs: [], outputs: [])
    let type = type ?? random.choice([ElementType.int8, .uint8])
    _ = addTensor(shape, type, values: type.range)
    network.inputs = [Boundary(tensor: 0, scale: 0.5, zeroPoint: 1)]
    for kind in kinds { append(kind) }
    network.outputs = [Boundary(tensor: network.tensors.count - 1)]
  }

  /// Codes for one run.
  mutating func sample() -> [[Int]] {
    network.inputs.map { boundary in
      let tensor = network[boundary.tensor]
      return (0..<tensor.shape.elements).map { _ in random.number(tensor.values) }
    }
  }

  private mutating func addTensor(_ shape: Shape, _ type: ElementType, values: ClosedRange<Int>) -> TensorID {
    let name = "t\(network.tensors.count)"
    let origin = TensorOrigin(
      dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel])
    network.tensors.append(Tensor(name: name, shape: shape, type: type, values: values, origin: origin))
    return network.tensors.count - 1
  }

  mutating func append(
    _ operation: Operation, _ kind: LayerKind, inputs: [Operand], shape: Shape, type: ElementType,
    values: ClosedRange<Int>
  ) {
    let output = addTensor(shape, type, values: values)
    let name = "\(kind.rawValue)_\(network.layers.count)"
    network.layers.append(Layer(name: name, source: name, operation: operation, inputs: inputs, output: output))
  }

  private mutating func append(_ kind: LayerKind) {
    switch kind {
    case .dense, .pointwise, .grouped, .depthwise, .multiplied, .connected, .raw: appendConvolution(kind)
    case .addition: appendAddition()
    case .multiplication: appendMultiplication()
    case .greater, .lesser: appendExtremum(kind)
    case .pairwise: appendPairwise()
    case .rescale: appendRescale()
    case .lookup, .channelLookup: appendLookup(kind)
    case .maximum, .average, .floatAverage, .sum: appendPooling(kind)
    case .tableSoftmax: appendSoftmax()
    case .argument: appendArgument()
    case .product: appendProduct()
    case .rowMove: appendRowMovement()
    case .move: appendMovement()
    case .shuffle: appendShuffle()
    }
  }

  /// The last tensor of at most some bits, as its producer writes it.
  func latest(bits: Int = 16) -> Operand {
    let id = network.tensors.lastIndex { $0.type.bits <= bits } ?? 0
    return Operand(tensor: id, shape: network[id].shape)
  }

  /// The last tensor of a byte or two, which can be seen in any shape.
  func latestBytes() -> Operand {
    let id = network.tensors.lastIndex { (8...16).contains($0.type.bits) } ?? 0
    return Operand(tensor: id, shape: network[id].shape)
  }

  /// The last tensor of at most 8 bits, and another one of its shape and at most 8 bits where there is one, else itself.
  mutating func pair() -> (first: Operand, second: Operand) {
    let first = latest(bits: 8)
    let others = network.tensors.indices.filter {
      $0 != first.tensor && network[$0].shape == first.shape && network[$0].type.bits <= 8
    }
    let second = others.isEmpty ? first.tensor : random.choice(others)
    return (first, Operand(tensor: second, shape: first.shape))
  }

  /// Any type of activations that are passed on.
  mutating func anyType() -> ElementType {
    if isBytewise { return random.choice([.int8, .uint8]) }
    return random.choice([.int8, .uint8, .int8, .uint8, .int4, .uint4, .int2, .uint2, .int16, .uint16])
  }
}
