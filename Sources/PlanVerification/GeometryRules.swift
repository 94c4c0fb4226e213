import NetworkIR

/// The operators that a layer of a plan can have, by the names that plans use.
enum PlannedOperator: String, CaseIterable {
  case convolution, depthwiseConvolution, fullyConnected
  case addition, maxPool, averagePool, sumPool, rescale, softmax

  var hasConstants: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .fullyConnected: true
    case .addition, .maxPool, .averagePool, .sumPool, .rescale, .softmax: false
    }
  }

  /// Each output position needs the input position of the same row and column only.
  var isPointwise: Bool {
    switch self {
    case .addition, .rescale, .softmax: true
    case .convolution, .depthwiseConvolution, .fullyConnected, .maxPool, .averagePool, .sumPool: false
    }
  }

  /// Which of the three convolutions a geometry is.
  static func convolution(_ geometry: LayerGeometry, input: Shape) -> PlannedOperator {
    if geometry.groups > 1, input.channels == geometry.groups { return .depthwiseConvolution }
    let isVector = input.extent == .one && geometry.kernel == .one && geometry.groups == 1
    return isVector ? .fullyConnected : .convolution
  }
}

extension PlannedLayer {
  /// nil where the plan names an operator that does not exist.
  var plannedOperator: PlannedOperator? { PlannedOperator(rawValue: op) }

  /// Every output channel needs all input channels.
  var isDense: Bool { geometry.groups == 1 }

  /// Weights of one output channel, in elements.
  var weightsPerOutputChannel: Int { geometry.kernel.area * (inputs[0].shape.channels / geometry.groups) }
}

extension Findings {
  /// Operator, number of inputs, shapes, groups, window and types belong together; macs follow from them.
  mutating func checkGeometry(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    guard let op = layer.plannedOperator else {
      return report(.geometry, at: place, "no operator is called '\(layer.op)'")
    }
    expect(layer.inputs.count, equals: op == .addition ? 2 : 1, .geometry, at: place, "inputs of \(op)")
    require(
      (layer.constants != nil) == op.hasConstants, .geometry, at: place,
      op.hasConstants ? "\(op) has no constants" : "\(op) has constants")
    checkGroups(of: layer, op)
    checkWindow(of: layer, op)
    var macs = 0
    if op.hasConstants {
      macs = (Saturated(layer.output.shape.elements) * layer.weightsPerOutputChannel).value
    }
    expect(layer.macs, equals: macs, .geometry, at: place, "macs")
  }

  private mutating func checkGroups(of layer: PlannedLayer, _ op: PlannedOperator) {
    let place = Place.layer(layer)
    let groups = layer.geometry.groups
    let channels = layer.output.shape.channels
    for input in layer.inputs {
      if op.hasConstants {
        let divides = input.shape.channels.isMultiple(of: groups) && channels.isMultiple(of: groups)
        require(divides, .geometry, at: place, "\(groups) groups do not divide the channels")
        let expected = PlannedOperator.convolution(layer.geometry, input: input.shape)
        require(op == expected, .geometry, at: place, "the \(op) is a \(expected)")
      } else {
        expect(groups, equals: op == .softmax ? 1 : channels, .geometry, at: place, "groups of \(op)")
        expect(input.shape.channels, equals: channels, .geometry, at: place, "input channels of \(op)")
      }
    }
  }

  private mutating func checkWindow(of layer: PlannedLayer, _ op: PlannedOperator) {
    let place = Place.layer(layer)
    let geometry = layer.geometry
    if op.isPointwise {
      let isOne = geometry.kernel == .one && geometry.stride == .one && geometry.dilation == .one
      require(isOne && geometry.padding == .zero, .geometry, at: place, "\(op) has a window")
    }
    let rows = WindowAxis.rows(of: geometry)
    let columns = WindowAxis.columns(of: geometry)
    for input in layer.inputs {
      expect(
        layer.output.shape.height, equals: rows.outputs(of: input.shape.height), .geometry, at: place,
        "rows of the output")
      expect(
        layer.output.shape.width, equals: columns.outputs(of: input.shape.width), .geometry, at: place,
        "columns of the output")
    }
  }

  /// The record is there where there is something to requantize, and its codes fit the output's type.
  mutating func checkRequantization(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    guard let op = layer.plannedOperator else { return }
    let isExpected =
      switch op {
      case .convolution, .depthwiseConvolution, .fullyConnected:
        layer.requantization != nil || layer.output.type == .int32
      case .addition, .sumPool, .rescale: layer.requantization != nil
      case .maxPool, .averagePool, .softmax: layer.requantization == nil
      }
    require(isExpected, .geometry, at: place, "\(op) with a requantization too few or too many")
    guard let requantization = layer.requantization else { return }
    require(requantization.exact, .geometry, at: place, "the requantization is not proven exact")
    let channels = layer.output.shape.channels
    let isKnown = requantization.channels == 1 || (op.hasConstants && requantization.channels == channels)
    if !isKnown {
      report(
        .geometry, at: place, "channels that the requantization is proven for", found: requantization.channels,
        expected: op.hasConstants ? channels : 1)
    }
    let codes = layer.output.type.range
    expect(requantization.low, atLeast: codes.lowerBound, .geometry, at: place, "least code")
    expect(requantization.high, atMost: codes.upperBound, .geometry, at: place, "greatest code")
    expect(requantization.high, atLeast: requantization.low, .geometry, at: place, "greatest code below the least")
  }
}
