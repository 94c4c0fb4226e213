import Hardware
import NetworkIR

extension TileSolution {
  /// The tiling of a direct layer: each chunk is one tile, which lies in L2, so that nothing moves between L2 and L1.
  ///
  /// The cost is an estimate: for each element two accesses of a core to L2, and the code around them.
  init(direct shape: LayerShape, division: LayerDivision, model: CostModel) {
    func kernelCycles(_ rows: Range<Int>, _ split: CoreSplit) -> Int {
      model.cycles(
        shape.kernelTile(
          rows: rows.count, columns: shape.output.width, outputChannels: shape.output.channels,
          inputChannels: shape.inputChannelsPerOutput, isFirstPass: true, isLastPass: true),
        split: split)
    }
    func sum(_ split: CoreSplit) -> Int {
      division.rowKinds.reduce(0) { $0 + $1.count * kernelCycles($1.range, split) }
    }
    let fastest = shape.splits.min { sum($0) < sum($1) } ?? .rows
    self.init(
      tile: TileSize(
        height: division.stripe.rows, width: shape.output.width, outputChannels: shape.output.channels,
        inputChannels: shape.input.channels),
      order: .weightStationary, split: fastest, buffers: [])
    chunks = division.rowKinds.map {
      let compute = kernelCycles($0.range, fastest)
      let cycles = compute + model.target.overheads.tileCycles
      return [ChunkFigures(cycles: cycles, compute: compute, dma: 0, tiles: 1)]
    }
    chunksKeeping = chunks
    for (kind, figures) in zip(division.rowKinds, chunks) { add(figures[0], ChunkCost(), times: kind.count) }
  }
}
