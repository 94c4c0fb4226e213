import NetworkIR

/// Joins plan and network, collecting every contradiction.
struct Resolution {
  let network: Network
  let plan: DeploymentPlan
  /// Contradictions found so far.
  private(set) var diagnostics: [Diagnostic] = []

  /// Starts with nothing joined.
  init(network: Network, plan: DeploymentPlan) {
    self.network = network
    self.plan = plan
  }

  /// Records a contradiction in a layer.
  mutating func report(_ code: String, _ message: String, layer: String? = nil) {
    diagnostics.append(
      Diagnostic(code: code, node: layer, message: message, hint: "make the plan anew from this model"))
  }

  /// The entry of a tensor in a level that covers a step.
  mutating func placement(of tensor: String, in level: MemoryLevel, step: Int, layer: String? = nil) -> PlannedTensor? {
    let found = plan.tensors.first {
      $0.name == tensor && $0.level == level && $0.firstStep <= step && step <= $0.lastStep
    }
    if found == nil {
      report("DG0602", "tensor '\(tensor)' has no place in \(level.rawValue) at step \(step)", layer: layer)
    }
    return found
  }

  /// Where a network input or output lies at a step: in L2 if it is there, else in L3.
  mutating func boundary(_ tensor: TensorID, step: Int) -> PlannedTensor? {
    let name = network[tensor].name
    let inL2 = plan.tensors.contains {
      $0.name == name && $0.level == .l2 && $0.firstStep <= step && step <= $0.lastStep
    }
    return placement(of: name, in: inL2 ? .l2 : .l3, step: step)
  }

  /// The buffer of an operand in a level.
  mutating func buffer(_ operand: PlannedBuffer.Operand, _ level: MemoryLevel, of layer: PlannedLayer) -> PlannedBuffer?
  {
    let found = layer.buffers.first { $0.operand == operand && $0.level == level }
    if found == nil {
      report("DG0603", "no \(level.rawValue) buffer for \(operand.rawValue)", layer: layer.name)
    }
    return found
  }

  /// An activation with its address and buffers.
  mutating func resolve(
    _ operand: PlannedOperand, _ role: PlannedBuffer.Operand, of layer: PlannedLayer, isDirect: Bool
  ) -> ResolvedOperand? {
    let place = placement(of: operand.tensor, in: operand.level, step: layer.step, layer: layer.name)
    let l2 = operand.level == .l3 ? buffer(role, .l2, of: layer) : nil
    let l1 = isDirect ? nil : buffer(role, .l1, of: layer)
    guard let place, isDirect || l1 != nil else { return nil }
    return ResolvedOperand(operand: operand, offset: place.offset, l2: l2, l1: l1)
  }

  /// The constants with their address and buffers.
  mutating func resolve(_ constants: PlannedConstants, of layer: PlannedLayer) -> ResolvedConstants? {
    let place = placement(of: constants.tensor, in: constants.level, step: layer.step, layer: layer.name)
    let l2 = constants.level.isExternal ? buffer(.weights, .l2, of: layer) : nil
    let weights = constants.weightBits == 0 ? nil : buffer(.weights, .l1, of: layer)
    let parameters = constants.order.isGrouped ? nil : buffer(.parameters, .l1, of: layer)
    guard let place, parameters != nil || weights != nil else { return nil }
    return ResolvedConstants(
      planned: constants, offset: place.offset, l2: l2, weights: weights, parameters: parameters)
  }

  /// A step with all its operands; nil when plan and network disagree about it.
  mutating func resolve(_ planned: PlannedLayer, as layer: Layer) -> ResolvedLayer? {
    guard planned.name == layer.name, planned.inputs.count == layer.inputs.count else {
      report("DG0601", "step \(planned.step) is '\(planned.name)' in the plan and '\(layer.name)' in the network")
      return nil
    }
    let before = diagnostics.count
    checkSizes(planned)
    checkAgreement(planned, layer)
    guard diagnostics.count == before else { return nil }
    checkKernel(of: layer)
    checkConstants(of: planned, layer)
    guard diagnostics.count == before else { return nil }
    let isDirect = layer.operation.isDirect
    let inputs = zip(planned.inputs, [PlannedBuffer.Operand.input0, .input1]).compactMap { operand, role in
      resolve(operand, role, of: planned, isDirect: isDirect)
    }
    let output = resolve(planned.output, .output, of: planned, isDirect: isDirect)
    let constants = planned.constants.flatMap { resolve($0, of: planned) }
    guard inputs.count == planned.inputs.count, let output else { return nil }
    var resolved = ResolvedLayer(
      planned: planned, operation: layer.operation, inputs: inputs, output: output, constants: constants)
    if resolved.isDense, resolved.inputChannelTile < planned.inputs[0].shape.channels {
      resolved.accumulator = buffer(.accumulator, .l1, of: planned)
    }
    return resolved
  }
}

extension ResolvedProject {
  /// Joins a plan with its network.
  ///
  /// - Throws: Every contradiction between the two, codes DG06nn.
  init(network: Network, plan: DeploymentPlan) throws(Refusal) {
    var resolution = Resolution(network: network, plan: plan)
    if plan.version != DeploymentPlan.currentVersion {
      resolution.report("DG0600", "plan version \(plan.version), this tool reads \(DeploymentPlan.currentVersion)")
    }
    if plan.layers.count != network.layers.count {
      resolution.report("DG0601", "the plan has \(plan.layers.count) steps, the network \(network.layers.count) layers")
    }
    let layers = zip(plan.layers, network.layers).compactMap { resolution.resolve($0, as: $1) }
    let inputs = network.inputs.compactMap { resolution.boundary($0.tensor, step: 0) }
    let lastStep = max(plan.layers.count - 1, 0)
    let outputs = network.outputs.compactMap { resolution.boundary($0.tensor, step: lastStep) }
    let weights = resolution.weightsImage(layers)
    guard resolution.diagnostics.isEmpty else { throw Refusal(resolution.diagnostics) }
    self.init(
      network: network, plan: plan, layers: layers, inputs: inputs, outputs: outputs, weights: weights)
  }
}
