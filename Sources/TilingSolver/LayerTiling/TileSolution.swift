import NetworkIR

/// A tiling of a layer in L1 for given L2 chunks, and what it costs.
struct TileSolution: Equatable {
  /// What one chunk takes, from its first load to its last store between L2 and L1.
  struct ChunkFigures: Equatable {
    var cycles: Int
    /// Kernels alone.
    var compute: Int
    /// Transfers alone, overlapped or not.
    var dma: Int
    /// Passes counted one by one.
    var tiles: Int
  }

  var tile: TileSize
  var order: LoopOrder
  var split: CoreSplit
  var buffers: [PlannedBuffer]
  /// Chunks whose first tile loads everything: by kind of row stripe, then by kind of channel chunk.
  var chunks: [[ChunkFigures]] = []
  /// Chunks whose first tile finds in L1 what the chunk before left there, in the same order.
  var chunksKeeping: [[ChunkFigures]] = []
  /// Sums over all chunks.
  var cycles = 0
  var compute = 0
  var dma = 0
  var readBytes = 0
  var writeBytes = 0
  var dmaCommands = 0
  var tiles = 0

  /// What one chunk takes.
  func figures(row: Int, channel: Int, of division: LayerDivision) -> ChunkFigures {
    let chunks = division.keeps(row: row, channel: channel) ? chunksKeeping : chunks
    return chunks[division.kindOfRows[row]][division.kindOfChannels[channel]]
  }

  /// The same tiling, if a chunk took as long as `cycles` says.
  func replacingCycles(_ cycles: (ChunkFigures) -> Int) -> TileSolution {
    func replaced(_ chunks: [[ChunkFigures]]) -> [[ChunkFigures]] {
      chunks.map { row in
        row.map { figures in
          var figures = figures
          figures.cycles = cycles(figures)
          return figures
        }
      }
    }
    var solution = self
    solution.chunks = replaced(chunks)
    solution.chunksKeeping = replaced(chunksKeeping)
    return solution
  }

  /// Adds `times` chunks.
  mutating func add(_ figures: ChunkFigures, _ cost: ChunkCost, times: Int) {
    cycles += times * figures.cycles
    compute += times * figures.compute
    dma += times * figures.dma
    tiles += times * figures.tiles
    readBytes += times * cost.readBytes
    writeBytes += times * cost.writeBytes
    dmaCommands += times * cost.dmaCommands
  }
}
