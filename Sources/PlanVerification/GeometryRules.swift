import NetworkIR

extension Findings {
  /// Operator, number of inputs, shapes, groups, window and types belong together; macs follow from them.
  mutating func checkGeometry(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    guard let op = layer.plannedOperator else {
      return report(.geometry, at: place, "no operator is called '\(layer.op)'")
    }
    expect(layer.inputs.count, atLeast: op.inputs.lowerBound, .geometry, at: place, "inputs of \(op)")
    expect(layer.inputs.count, atMost: op.inputs.upperBound, .geometry, at: place, "inputs of \(op)")
    if op != .lookup {
      require(
        (layer.constants != nil) == op.hasWeights, .geometry, at: place,
        op.hasWeights ? "\(op) has no constants" : "\(op) has constants")
    }
    var macs = 0
    if op.isDirect {
      checkDirect(layer, op)
      if op == .matrixProduct { macs = (Saturated(layer.output.shape.elements) * layer.inputs[0].shape.channels).value }
    } else {
      checkGroups(of: layer, op)
      checkWindow(of: layer, op)
      if op.hasWeights { macs = (Saturated(layer.output.shape.elements) * layer.weightsPerOutputChannel).value }
    }
    expect(layer.macs, equals: macs, .geometry, at: place, "macs")
    require(
      (layer.geometry.isRowwise != nil) == (op == .movement), .geometry, at: place,
      op == .movement ? "the \(op) does not say whether it goes row by row" : "a \(op) that goes row by row")
  }

  private mutating func checkGroups(of layer: PlannedLayer, _ op: PlannedOperator) {
    let place = Place.layer(layer)
    let groups = layer.geometry.groups
    let channels = layer.output.shape.channels
    for input in layer.inputs {
      if op.hasWeights {
        let divides = input.shape.channels.isMultiple(of: groups) && channels.isMultiple(of: groups)
        require(divides, .geometry, at: place, "\(groups) groups do not divide the channels")
        let expected = PlannedOperator.convolution(layer.geometry, input: input.shape)
        require(op == expected, .geometry, at: place, "the \(op) is a \(expected)")
      } else {
        expect(groups, equals: op.needsAllChannels ? 1 : channels, .geometry, at: place, "groups of \(op)")
        if op == .argumentMaximum {
          expect(channels, equals: 1, .geometry, at: place, "output channels of \(op)")
          require(layer.output.type == .int32, .geometry, at: place, "the indices of \(op) are not int32")
        } else {
          expect(input.shape.channels, equals: channels, .geometry, at: place, "input channels of \(op)")
        }
      }
    }
  }

  private mutating func checkWindow(of layer: PlannedLayer, _ op: PlannedOperator) {
    let geometry = layer.geometry
    if op.isPointwise { checkNoWindow(of: layer, op) }
    let rows = WindowAxis.rows(of: geometry)
    let columns = WindowAxis.columns(of: geometry)
    for input in layer.inputs {
      expect(
        layer.output.shape.height, equals: rows.outputs(of: input.shape.height), .geometry, at: .layer(layer),
        "rows of the output")
      expect(
        layer.output.shape.width, equals: columns.outputs(of: input.shape.width), .geometry, at: .layer(layer),
        "columns of the output")
    }
  }

  private mutating func checkNoWindow(of layer: PlannedLayer, _ op: PlannedOperator) {
    let geometry = layer.geometry
    let isOne = geometry.kernel == .one && geometry.stride == .one && geometry.dilation == .one
    require(isOne && geometry.padding == .zero, .geometry, at: .layer(layer), "\(op) has a window")
  }

  /// No window, one group, and the extents of a product of matrices; those of a movement only the network knows.
  private mutating func checkDirect(_ layer: PlannedLayer, _ op: PlannedOperator) {
    let place = Place.layer(layer)
    checkNoWindow(of: layer, op)
    expect(layer.geometry.groups, equals: 1, .geometry, at: place, "groups of \(op)")
    if layer.geometry.isRowwise == true {
      for input in layer.inputs {
        expect(
          input.shape.height, equals: layer.output.shape.height, .geometry, at: place,
          "rows of an input that is moved row by row")
      }
    }
    guard op == .matrixProduct, layer.inputs.count == 2 else { return }
    let (first, second, output) = (layer.inputs[0].shape, layer.inputs[1].shape, layer.output.shape)
    expect(first.height, equals: output.height, .geometry, at: place, "matrices of the first operand")
    expect(second.height, equals: output.height, .geometry, at: place, "matrices of the second operand")
    expect(first.width, equals: output.width, .geometry, at: place, "rows of the first matrix")
    let (rows, columns) = (first.channels, output.channels)
    require(
      (second.width, second.channels) == (rows, columns) || (second.width, second.channels) == (columns, rows),
      .geometry, at: place, "the second matrix is \(second.width)x\(second.channels), not \(rows)x\(columns)")
  }
}
