import NetworkIR

/// The state of one lowering.
struct TFLiteLowering {
  let graph: Graph
  let borders: TFLiteBorders
  var builder = NetworkBuilder()
  /// Tensors of the graph that are tensors of the network, or views of one.
  private var bindings: [String: TensorID] = [:]
  private let producers: [String: Int]
  private var nodeProblems: [[Diagnostic]]
  private var borderProblems: [Diagnostic] = []
  private var weightElements = 0

  init(_ graph: Graph) {
    self.graph = graph
    borders = TFLiteBorders(graph)
    producers = graph.producers()
    nodeProblems = [[Diagnostic]](repeating: [], count: graph.nodes.count)
  }

  /// Errors in the order of the file, those of the network's borders last.
  var problems: [Diagnostic] { nodeProblems.flatMap(\.self) + borderProblems }

  /// One report for each operator, in the order of the file.
  var reports: [OperatorReport] {
    var uses: [String: Int] = [:]
    for node in graph.nodes { for input in Set(node.inputs) { uses[input, default: 0] += 1 } }
    return graph.nodes.indices.map { index in
      OperatorReport(graph.nodes[index], in: graph, uses: uses, problems: nodeProblems[index])
    }
  }

  /// Lowers everything that the outputs depend on.
  mutating func run() {
    let needed = neededNodes()
    let order = graph.executionOrder()
    let cyclic = needed.intersection(order.cyclic)
    for index in cyclic.sorted() {
      let message = "the operator depends on its own output"
      nodeProblems[index].append(TFLiteLimit.acyclic.diagnostic(message, node: graph.nodes[index]))
    }
    for input in borders.inputs { addInput(input) }
    for index in order.order where needed.contains(index) && !cyclic.contains(index) { lower(index) }
    for output in borders.outputs { addOutput(output) }
    // A border that was refused says more than the network that is missing behind it.
    guard borderProblems.isEmpty else { return }
    let reads = Set(needed.flatMap { graph.nodes[$0].inputs })
    if !borders.inputs.contains(where: { reads.contains($0.tensor) }) || (problems.isEmpty && builder.layers.isEmpty) {
      let counts = "\(builder.inputs.count) inputs, \(builder.outputs.count) outputs and \(builder.layers.count) layers"
      borderProblems.append(
        TFLiteLimit.somethingToCompute.diagnostic("no output depends on an input: there are \(counts)"))
    }
  }

  /// Nodes that outputs depend on through data; what only computes a shape is not among them.
  private func neededNodes() -> Set<Int> {
    var needed: Set<Int> = []
    var open = borders.outputs.map(\.tensor)
    while let tensor = open.popLast() {
      guard let index = producers[tensor], !borders.cut.contains(index), needed.insert(index).inserted else { continue }
      let node = graph.nodes[index]
      open += dataInputs(of: node)
    }
    return needed
  }

  private mutating func lower(_ index: Int) {
    let node = graph.nodes[index]
    var op = TFLiteOperator(graph: graph, node: node)
    op.inputValues = node.inputs.map { name in
      bindings[name].map { builder[$0].values } ?? ElementType.int8.range
    }
    let layerOperator = TFLiteLayerOperator(rawValue: node.op)
    let isView = TFLiteViewOperator(rawValue: node.op) != nil
    if isView || layerOperator != nil {
      for name in dataInputs(of: node) where isUndefined(name) {
        op.refuse(.operands, "tensor '\(name)' is read, but nothing computes it")
      }
    }
    if isView {
      bindView(&op, node)
    } else if let layerOperator {
      if let layer = layer(layerOperator, &op, node), op.problems.isEmpty { add(layer, source: node.name) }
    } else {
      op.refuse(.supportedOperator, "operator \(node.op) is not supported")
    }
    nodeProblems[index] += op.problems
  }

  /// The inputs that hold data: the first of a view, whose others only say the shape.
  private func dataInputs(of node: GraphNode) -> [String] {
    TFLiteViewOperator(rawValue: node.op) == nil ? node.inputs : Array(node.inputs.prefix(1))
  }

  /// Whether a tensor is neither a constant, nor an input, nor the output of an operator that is lowered.
  private func isUndefined(_ name: String) -> Bool {
    !name.isEmpty && graph.tensors[name]?.data == nil && bindings[name] == nil && producers[name] == nil
      && !borders.inputs.contains(.init(tensor: name))
  }

  private mutating func layer(
    _ layerOperator: TFLiteLayerOperator, _ op: inout TFLiteOperator, _ node: GraphNode
  ) -> TFLiteLayer? {
    guard isInteger(&op, node), holdsWeights(&op, node) else { return nil }
    return switch layerOperator {
    case .convolution: op.convolution()
    case .depthwiseConvolution: op.depthwiseConvolution()
    case .fullyConnected: op.fullyConnected()
    case .addition: op.addition()
    case .averagePooling: op.pooling(average: true)
    case .maximumPooling: op.pooling(average: false)
    case .mean: op.mean()
    case .softmax: op.softmax()
    case .quantize: op.quantize()
    case .relu: op.relu()
    case .relu6: op.clampToSix()
    }
  }

  /// Refuses an operator on floats once, instead of once for each operand.
  private func isInteger(_ op: inout TFLiteOperator, _ node: GraphNode) -> Bool {
    let tensors = (node.inputs + node.outputs).compactMap { graph.tensors[$0] }
    guard let float = tensors.first(where: { [.float16, .float32, .float64].contains($0.type) }) else { return true }
    op.refuse(.integerArithmetic, "tensor '\(float.name)' is \(float.type.rawValue), but int8 is needed")
    return false
  }

  /// Counts weights over all layers: many operators may share the same bytes of a hostile file.
  private mutating func holdsWeights(_ op: inout TFLiteOperator, _ node: GraphNode) -> Bool {
    let bytes = node.inputs.dropFirst().reduce(0) { $0 + (graph.tensors[$1]?.data?.count ?? 0) }
    weightElements += bytes
    guard weightElements <= NetworkLimit.mostElements else {
      op.refuse(.size, "the weights up to here have \(weightElements) bytes, above \(NetworkLimit.mostElements)")
      return false
    }
    return true
  }
}

extension TFLiteLowering {
  private mutating func add(_ layer: TFLiteLayer, source: String) {
    let operands = layer.inputs.map { Operand(tensor: tensor($0.name, $0.shape), shape: $0.shape) }
    let output = register(layer.output, values: layer.values)
    builder.add(layer.operation, kind: layer.kind, source: source, inputs: operands, output: output)
  }

  /// The network's tensor for a name; where its producer was refused, one that stands in until the refusal is thrown.
  private mutating func tensor(_ name: String, _ shape: Shape) -> TensorID {
    if let bound = bindings[name] { return bound }
    let origin = TensorOrigin(index: graph.tensors[name]?.index, dimensions: [], axes: [])
    let id = builder.add(
      Tensor(name: name, shape: shape, type: .int8, values: ElementType.int8.range, origin: origin))
    bindings[name] = id
    return id
  }

  /// Adds the activation to the network; its layout has been checked.
  private mutating func register(_ activation: TFLiteActivation, values: ClosedRange<Int>) -> TensorID {
    let layout = TFLiteLayout(dimensions: activation.dimensions)
    let origin = TensorOrigin(index: activation.index, dimensions: activation.dimensions, axes: layout.axes)
    let id = builder.add(
      Tensor(name: activation.name, shape: layout.shape, type: .int8, values: values, origin: origin))
    bindings[activation.name] = id
    return id
  }

  /// Lets the output stand for the tensor of the input: the codes stay where they are.
  private mutating func bindView(_ op: inout TFLiteOperator, _ node: GraphNode) {
    guard isInteger(&op, node), let input = op.input(), let output = op.output() else { return }
    guard input.elements == output.elements else {
      op.refuse(.consistentShapes, "the input has \(input.elements) elements, the output \(output.elements)")
      return
    }
    bindings[output.name] = bindings[input.name]
  }

  private mutating func addInput(_ input: TFLiteBorders.Input) {
    guard bindings[input.tensor] == nil else { return }
    var check = TFLiteOperator(graph: graph, node: nil)
    if let activation = check.activation(input.tensor), check.layout(of: activation) != nil {
      let id = register(activation, values: ElementType.int8.range)
      builder.inputs.append(Boundary(tensor: id, scale: activation.scale, zeroPoint: activation.zeroPoint))
    }
    borderProblems += check.problems
  }

  private mutating func addOutput(_ output: TFLiteBorders.Output) {
    var check = TFLiteOperator(graph: graph, node: nil)
    if let activation = check.activation(output.tensor) {
      if let id = bindings[output.tensor], builder.inputs.contains(where: { $0.tensor == id }) {
        let message = "output '\(output.tensor)' is input '\(builder[id].name)' itself: no operator computes it"
        check.refuse(.outputIsInput, message)
      } else if let id = bindings[output.tensor] {
        builder.outputs.append(
          Boundary(
            tensor: id, scale: activation.scale, zeroPoint: activation.zeroPoint, cutTail: output.cutTail,
            floatsAreCodes: output.floatsAreCodes))
      } else if problems.isEmpty {
        check.refuse(.border, "output '\(output.tensor)' is computed by no operator")
      }
    }
    borderProblems += check.problems
  }
}
