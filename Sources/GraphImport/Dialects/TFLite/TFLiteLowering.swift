import NetworkIR

/// The state of one lowering.
struct TFLiteLowering {
  let graph: Graph
  let profile: ReferenceProfile
  let borders: TFLiteBorders
  var builder = NetworkBuilder()
  /// Tensors of the graph that are tensors of the network, or views of one.
  private var bindings: [String: TensorID] = [:]
  private let producers: [String: Int]
  private var nodeProblems: [[Diagnostic]]
  private var borderProblems: [Diagnostic] = []
  private var weightElements = 0
  /// Operators whose arithmetic differs under XNNPACK in a way that is not modelled.
  private var unmodelled: Set<String> = []

  init(_ graph: Graph, profile: ReferenceProfile) {
    let graph = graph.foldingPads()
    self.graph = graph
    self.profile = profile
    borders = TFLiteBorders(graph)
    producers = graph.producers()
    nodeProblems = [[Diagnostic]](repeating: [], count: graph.nodes.count)
  }

  /// Errors in the order of the file, those of the network's borders last.
  var problems: [Diagnostic] { nodeProblems.flatMap(\.self) + borderProblems }

  /// What was cut off, and what is not modelled.
  var notes: [Diagnostic] {
    guard profile == .xnnpack, !unmodelled.isEmpty else { return borders.notes }
    let operators = unmodelled.sorted().joined(separator: ", ")
    return borders.notes + [TFLiteNote.notModelled.reason.diagnostic([operators])]
  }

  /// One report for each operator, in the order of the file.
  var reports: [OperatorReport] {
    var uses: [String: Int] = [:]
    for node in graph.nodes { for input in Set(node.inputs) { uses[input, default: 0] += 1 } }
    let needed = neededNodes()
    return graph.nodes.indices.map { index in
      OperatorReport(
        graph.nodes[index], in: graph, uses: uses, problems: nodeProblems[index],
        place: borders.cut.contains(index) ? .cutOff : needed.contains(index) ? .network : .leftOut)
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
    var op = TFLiteOperator(graph: graph, node: node, profile: profile)
    op.inputValues = node.inputs.map { name in bindings[name].map { builder[$0].values } }
    if let support = TFLiteSupport.of(node.op) {
      for name in dataInputs(of: node) where isUndefined(name) {
        op.refuse(.operands, "tensor '\(name)' is read, but nothing computes it")
      }
      if isInteger(&op, node), holdsWeights(&op, node) {
        support.lower(&op)
        if !support.isModelledForXNNPACK || !op.isModelled { unmodelled.insert(node.op) }
        if op.problems.isEmpty { for emission in op.emissions { add(emission, source: node.name) } }
      }
    } else {
      let reason = TFLiteSupport.refused[node.op].map { ": \($0)" } ?? ""
      op.refuse(.supportedOperator, "operator \(node.op) is not supported\(reason)")
    }
    nodeProblems[index] += op.problems
  }

  /// The inputs that hold data; the others only say shapes, axes and the like.
  private func dataInputs(of node: GraphNode) -> [String] {
    Array(node.inputs.prefix(TFLiteSupport.of(node.op)?.dataInputs ?? node.inputs.count))
  }

  /// Whether a tensor is neither a constant, nor an input, nor the output of an operator that is lowered.
  private func isUndefined(_ name: String) -> Bool {
    !name.isEmpty && graph.tensors[name]?.data == nil && bindings[name] == nil && producers[name] == nil
      && !borders.inputs.contains(.init(tensor: name))
  }

  /// Refuses an operator on floats once, instead of once for each operand.
  private func isInteger(_ op: inout TFLiteOperator, _ node: GraphNode) -> Bool {
    let tensors = (node.inputs + node.outputs).compactMap { graph.tensors[$0] }
    guard let float = tensors.first(where: { [.float16, .float32, .float64].contains($0.type) }) else { return true }
    op.refuse(.integerArithmetic, "tensor '\(float.name)' is \(float.type.rawValue), but integers are needed")
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
  private mutating func add(_ emission: TFLiteEmission, source: String) {
    switch emission {
    case .view(let of, let output): bindings[output.name] = bindings[of]
    case .layer(let layer):
      let operands = layer.inputs.map { Operand(tensor: tensor($0.name, $0.shape), shape: $0.shape) }
      let output = register(layer.output, shape: layer.outputShape, values: layer.values)
      builder.add(layer.operation, kind: layer.kind, source: source, inputs: operands, output: output)
    }
  }

  /// The network's tensor for a name; where its producer was refused, one that stands in until the refusal is thrown.
  private mutating func tensor(_ name: String, _ shape: Shape) -> TensorID {
    if let bound = bindings[name] { return bound }
    let type = graph.tensors[name].flatMap { TFLiteActivation.elementType($0.type) } ?? .int8
    let origin = TensorOrigin(index: graph.tensors[name]?.index, dimensions: [], strides: [])
    let id = builder.add(Tensor(name: name, shape: shape, type: type, values: type.range, origin: origin))
    bindings[name] = id
    return id
  }

  /// Adds the activation to the network, written in `shape` where one is given.
  private mutating func register(
    _ activation: TFLiteActivation, shape: Shape? = nil, values: ClosedRange<Int>
  ) -> TensorID {
    let id = builder.add(
      Tensor(
        name: activation.name, shape: shape ?? activation.shape, type: activation.type, values: values,
        origin: activation.origin))
    bindings[activation.name] = id
    return id
  }

  private mutating func addInput(_ input: TFLiteBorders.Input) {
    guard bindings[input.tensor] == nil else { return }
    var check = TFLiteOperator(graph: graph, node: nil, profile: profile)
    if let activation = check.activation(input.tensor) {
      let id = register(activation, values: activation.type.range)
      builder.inputs.append(Boundary(tensor: id, scale: activation.scale, zeroPoint: activation.zeroPoint))
    }
    borderProblems += check.problems
  }

  private mutating func addOutput(_ output: TFLiteBorders.Output) {
    var check = TFLiteOperator(graph: graph, node: nil, profile: profile)
    if let activation = check.boundary(output.tensor) {
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
