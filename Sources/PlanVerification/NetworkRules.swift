import NetworkIR

extension Findings {
  /// The plan is for this network: layer by layer the same names, shapes, types, windows and arithmetic.
  mutating func checkNetwork(_ network: Network, against plan: DeploymentPlan) {
    expect(plan.layers.count, equals: network.layers.count, .network, at: .plan, "layers")
    expect(plan.totals.macs, equals: network.macs, .network, at: .plan, "macs of the network")
    checkTensors(of: network, against: plan)
    let tables = plan.budgets.filter { $0.level == .l2 }.flatMap(\.items).filter { $0.name == Self.tables }
    let bytes = tables.reduce(into: Saturated(0)) { $0 += Saturated($1.bytes) }
    expect(bytes.value, equals: network.tableBytes, .network, at: .plan, "bytes of constants in the code")
    for (layer, planned) in zip(network.layers, plan.layers) { check(planned, against: layer, in: network) }
  }

  private mutating func checkTensors(of network: Network, against plan: DeploymentPlan) {
    let inputs = Set(network.inputs.map(\.tensor))
    let outputs = Set(network.outputs.map(\.tensor))
    let activations = plan.tensors.filter { $0.kind != .weights }
    for (id, tensor) in network.tensors.enumerated() {
      let place = Place.tensor(tensor.name)
      let kind: PlannedTensor.Kind =
        inputs.contains(id) ? .input : outputs.contains(id) ? .output : .activation
      for planned in activations where planned.name == tensor.name {
        require(planned.kind == kind, .network, at: place, "\(planned.kind) is the network's \(kind)")
        require(
          planned.shape == tensor.shape && planned.type == tensor.type, .network, at: place,
          "\(planned.shape) \(planned.type) is \(tensor.shape) \(tensor.type) in the network")
      }
    }
    let known = Set(network.tensors.map(\.name))
    for planned in activations {
      require(known.contains(planned.name), .network, at: .tensor(planned.name), "the network has no such tensor")
    }
  }

  private mutating func check(_ planned: PlannedLayer, against layer: Layer, in network: Network) {
    let place = Place.layer(planned)
    require(planned.name == layer.name, .network, at: place, "the network's layer is '\(layer.name)'")
    require(
      planned.inputs.map(\.tensor) == layer.inputs.map { network[$0.tensor].name }
        && planned.inputs.map(\.shape) == layer.inputs.map(\.shape)
        && planned.inputs.map(\.type) == layer.inputs.map { network[$0.tensor].type },
      .network, at: place, "the inputs are not the network's")
    let output = network[layer.output]
    require(
      planned.output.tensor == output.name && planned.output.shape == output.shape
        && planned.output.type == output.type,
      .network, at: place, "the output is not the network's")
    let description = LayerDescription(layer, output: output.shape)
    require(planned.op == description.op.rawValue, .network, at: place, "the network's layer is a \(description.op)")
    require(planned.geometry == description.geometry, .network, at: place, "the window is not the network's")
    expect(planned.macs, equals: network.macs(of: layer), .network, at: place, "macs of the network's layer")
    checkRequantization(of: planned, against: description)
    checkConstants(of: planned, against: layer)
    if case .movement(let movement) = layer.operation, planned.output.shape == output.shape,
      planned.inputs.map(\.shape) == layer.inputs.map(\.shape)
    {
      checkMovement(movement, of: planned)
    }
  }

  private mutating func checkConstants(of planned: PlannedLayer, against layer: Layer) {
    let place = Place.layer(planned)
    switch layer.operation {
    case .convolution(let convolution):
      guard let constants = planned.constants else { return }
      expect(constants.weightBits, equals: convolution.weightType.bits, .network, at: place, "bits of a weight")
      let order = convolution.constantOrder(input: planned.inputs[0].type, output: planned.output.type)
      require(
        constants.order == order, .network, at: place, "order \(constants.order) is \(order) in the network")
      let bytes = ConstantLayout.parameterBytesPerChannel(
        convolution.requantization?.form, entries: convolution.requantization?.entriesPerChannel ?? 0,
        hasWeightZeroPoints: !convolution.weightZeroPoints.isEmpty, order: constants.order)
      expect(constants.parameterBytesPerChannel, equals: bytes, .network, at: place, "parameter bytes of a channel")
    case .lookup(let lookup):
      require(
        (planned.constants != nil) == (lookup.tables.count > 1), .network, at: place,
        "tables of channels there or not, unlike in the network")
    case .addition, .multiplication, .extremum, .pairwise, .pooling, .rescale, .softmax, .tableSoftmax,
      .argumentMaximum, .matrixProduct, .movement:
      break
    }
  }

  private mutating func checkRequantization(of planned: PlannedLayer, against description: LayerDescription) {
    let place = Place.layer(planned)
    require(
      (planned.requantization == nil) == (description.requantization == nil), .network, at: place,
      "requantization there or not, unlike in the network")
    guard let found = planned.requantization, let rule = description.requantization else { return }
    require(found.form == rule.form, .network, at: place, "form \(found.form) is \(rule.form) in the network")
    let channels = planned.output.shape.channels
    if rule.rules.count != 1 {
      expect(channels, equals: rule.rules.count, .network, at: place, "channels with a rule of their own")
    }
    expect(found.low, equals: rule.clamp.lowerBound, .network, at: place, "least code in the network")
    expect(found.high, equals: rule.clamp.upperBound, .network, at: place, "greatest code in the network")
    expect(
      found.entriesPerChannel, equals: rule.entriesPerChannel, .network, at: place, "entries of the network's rules")
    let lowest = rule.accumulators.map(\.lowerBound).min() ?? 0
    let highest = rule.accumulators.map(\.upperBound).max() ?? 0
    expect(found.accumulatorLow, equals: lowest, .network, at: place, "least accumulator in the network")
    expect(found.accumulatorHigh, equals: highest, .network, at: place, "greatest accumulator in the network")
    for form in RequantizationForm.allCases {
      let counted = found.cheapestForms.filter { $0.form == form }.reduce(into: Saturated(0)) {
        $0 += Saturated($1.channels)
      }
      let rules = rule.cheapestForms.count { $0 == form }
      let expected = rule.rules.count == 1 ? rules * channels : rules
      expect(counted.value, equals: expected, .network, at: place, "channels of the network that need \(form)")
    }
  }
}
