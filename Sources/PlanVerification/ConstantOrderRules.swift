import NetworkIR

extension PlannedLayer {
  /// How the constants are stored; plain without constants.
  var constantOrder: ConstantOrder { constants?.order ?? .plain }

  /// Weights and parameters of four channels lie together, and input tiles hold the reach of their windows.
  var isGroupedByFour: Bool { constantOrder != .plain }

  /// Bytes of one output channel's weights in a grouped block of a pass over `depth` input channels.
  ///
  /// Rows of the window, or in a dilated one its taps, are filled up to words; a window of at most 128 bytes is taken as
  /// a whole where that is shorter. Of depthwise convolutions always the rows. Weights are as wide as the input's codes.
  func groupedWeightBytes(depth: Int) -> Int {
    let kernel = geometry.kernel
    let depth = depth * inputs[0].type.bits / 8
    guard constantOrder == .interleaved else { return kernel.height * kernel.width.roundedUpToWord }
    let areRowsRuns = kernel.width == 1 || geometry.dilation.width == 1
    let rows = kernel.height * (kernel.width * depth).roundedUpToWord
    let runs = areRowsRuns ? rows : kernel.area * depth.roundedUpToWord
    let whole = (kernel.area * depth).roundedUpToWord
    return whole > 128 ? runs : min(runs, whole)
  }
}

extension Findings {
  /// Weights and parameters are grouped only for the convolutions that have kernels for it, and those kernels alone share
  /// a tile by themselves.
  mutating func checkConstantOrder(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    let order = layer.constantOrder
    require(
      (layer.split == .grid) == layer.isGroupedByFour, .tiling, at: place,
      "split \(layer.split) with constants in the order \(order)")
    guard layer.isGroupedByFour, let constants = layer.constants, let input = layer.inputs.first else { return }
    func demand(_ holds: Bool, _ sentence: String) {
      require(holds, .constants, at: place, "constants in the order \(order) \(sentence)")
    }
    demand(layer.plannedOperator?.hasWeights ?? false, "of a layer without weights")
    demand(constants.weightBits == 8, "with weights of \(constants.weightBits) bits")
    let bytes: [ElementType] = [.int8, .uint8]
    let output = layer.output.type
    let inputBits = order == .interleaved ? [8, 16] : [8]
    demand(inputBits.contains(input.type.bits), "for an input of \(input.type)")
    demand(
      layer.requantization == nil ? output == .int32 : bytes.contains(output), "for an output of \(output)")
    let geometry = layer.geometry
    guard geometry.groups > 0 else { return }
    switch order {
    case .plain: break
    case .interleaved:
      demand(geometry.groups == 1, "with \(geometry.groups) groups")
      let (height, width) = (geometry.kernel.height, geometry.kernel.width)
      let runs = width == 1 || geometry.dilation.width == 1 ? height : height * width
      demand(runs <= 64, "with a window of \(runs) segments")
    case .columns:
      let channels = (input.shape.channels, layer.output.shape.channels)
      demand(
        geometry.groups > 1 && channels == (geometry.groups, geometry.groups),
        "with \(geometry.groups) groups from \(channels.0) to \(channels.1) channels")
      let kernel = geometry.kernel
      demand(
        kernel.area > 1 && max(kernel.height, kernel.width) <= 8, "with a window of \(kernel.height)x\(kernel.width)")
    }
  }

  /// Chunks of a layer and tiles of a chunk have a multiple of four channels where these are grouped by four, unless one
  /// has them all.
  mutating func checkFours(of layer: PlannedLayer) {
    guard layer.isGroupedByFour else { return }
    let pieces = [
      ("chunk", layer.stripe.channels, layer.output.shape.channels),
      ("tile", layer.tile.outputChannels, layer.stripe.channels),
    ]
    for (piece, channels, whole) in pieces where channels < whole && !channels.isMultiple(of: 4) {
      report(.tiling, at: .layer(layer), "\(channels) channels of a \(piece) are not a multiple of 4")
    }
  }
}
