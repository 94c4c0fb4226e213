import NetworkIR

/// The operators that a layer of a plan can have, by the names that plans use.
enum PlannedOperator: String, CaseIterable {
  case convolution, depthwiseConvolution, fullyConnected
  case addition, multiplication, maximum, minimum, pairwise
  case maxPool, averagePool, sumPool
  case rescale, lookup
  case softmax, tableSoftmax, argumentMaximum
  case matrixProduct, movement

  /// Whether the operator has weights and parameters of channels; a lookup may have tables of channels instead.
  var hasWeights: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .fullyConnected: true
    case .addition, .multiplication, .maximum, .minimum, .pairwise, .maxPool, .averagePool, .sumPool, .rescale,
      .lookup, .softmax, .tableSoftmax, .argumentMaximum, .matrixProduct, .movement:
      false
    }
  }

  /// Operands that the operator reads.
  var inputs: ClosedRange<Int> {
    switch self {
    case .addition, .multiplication, .maximum, .minimum, .pairwise, .matrixProduct: 2...2
    case .movement: 1...2
    case .convolution, .depthwiseConvolution, .fullyConnected, .maxPool, .averagePool, .sumPool, .rescale, .lookup,
      .softmax, .tableSoftmax, .argumentMaximum:
      1...1
    }
  }

  /// Each output position needs the input position of the same row and column only.
  var isPointwise: Bool {
    switch self {
    case .addition, .multiplication, .maximum, .minimum, .pairwise, .rescale, .lookup, .softmax, .tableSoftmax,
      .argumentMaximum:
      true
    case .convolution, .depthwiseConvolution, .fullyConnected, .maxPool, .averagePool, .sumPool, .matrixProduct,
      .movement:
      false
    }
  }

  /// Each output position needs all channels of its input at once.
  var needsAllChannels: Bool { self == .softmax || self == .tableSoftmax || self == .argumentMaximum }

  /// Each element of the output depends on the same element of the inputs only, so that a tile may be written over one
  /// of them.
  var isElementwise: Bool { isPointwise && !needsAllChannels }

  /// The operator reads and writes L2, and nothing passes through L1.
  var isDirect: Bool { self == .matrixProduct || self == .movement }

  /// Whether a layer with the operator has a record of its requantization; nil where both are possible, as there may
  /// be nothing to requantize.
  var isRequantized: Bool? {
    switch self {
    case .convolution, .depthwiseConvolution, .fullyConnected, .matrixProduct: nil
    case .addition, .multiplication, .sumPool, .rescale: true
    case .maximum, .minimum, .pairwise, .maxPool, .averagePool, .lookup, .softmax, .tableSoftmax, .argumentMaximum,
      .movement:
      false
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

  /// The constants come chunk by chunk from where they live.
  var streamsConstants: Bool { constants?.level.isExternal ?? false }

  /// The layer works in L2.
  var isDirect: Bool { plannedOperator?.isDirect ?? false }

  /// Weights of one output channel, in elements.
  var weightsPerOutputChannel: Int { geometry.kernel.area * (inputs[0].shape.channels / geometry.groups) }
}
