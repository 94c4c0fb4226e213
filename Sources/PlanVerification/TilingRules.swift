import NetworkIR

extension Findings {
  /// Mode, levels, stripes and tiles agree; every output element then belongs to exactly one tile.
  ///
  /// Chunks and tiles are cut from a grid, so they cover the output once as soon as their extents are positive and
  /// within bounds; what can go wrong is a group, a softmax or a mode that the grid cuts through.
  ///
  /// - Returns: false where the layer's tiles cannot be walked.
  mutating func checkTiling(of layer: PlannedLayer) -> Bool {
    let before = violations.count
    checkMode(of: layer)
    checkStripe(of: layer)
    checkTile(of: layer)
    checkFours(of: layer)
    checkConstantOrder(of: layer)
    checkPieces(of: layer)
    let isWalkable = layer.plannedOperator != nil && layer.hasDividingGroups
    return isWalkable && violations.count == before
  }

  private mutating func checkMode(of layer: PlannedLayer) {
    let streamsWeights = layer.streamsConstants
    let stripesActivations = (layer.inputs + [layer.output]).contains { $0.level.isExternal }
    let mode: LayerMode =
      switch (streamsWeights, stripesActivations) {
      case (false, false): .full
      case (true, false): .weightsStreamed
      case (false, true): .activationsStriped
      case (true, true): .bothStreamed
      }
    require(
      layer.mode == mode, .tiling, at: .layer(layer), "mode \(layer.mode) with the operands' levels of \(mode)")
    let shape = layer.output.shape
    if !streamsWeights {
      expect(
        layer.stripe.channels, equals: shape.channels, .tiling, at: .layer(layer),
        "channels of a chunk without streamed weights")
    }
    if !stripesActivations {
      expect(
        layer.stripe.rows, equals: shape.height, .tiling, at: .layer(layer),
        "rows of a chunk without striped activations")
    }
  }

  private mutating func checkStripe(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    let shape = layer.output.shape
    expect(layer.stripe.rows, atMost: shape.height, .tiling, at: place, "rows of a chunk beyond the output")
    expect(layer.stripe.channels, atMost: shape.channels, .tiling, at: place, "channels of a chunk beyond the output")
    guard layer.output.level == .l3, layer.stripe.rows < shape.height else { return }
    let bytes = layer.stripe.rows * layer.output.rowBytes
    if !bytes.isMultiple(of: 4) {
      report(
        .tiling, at: place, "bytes of an output stripe are not a multiple of 4", found: bytes,
        expected: bytes.roundedUpToWord)
    }
  }

  private mutating func checkTile(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    let tile = layer.tile
    expect(tile.height, atMost: layer.stripe.rows, .tiling, at: place, "rows of a tile beyond the chunk")
    expect(tile.width, atMost: layer.output.shape.width, .tiling, at: place, "columns of a tile beyond the output")
    expect(
      tile.outputChannels, atMost: layer.stripe.channels, .tiling, at: place, "channels of a tile beyond the chunk")
    guard let op = layer.plannedOperator, layer.hasDividingGroups else { return }
    checkPacking(of: layer)
    let inputChannels = layer.inputs[0].shape.channels
    if op.needsAllChannels || op.isDirect {
      let outputChannels = layer.output.shape.channels
      expect(tile.outputChannels, equals: outputChannels, .tiling, at: place, "\(op) makes all channels at once")
      expect(tile.inputChannels, equals: inputChannels, .tiling, at: place, "\(op) needs all channels")
      let isShared = op == .matrixProduct || layer.split != .channels
      require(isShared, .tiling, at: place, "\(op) needs all channels on one core")
      if op.isDirect { checkDirectTile(of: layer) }
    } else if layer.isDense {
      expect(tile.inputChannels, atMost: inputChannels, .tiling, at: place, "input channels of a pass")
    } else {
      checkGroupTile(of: layer)
    }
  }

  /// A chunk, and each tile of it, has whole groups of channels, or lies inside one group.
  private mutating func checkGroupTile(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    let group = layer.outputsPerGroup
    let (chunk, tile) = (layer.stripe.channels, layer.tile.outputChannels)
    let isChunkAligned = chunk.isMultiple(of: group) || group.isMultiple(of: chunk)
    require(isChunkAligned, .tiling, at: place, "\(chunk) channels of a chunk cut a group of \(group)")
    let isTileAligned = chunk < group || tile.isMultiple(of: group) || group.isMultiple(of: tile)
    require(isTileAligned, .tiling, at: place, "\(tile) channels of a tile cut a group of \(group)")
    expect(
      layer.tile.inputChannels, equals: layer.groupedInputChannels(of: tile), .tiling, at: place,
      "input channels of a tile of groups")
  }

  /// A direct layer has one tile a chunk. It has stripes only where the rows of all operands correspond.
  private mutating func checkDirectTile(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    expect(layer.tile.height, equals: layer.stripe.rows, .tiling, at: place, "rows of a tile in l2")
    expect(layer.tile.width, equals: layer.output.shape.width, .tiling, at: place, "columns of a tile in l2")
    guard layer.mode != .full else { return }
    require(
      layer.geometry.isRowwise == true, .tiling, at: place, "stripes of a layer that does not go row by row")
  }

  /// Chunks, tiles and passes of elements narrower than a byte begin at whole bytes.
  private mutating func checkPacking(of layer: PlannedLayer) {
    let output = layer.output
    checkPacking(layer.stripe.channels, of: output.shape.channels, [output.type], "chunk", of: layer)
    checkPacking(layer.tile.outputChannels, of: layer.stripe.channels, [output.type], "tile", of: layer)
    let inputTypes = layer.inputs.map(\.type)
    let inputChannels = layer.inputs[0].shape.channels
    if layer.isDense {
      checkPacking(layer.tile.inputChannels, of: inputChannels, inputTypes, "pass", of: layer)
    } else {
      let chunk = layer.groupedInputChannels(of: layer.stripe.channels)
      checkPacking(chunk, of: inputChannels, inputTypes, "chunk", of: layer)
      checkPacking(layer.tile.inputChannels, of: chunk, inputTypes, "tile", of: layer)
    }
  }

  private mutating func checkPacking(
    _ channels: Int, of whole: Int, _ types: [ElementType], _ piece: String, of layer: PlannedLayer
  ) {
    guard channels < whole else { return }
    for type in types where !channels.isMultiple(of: type.elementsPerByte) {
      report(.tiling, at: .layer(layer), "\(channels) \(type) channels of a \(piece) end within a byte")
    }
  }

  /// The tiles along each axis can be counted one by one in good time.
  private mutating func checkPieces(of layer: PlannedLayer) {
    let shape = layer.output.shape
    let stripes = Saturated(shape.height.pieces(of: layer.stripe.rows))
    let chunks = Saturated(shape.channels.pieces(of: layer.stripe.channels))
    let pieces = [
      stripes * layer.stripe.rows.pieces(of: layer.tile.height),
      Saturated(shape.width.pieces(of: layer.tile.width)),
      chunks * layer.stripe.channels.pieces(of: layer.tile.outputChannels)
        * (layer.isDense ? layer.inputs[0].shape.channels.pieces(of: layer.tile.inputChannels) : 1),
      stripes * chunks.value,
    ]
    for count in pieces {
      expect(count.value, atMost: Limit.pieces, .range, at: .layer(layer), "pieces along one axis")
    }
  }
}

extension PlannedOperand {
  /// Of one row in L2 and L3.
  var rowBytes: Int { shape.width * type.pixelBytes(channels: shape.channels) }
}

extension PlannedLayer {
  /// Output channels of one group.
  var outputsPerGroup: Int { output.shape.channels / geometry.groups }

  /// Input channels that output channels of whole groups, or inside one group, need.
  ///
  /// - Precondition: `hasDividingGroups`
  func groupedInputChannels(of outputs: Int) -> Int {
    outputs.pieces(of: outputsPerGroup) * (inputs[0].shape.channels / geometry.groups)
  }

  /// The channels fall into whole groups on both sides.
  var hasDividingGroups: Bool {
    (inputs.map(\.shape.channels) + [output.shape.channels]).allSatisfy {
      $0 >= geometry.groups && $0.isMultiple(of: geometry.groups)
    }
  }
}
