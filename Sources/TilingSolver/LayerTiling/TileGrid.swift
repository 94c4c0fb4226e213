import Hardware
import NetworkIR

/// The tiles of every kind of chunk for one tile size.
struct TileGrid {
  /// By kind of row stripe.
  let rows: [TileAxis]
  let columns: TileAxis
  /// By kind of channel chunk.
  let channels: [TileAxis]
  let passes: TileAxis

  /// Chunks of one kind.
  struct Chunks {
    var tiles: ChunkTiles
    var count: Int
    /// How many of them may find operands in L1.
    var keeping: Int
  }

  /// Most input rows of a tile.
  var largestInputRows: Int { rows.reduce(0) { max($0, $1.largestInput) } }

  /// Whether some chunk has several positions and several channel tiles, so that the order of the loops matters.
  var dependsOnOrder: Bool {
    columns.count * rows.reduce(0) { max($0, $1.count) } > 1 && channels.reduce(0) { max($0, $1.count) } > 1
  }

  /// The chunks of one kind.
  func chunks(of division: LayerDivision, _ order: LoopOrder, _ rowKind: Int, _ channelKind: Int) -> Chunks {
    let (rowChunks, channelChunks) = (division.rowKinds[rowKind], division.channelKinds[channelKind])
    let tiles = ChunkTiles(
      rows: rows[rowKind], columns: columns, channels: channels[channelKind], passes: passes, order: order)
    return Chunks(
      tiles: tiles, count: rowChunks.count * channelChunks.count, keeping: division.keeping(rowChunks, channelChunks))
  }

  /// Calls `body` for each kind of chunk until it returns false.
  func forEachChunk(of division: LayerDivision, _ order: LoopOrder, _ body: (Chunks) -> Bool) {
    for rowKind in rows.indices {
      for channelKind in channels.indices {
        guard body(chunks(of: division, order, rowKind, channelKind)) else { return }
      }
    }
  }
}

extension TileGrid {
  init(_ shape: LayerShape, division: LayerDivision, tile: TileSize) {
    self.init(
      rows: Self.rows(shape, division, height: tile.height),
      columns: TileAxis(0..<shape.output.width, tileSize: tile.width, input: shape.inputColumns),
      channels: Self.channels(shape, division, size: tile.outputChannels),
      passes: Self.passes(shape, size: tile.inputChannels))
  }

  static func rows(_ shape: LayerShape, _ division: LayerDivision, height: Int) -> [TileAxis] {
    division.rowKinds.map { TileAxis($0.range, tileSize: height, input: shape.inputRows) }
  }

  static func channels(_ shape: LayerShape, _ division: LayerDivision, size: Int) -> [TileAxis] {
    division.channelKinds.map { TileAxis(channels: $0.range, tileSize: size, shape: shape) }
  }

  static func passes(_ shape: LayerShape, size: Int) -> TileAxis {
    shape.channels == .mixed
      ? TileAxis(passesOver: shape.input.channels, tileSize: size) : TileAxis(passesOver: 1, tileSize: 1)
  }
}
