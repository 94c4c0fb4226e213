import NetworkIR

extension Findings {
  /// Version, steps in order, unique names, and tensors that exist under one description.
  mutating func checkDocument(_ plan: DeploymentPlan) {
    expect(plan.version, equals: DeploymentPlan.currentVersion, .document, at: .plan, "version of the format")
    require(!plan.generator.isEmpty, .document, at: .plan, "the generator has no name")
    require(!plan.model.name.isEmpty, .document, at: .plan, "the model has no name")
    let sha256 = plan.model.sha256
    let isDigest = sha256.utf8.count == 64 && sha256.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    require(sha256.isEmpty || isDigest, .document, at: .plan, "sha256 of the model is not 64 lower-case hex digits")
    require(
      plan.objective != .cold || plan.initialTransfers.isEmpty, .document, at: .plan,
      "a plan from power-up has initial transfers")
    var names: Set<String> = []
    for (position, layer) in plan.layers.enumerated() {
      let place = Place.layer(layer)
      expect(layer.step, equals: position, .document, at: place, "step is not the position")
      require(names.insert(layer.name).inserted, .document, at: place, "two layers have this name")
      require(!layer.name.isEmpty, .document, at: place, "the layer has no name")
    }
    checkTensors(of: plan)
  }

  /// The entries of one name agree, but for a head, which is part of its tensor; every operand refers to one of them
  /// under the same type.
  private mutating func checkTensors(of plan: DeploymentPlan) {
    let byName = Dictionary(grouping: plan.tensors, by: \.name)
    let streamedWithHead = Set(plan.layers.filter { $0.headChunks > 0 }.compactMap { $0.constants?.tensor })
    func isHead(_ tensor: PlannedTensor) -> Bool { tensor.level == .l2 && streamedWithHead.contains(tensor.name) }
    for tensor in plan.tensors {
      guard let first = byName[tensor.name]?.first(where: { !isHead($0) }) else { continue }
      let hasShape = isHead(tensor) || tensor.shape == first.shape
      let agrees = tensor.kind == first.kind && hasShape && tensor.type == first.type
      require(agrees, .document, at: .tensor(tensor.name), "entries differ in kind, shape or type")
    }
    require(plan.tensors.contains { $0.kind == .input }, .document, at: .plan, "no tensor is an input")
    require(plan.tensors.contains { $0.kind == .output }, .document, at: .plan, "no tensor is an output")
    var produced: Set<String> = []
    var read: Set<String> = []
    for layer in plan.layers {
      for operand in layer.inputs { checkOperand(operand, of: layer, as: byName[operand.tensor]?.first) }
      checkOperand(layer.output, of: layer, as: byName[layer.output.tensor]?.first)
      let output = byName[layer.output.tensor]?.first
      require(
        output?.shape == layer.output.shape, .document, at: .layer(layer, tensor: layer.output.tensor),
        "the output's shape is not the tensor's")
      require(
        output?.kind != .input && produced.insert(layer.output.tensor).inserted, .document,
        at: .layer(layer, tensor: layer.output.tensor), "written by more than one")
      checkConstants(of: layer, in: plan, at: layer.constants.map { byName[$0.tensor] ?? [] } ?? [])
      read.formUnion(layer.inputs.map(\.tensor) + (layer.constants.map { [$0.tensor] } ?? []))
    }
    // What the caller gives may be more than what the network reads.
    for tensor in plan.tensors where tensor.kind != .input {
      let isUsed = read.contains(tensor.name) || produced.contains(tensor.name)
      require(isUsed, .document, at: .tensor(tensor.name), "no layer uses the tensor")
    }
  }

  private mutating func checkOperand(_ operand: PlannedOperand, of layer: PlannedLayer, as tensor: PlannedTensor?) {
    let place = Place.layer(layer, tensor: operand.tensor)
    guard let tensor else { return report(.document, at: place, "the tensor has no place") }
    require(tensor.kind != .weights, .document, at: place, "weights stand where an activation is meant")
    require(tensor.type == operand.type, .document, at: place, "the layer's element type is not the tensor's")
    expect(
      operand.shape.elements, equals: tensor.shape.elements, .document, at: place, "elements of the layer's view")
    require(
      operand.shape.elements != tensor.shape.elements || operand.type.isView(operand.shape, of: tensor.shape),
      .document, at: place, "the layer's view moves elements to other bytes")
    require(
      operand.level == .l2 || operand.level == .l3, .document, at: place, "an activation lives in \(operand.level)")
  }

  /// A layer's constants are one tensor of bytes that has one home, from which the layer streams it if it does. From
  /// power-up that home is the flash, where there is one.
  private mutating func checkConstants(of layer: PlannedLayer, in plan: DeploymentPlan, at entries: [PlannedTensor]) {
    guard let constants = layer.constants else { return }
    let place = Place.layer(layer, tensor: constants.tensor)
    // What L2 holds may be the head alone.
    guard let tensor = entries.first(where: { $0.level.isExternal }) ?? entries.first else {
      return report(.document, at: place, "the constants have no place")
    }
    require(constants.tensor == "\(layer.name).weights", .document, at: place, "not named after the layer")
    require(tensor.kind == .weights, .document, at: place, "constants are not of kind weights")
    require(tensor.type == .uint8, .document, at: place, "constants are counted in bytes, of type uint8")
    let shape = Shape(height: 1, width: 1, channels: constants.bytes)
    require(tensor.shape == shape, .document, at: place, "shape \(tensor.shape) is not \(shape)")
    let homes = entries.map(\.level).filter(\.isExternal)
    expect(homes.count, equals: 1, .document, at: place, "homes of the constants in l3 and flash")
    require(
      constants.level == .l2 || homes.contains(constants.level), .document, at: place,
      "constants come from \(constants.level), which is not their home")
    let startsInFlash = plan.objective == .cold && plan.target.figures.flash != nil
    require(
      !startsInFlash || homes == [.flash], .document, at: place, "a plan from power-up has constants outside the flash")
  }
}
