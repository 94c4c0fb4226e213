import NetworkIR

extension Findings {
  /// The plan is for this network: layer by layer the same names, shapes, types, windows and arithmetic.
  mutating func checkNetwork(_ network: Network, against plan: DeploymentPlan) {
    expect(plan.layers.count, equals: network.layers.count, .network, at: .plan, "layers")
    expect(plan.totals.macs, equals: network.macs, .network, at: .plan, "macs of the network")
    checkTensors(of: network, against: plan)
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
    if let constants = planned.constants {
      expect(constants.weightBits, equals: Int8.bitWidth, .network, at: place, "bits of a weight in the network")
    }
  }

  private mutating func checkRequantization(of planned: PlannedLayer, against description: LayerDescription) {
    let place = Place.layer(planned)
    require(
      (planned.requantization == nil) == (description.requantization == nil), .network, at: place,
      "requantization there or not, unlike in the network")
    guard let found = planned.requantization, let rule = description.requantization else { return }
    require(found.form == rule.form, .network, at: place, "form \(found.form) is \(rule.form) in the network")
    expect(found.channels, equals: rule.rules.count, .network, at: place, "channels with a rule of their own")
    expect(found.low, equals: rule.clamp.lowerBound, .network, at: place, "least code in the network")
    expect(found.high, equals: rule.clamp.upperBound, .network, at: place, "greatest code in the network")
  }
}

/// A layer of the network in the terms of a plan.
struct LayerDescription {
  var op: PlannedOperator
  var geometry: LayerGeometry
  /// The one that produces the codes of the output.
  var requantization: Requantization?

  /// Describes a layer whose output has the shape `output`.
  init(_ layer: Layer, output: Shape) {
    let pointwise = LayerGeometry(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: output.channels)
    switch layer.operation {
    case .convolution(let convolution):
      geometry = LayerGeometry(
        kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
        padding: convolution.padding, groups: convolution.groups)
      op = PlannedOperator.convolution(geometry, input: layer.inputs[0].shape)
      requantization = convolution.requantization
    case .addition(let addition):
      (op, geometry, requantization) = (.addition, pointwise, addition.output)
    case .pooling(let pooling):
      geometry = LayerGeometry(
        kernel: pooling.kernel, stride: pooling.stride, dilation: .one, padding: pooling.padding,
        groups: output.channels)
      switch pooling.kind {
      case .maximum: op = .maxPool
      case .average: op = .averagePool
      case .sum(let rule, _): (op, requantization) = (.sumPool, rule)
      }
    case .rescale(let rule, _):
      (op, geometry, requantization) = (.rescale, pointwise, rule)
    case .softmax:
      op = .softmax
      geometry = LayerGeometry(kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1)
    }
  }
}
