import NetworkIR

/// What of a layer's L1 tiling the user has fixed.
///
/// A pinned size is tried although the candidates may not hold it, if the layer allows it.
struct TilePin: Equatable {
  private let size: LayerPin.Tile
  private let order: LoopOrder?
  private let split: CoreSplit?
  /// Pinned numbers of L1 slots.
  private let slots: [PlannedBuffer.Operand: Int]

  /// `layer` is nil where nothing is pinned.
  init(_ layer: LayerPin? = nil) {
    size = layer?.tile ?? LayerPin.Tile()
    order = layer?.loopOrder
    split = layer?.split
    var slots: [PlannedBuffer.Operand: Int] = [:]
    for buffer in layer?.buffers ?? [] where buffer.level == .l1 { slots[buffer.operand] = buffer.count }
    self.slots = slots
  }

  func heights(upTo rows: Int) -> [Int] {
    guard let height = size.height else { return TileCandidates.positions(upTo: rows) }
    return height <= rows ? [height] : []
  }

  func widths(upTo columns: Int) -> [Int] {
    guard let width = size.width else { return TileCandidates.positions(upTo: columns) }
    return width <= columns ? [width] : []
  }

  func channels(upTo channels: Int, shape: LayerShape) -> [Int] {
    guard let pinned = size.outputChannels else { return TileCandidates.channels(upTo: channels, shape: shape) }
    return shape.allowsChannels(pinned, of: channels) ? [pinned] : []
  }

  /// Input channels of a tile of `channels` output channels.
  func passes(_ shape: LayerShape, tileOf channels: Int) -> [Int] {
    let candidates =
      shape.channels == .mixed ? TileCandidates.passes(shape) : [shape.inputChannels(forTileOf: channels)]
    guard let pinned = size.inputChannels else { return candidates }
    if shape.channels != .mixed { return candidates.filter { $0 == pinned } }
    return pinned == shape.input.channels || pinned % shape.passStep == 0 ? [pinned] : []
  }

  func allows(_ tile: TileSize) -> Bool {
    (size.height ?? tile.height) == tile.height && (size.width ?? tile.width) == tile.width
      && (size.outputChannels ?? tile.outputChannels) == tile.outputChannels
      && (size.inputChannels ?? tile.inputChannels) == tile.inputChannels
  }

  /// Whether a direct layer may run so; it has no L1 buffers.
  func allows(_ solution: TileSolution) -> Bool {
    allows(solution.tile) && allows(solution.split) && (order ?? solution.order) == solution.order && slots.isEmpty
  }

  func allows(_ split: CoreSplit) -> Bool { self.split == nil || self.split == split }

  /// Whether the layer has the buffers that are pinned.
  func allows(_ buffers: TileBuffers) -> Bool {
    guard !slots.isEmpty else { return true }
    let present = Set(buffers.placed(doubled: []).map(\.operand))
    return slots.keys.allSatisfy { present.contains($0) }
  }

  /// Orders to try; where they do not `matter`, they are the same sequence of tiles.
  func orders(matter: Bool) -> [LoopOrder] {
    if let order { return [order] }
    return matter ? LoopOrder.allCases : [.weightStationary]
  }

  /// Operands that are to have two slots.
  var pinnedDoubled: TileOperands { TileOperands(slots.filter { $0.value == 2 }.keys) }

  /// Buffers, with one slot each, of the tile that needs least bytes; nil where the layer allows no tile.
  func smallestBuffers(of shape: LayerShape) -> TileBuffers? {
    let height = size.height ?? 1
    let width = size.width ?? 1
    let rows = TileAxis(0..<shape.output.height, tileSize: height, input: shape.inputRows).largestInput
    let columns = TileAxis(0..<shape.output.width, tileSize: width, input: shape.inputColumns).largestInput
    return channels(upTo: shape.output.channels, shape: shape).flatMap { channels in
      passes(shape, tileOf: channels).map { inputChannels in
        let tile = TileSize(height: height, width: width, outputChannels: channels, inputChannels: inputChannels)
        return TileBuffers(shape, tile: tile, inputRows: rows, inputColumns: columns)
      }
    }.min { $0.bytes < $1.bytes }
  }

  /// The sets of operands with two slots to try, of those that change from tile to tile.
  func doubled(of changing: TileOperands, _ buffers: TileBuffers, spareBytes: Int) -> [TileOperands] {
    guard !slots.isEmpty else { return changing.largestSubsets(of: buffers, spareBytes: spareBytes) }
    let pinned = TileOperands(slots.keys)
    let doubled = pinnedDoubled
    let spareBytes = spareBytes - buffers.bytes(of: doubled)
    guard slots.values.allSatisfy({ (1...2).contains($0) }), slots[.accumulator] != 2, changing.isSuperset(of: doubled),
      spareBytes >= 0
    else { return [] }
    return changing.subtracting(pinned).largestSubsets(of: buffers, spareBytes: spareBytes).map { $0.union(doubled) }
  }
}
