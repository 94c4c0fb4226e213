import NetworkIR

/// What running all tiles of a chunk costs.
struct ChunkCost: Equatable {
  /// Transfers between L2 and L1 alone, in cycles.
  var dma = 0
  var readBytes = 0
  var writeBytes = 0
  var dmaCommands = 0
  /// From the first load to the last store, in cycles; one lane for each of the shape's splits.
  var totals = SIMD4<Int>()
}

extension LayerShape {
  /// Operands that some step after the chunk's first loads again; the output, where there are two tiles of it.
  func changingOperands(in tiles: ChunkTiles) -> TileOperands {
    var changing: TileOperands = []
    let positions = tiles.rows.count * tiles.columns.count
    if positions * tiles.passes.count > 1 || tiles.channels.inputChanges > 1 {
      changing.insert(inputs.count > 1 ? .inputs : .input0)
    }
    if hasWeights, tiles.channels.count * tiles.passes.count > 1 { changing.insert(.weights) }
    if hasParameters, tiles.channels.count > 1 { changing.insert(.parameters) }
    if positions * tiles.channels.count > 1 { changing.insert(.output) }
    return changing
  }

  /// Operands that the first tile of a chunk finds in L1, left there by the chunk before.
  ///
  /// With one channel chunk, the next chunk is the next row stripe: constants that are one tile stay. Otherwise it has
  /// other channels of the same stripe: inputs that are one tile stay where the same input channels feed both.
  func keptOperands(in tiles: ChunkTiles, hasOneChannelChunk: Bool) -> TileOperands {
    if hasOneChannelChunk {
      guard hasConstants, tiles.channels.count == 1 else { return [] }
      var kept: TileOperands = hasParameters ? .parameters : []
      if hasWeights, tiles.passes.count == 1 { kept.insert(.weights) }
      return kept
    }
    guard tiles.rows.count * tiles.columns.count * tiles.passes.count == 1 else { return [] }
    return inputs.count > 1 ? .inputs : .input0
  }
}
