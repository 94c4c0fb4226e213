package import Hardware
package import NetworkIR

/// What a plan is made for: layers as the planner sees them, and the tensors between them.
///
/// It comes from a network, or from a plan, which says as much: so a plan can be explained, and made again with other
/// memories, without its model.
package struct Workload: Sendable {
  /// An activation.
  package struct Tensor: Sendable {
    package var name: String
    package var shape: Shape
    package var type: ElementType

    /// In any level, packed.
    package var bytes: Int { type.bytes(shape) }
  }

  /// Numbered by `TensorID`.
  package var tensors: [Tensor]
  /// One a step.
  package var layers: [WorkloadLayer]
  /// Tensors that the application writes.
  package var inputs: [TensorID]
  /// Tensors that the application reads.
  package var outputs: [TensorID]
  /// What runs, in L2.
  package var program: ProgramBytes

  package subscript(tensor: TensorID) -> Tensor { tensors[tensor] }
}

/// One layer: what its tilings and its place in the plan depend on.
package struct WorkloadLayer: Sendable {
  package var name: String
  /// The node of the model file, for messages; the name where the file is not at hand.
  package var source: String
  /// As `PlannedLayer.op` lists them.
  package var op: String
  package var inputs: [Operand]
  package var output: TensorID
  package var geometry: LayerGeometry
  package var macs: Int
  package var requantization: PlannedRequantization?
  /// Layers of equal shape have equal choices.
  var shape: LayerShape
  /// Code that no layer before it has run.
  var newCode: [KernelCode] = []

  /// The name under which the layer's constants appear among the tensors of a plan.
  package var constantsName: String { "\(name).weights" }
}

extension Workload {
  /// What a network asks for.
  package init(_ network: Network) {
    tensors = network.tensors.map { Tensor(name: $0.name, shape: $0.shape, type: $0.type) }
    layers = network.layers.map { WorkloadLayer($0, in: network) }.namingNewCode()
    inputs = network.inputs.map(\.tensor)
    outputs = network.outputs.map(\.tensor)
    program = ProgramBytes(network)
  }

  /// What a plan was made for.
  ///
  /// The plan is taken to be one that `PlanVerifier` accepts.
  package init(_ plan: DeploymentPlan) {
    var numbers: [String: TensorID] = [:]
    var tensors: [Tensor] = []
    var inputs: [TensorID] = []
    var outputs: [TensorID] = []
    for tensor in plan.tensors where tensor.kind != .weights && numbers[tensor.name] == nil {
      numbers[tensor.name] = tensors.count
      if tensor.kind == .input { inputs.append(tensors.count) }
      if tensor.kind == .output { outputs.append(tensors.count) }
      tensors.append(Tensor(name: tensor.name, shape: tensor.shape, type: tensor.type))
    }
    self.tensors = tensors
    self.inputs = inputs
    self.outputs = outputs
    let items = plan.budgets.first { $0.level == .l2 }?.items ?? []
    func bytes(_ name: String) -> Int { items.first { $0.name == name }?.bytes ?? 0 }
    program = ProgramBytes(code: bytes("code"), tables: bytes("tables"))
    layers = plan.layers.map { WorkloadLayer($0, numbers: numbers) }.namingNewCode()
  }
}

extension WorkloadLayer {
  fileprivate init(_ layer: Layer, in network: Network) {
    let description = LayerDescription(layer)
    let output = network[layer.output]
    name = layer.name
    source = layer.source.isEmpty ? layer.name : layer.source
    op = description.op
    inputs = layer.inputs
    self.output = layer.output
    geometry = description.geometry
    macs = network.macs(of: layer)
    requantization = description.requantization.map {
      PlannedRequantization($0, channels: output.shape.channels)
    }
    shape = LayerShape(
      op: description.op, geometry: description.geometry, inputs: layer.inputs.map(\.shape), output: output.shape,
      inputTypes: layer.inputs.map { network[$0.tensor].type }, outputType: output.type)
    shape.inputsAreOneTensor = layer.inputs.count == 2 && layer.inputs[0].tensor == layer.inputs[1].tensor
    shape.parameterBytesPerChannel = description.parameterBytesPerChannel(
      input: network[layer.inputs[0].tensor].type, output: output.type)
    shape.weightBits = description.weightBits
    shape.order = description.constantOrder(input: network[layer.inputs[0].tensor].type, output: output.type)
    shape.form = description.requantization?.form
    shape.entries = description.requantization?.entriesPerChannel ?? 0
    shape.loop = layer.operation.wordLoop(inputs: shape.inputTypes, output: output.type)
  }

  fileprivate init(_ layer: PlannedLayer, numbers: [String: TensorID]) {
    name = layer.name
    source = layer.name
    op = layer.op
    inputs = layer.inputs.map { Operand(tensor: numbers[$0.tensor] ?? 0, shape: $0.shape) }
    output = numbers[layer.output.tensor] ?? 0
    geometry = layer.geometry
    macs = layer.macs
    requantization = layer.requantization
    shape = LayerShape(
      op: layer.op, geometry: layer.geometry, inputs: layer.inputs.map(\.shape), output: layer.output.shape,
      inputTypes: layer.inputs.map(\.type), outputType: layer.output.type)
    shape.inputsAreOneTensor = layer.inputs.count == 2 && layer.inputs[0].tensor == layer.inputs[1].tensor
    shape.parameterBytesPerChannel = layer.constants?.parameterBytesPerChannel ?? 0
    shape.weightBits = layer.constants?.weightBits ?? 0
    shape.order = layer.constants?.order ?? .plain
    shape.form = layer.requantization?.form
    shape.entries = layer.requantization?.entriesPerChannel ?? 0
    shape.loop = layer.loop
  }
}

extension [WorkloadLayer] {
  /// Each with the code that is new with it: the runtime with the first one.
  fileprivate func namingNewCode() -> [WorkloadLayer] {
    var known: Set<KernelCode> = []
    return map { layer in
      var layer = layer
      layer.newCode = [.runtime, layer.shape.code].filter { known.insert($0).inserted }
      return layer
    }
  }
}
