import NetworkIR

extension Resolution {
  /// Sizes that the C divides by, and the name that becomes a function and a file.
  mutating func checkSizes(_ layer: PlannedLayer) {
    let sizes = [
      layer.stripe.rows, layer.stripe.channels, layer.tile.height, layer.tile.width, layer.tile.outputChannels,
      layer.tile.inputChannels, layer.geometry.groups,
    ]
    if let bad = sizes.first(where: { $0 < 1 }) {
      report("DG0604", "a stripe size, tile size or group count is \(bad), at least 1 is needed", layer: layer.name)
    }
    let isIdentifier = layer.name.utf8.allSatisfy { byte in
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    if !isIdentifier || layer.name.isEmpty {
      report("DG0607", "layer name '\(layer.name)' is not a C identifier", layer: layer.name)
    }
  }

  /// What plan and network both say: operands and geometry.
  mutating func checkAgreement(_ planned: PlannedLayer, _ layer: Layer) {
    for (operand, mine) in zip(planned.inputs + [planned.output], layer.inputs + [layer.outputOperand(in: network)]) {
      let tensor = network[mine.tensor]
      if operand.tensor != tensor.name || operand.shape != mine.shape || operand.type != tensor.type {
        report(
          "DG0601",
          "the plan has '\(operand.tensor)' \(operand.shape) \(operand.type.rawValue), "
            + "the network '\(tensor.name)' \(mine.shape) \(tensor.type.rawValue)", layer: planned.name)
      }
    }
    let expected: (kernel: Extent, stride: Extent, dilation: Extent, padding: Padding)
    switch layer.operation {
    case .convolution(let c): expected = (c.kernel, c.stride, c.dilation, c.padding)
    case .pooling(let p): expected = (p.kernel, p.stride, .one, p.padding)
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup, .softmax, .tableSoftmax,
      .argumentMaximum, .matrixProduct, .movement:
      expected = (.one, .one, .one, .zero)
    }
    let geometry = planned.geometry
    if (geometry.kernel, geometry.stride, geometry.dilation, geometry.padding) != expected
      || geometry.groups != layer.groups || geometry.isRowwise != layer.isRowwise
    {
      report("DG0601", "the geometry differs from the network's", layer: planned.name)
    }
  }
}

extension Layer {
  /// The output as an operand: its tensor's own shape.
  fileprivate func outputOperand(in network: Network) -> Operand {
    Operand(tensor: output, shape: network[output].shape)
  }

  /// Of a movement whether each output row is made from the same row of the inputs; nil of others.
  fileprivate var isRowwise: Bool? {
    if case .movement(let movement) = operation { movement.isRowwise } else { nil }
  }

  /// Groups of channels that do not mix, as `LayerGeometry.groups` counts them.
  fileprivate var groups: Int {
    switch operation {
    case .convolution(let convolution): convolution.groups
    case .softmax, .tableSoftmax, .argumentMaximum, .matrixProduct, .movement: 1
    case .addition, .multiplication, .extremum, .pairwise, .pooling, .rescale, .lookup: inputs[0].shape.channels
    }
  }
}
