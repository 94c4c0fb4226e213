import Hardware
import NetworkIR

/// Tilings of one layer that the plan does not use, the rest of the layer as planned.
struct TileAlternatives {
  let layer: PlannedLayer
  let shape: LayerShape
  let model: CostModel
  let l1Bytes: Int

  /// The next larger tile along each axis, in the order of `LargerTile.Axis`.
  ///
  /// - Parameter stepCycles: what the step takes with a tiling.
  /// - Returns: none for layers that compute in L2.
  func larger(stepCycles: (TileSolution) -> Int) -> [LargerTile] {
    guard !shape.isDirect else { return [] }
    return LargerTile.Axis.allCases.compactMap { axis in
      guard let tile = next(axis) else { return nil }
      let leastBytes = bytes(of: tile)
      var larger = LargerTile(axis: axis, tile: tile, leastBytes: leastBytes, shortBytes: max(0, leastBytes - l1Bytes))
      if larger.shortBytes == 0 {
        let solution = best(of: tile)
        (larger.cycles, larger.chunkCycles) = (solution.map(stepCycles), solution?.cycles)
      }
      return larger
    }
  }

  /// The best tiling whose tile is another one.
  ///
  /// - Parameter stepCycles: what the step takes with a tiling.
  /// - Returns: nil where there is none.
  func runnerUp(stepCycles: (TileSolution) -> Int) -> TileAlternative? {
    guard !shape.isDirect else { return nil }
    var search = TileSearch(shape, division: division, model: model, l1Bytes: l1Bytes)
    return search.solve(excluding: layer.tile).map { solution in
      TileAlternative(
        tile: solution.tile, loopOrder: solution.order, split: solution.split, cycles: stepCycles(solution),
        chunkCycles: solution.cycles,
        l1Bytes: solution.buffers.reduce(0) { max($0, $1.offset + $1.bytes * $1.count) },
        trafficBytes: solution.readBytes + solution.writeBytes)
    }
  }

  private var division: LayerDivision { LayerDivision(shape, stripe: layer.stripe) }

  private func best(of tile: TileSize) -> TileSolution? {
    var pin = LayerPin(name: layer.name)
    pin.tile = LayerPin.Tile(tile)
    var search = TileSearch(shape, division: division, model: model, l1Bytes: l1Bytes, pin: pin)
    return search.solve()
  }

  /// The least candidate above the planned size of an axis, the other sizes as planned; nil where it is the whole.
  private func next(_ axis: LargerTile.Axis) -> TileSize? {
    var tile = layer.tile
    switch axis {
    case .height:
      guard let size = next(above: tile.height, TileCandidates.positions(upTo: layer.stripe.rows)) else { return nil }
      tile.height = size
    case .width:
      guard let size = next(above: tile.width, TileCandidates.positions(upTo: shape.output.width)) else { return nil }
      tile.width = size
    case .outputChannels:
      let candidates = TileCandidates.channels(upTo: layer.stripe.channels, shape: shape)
      guard let size = next(above: tile.outputChannels, candidates) else { return nil }
      tile.outputChannels = size
      if shape.channels != .mixed { tile.inputChannels = shape.inputChannels(forTileOf: size) }
    case .inputChannels:
      guard shape.channels == .mixed, let size = next(above: tile.inputChannels, TileCandidates.passes(shape)) else {
        return nil
      }
      tile.inputChannels = size
    }
    return tile
  }

  private func next(above size: Int, _ candidates: [Int]) -> Int? { candidates.filter { $0 > size }.min() }

  /// Of its buffers with one slot each.
  private func bytes(of tile: TileSize) -> Int {
    let grid = TileGrid(shape, division: division, tile: tile)
    return TileBuffers(
      shape, tile: tile, inputRows: grid.largestInputRows, inputColumns: grid.columns.largestInput
    ).bytes
  }
}

extension LayerPin.Tile {
  /// All four sizes.
  init(_ tile: TileSize) {
    self.init(
      height: tile.height, width: tile.width, outputChannels: tile.outputChannels, inputChannels: tile.inputChannels)
  }
}
