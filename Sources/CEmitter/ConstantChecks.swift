import NetworkIR

extension Resolution {
  /// That constants are planned where the network has them, and stored as it says.
  mutating func checkConstants(of planned: PlannedLayer, _ layer: Layer) {
    let expected = layer.operation.storedConstants(
      input: network[layer.inputs[0].tensor].type, output: network[layer.output].type)
    switch (planned.constants, expected) {
    case (nil, nil): break
    case (nil, .some): report("DG0603", "no constants for a layer that has some", layer: planned.name)
    case (.some(let constants), nil):
      report("DG0605", "constants of \(constants.bytes) bytes, the layer has none", layer: planned.name)
    case (.some(let constants), .some(let expected)):
      if constants.order != expected.order {
        report(
          "DG0605", "constants in the order \(constants.order.rawValue), the network has \(expected.order.rawValue)",
          layer: planned.name)
      }
      guard
        constants.parameterBytesPerChannel != expected.parameterBytes || constants.weightBits != expected.weightBits
      else { return }
      report(
        "DG0605",
        "\(constants.parameterBytesPerChannel) bytes a channel and \(constants.weightBits) bits a weight, "
          + "the network has \(expected.parameterBytes) and \(expected.weightBits)", layer: planned.name)
    }
  }
}

extension Operation {
  /// The order, bytes of the parameters of a channel, and bits of a weight; nil for operations without constants.
  fileprivate func storedConstants(
    input: ElementType, output: ElementType
  ) -> (order: ConstantOrder, parameterBytes: Int, weightBits: Int)? {
    switch self {
    case .convolution(let convolution):
      let rule = convolution.requantization
      let order = convolution.constantOrder(input: input, output: output)
      return (
        order,
        ConstantLayout.parameterBytesPerChannel(
          rule?.form, entries: rule?.entriesPerChannel ?? 0,
          hasWeightZeroPoints: !convolution.weightZeroPoints.isEmpty, order: order), convolution.weightType.bits
      )
    case .lookup(let lookup) where lookup.tables.count > 1:
      return (.plain, ConstantLayout.tableBytesPerChannel(input: input, output: output), 0)
    case .lookup, .addition, .multiplication, .extremum, .pairwise, .pooling, .rescale, .softmax, .tableSoftmax,
      .argumentMaximum, .matrixProduct, .movement:
      return nil
    }
  }
}
