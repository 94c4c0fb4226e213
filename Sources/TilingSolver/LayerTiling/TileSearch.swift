import Hardware
import NetworkIR

/// The fastest tiling of a layer in L1 for given L2 chunks.
struct TileSolution: Equatable {
  var tile: TileSize
  var order: LoopOrder
  var split: CoreSplit
  var buffers: [PlannedBuffer]
  /// Time of each chunk: row stripes' kinds by channel chunks' kinds.
  var chunkCycles: [[Int]] = []
  /// Sums over all chunks.
  var compute = 0
  var dma = 0
  var readBytes = 0
  var writeBytes = 0
  var dmaCommands = 0
  var tiles = 0
}

/// Finds the fastest tiling by trying every candidate that could still win.
///
/// Least is the sum over the chunks, which is what the cluster works; L3 traffic does not depend on the tile. Two bounds
/// prune without loss: the layer's ideal kernel time plus the fixed cost of each tile, known before anything is evaluated,
/// and the greater one of all kernel and all transfer times. Sizes go from large to small, so that the first bound,
/// once passed, ends the innermost loops: smaller tiles only make more of them.
struct TileSearch {
  private let shape: LayerShape
  private let model: CostModel
  private let budgetBytes: Int
  private let division: LayerDivision
  private var pipeline: TilePipeline
  private let leastCycles: Int
  private let splits: [CoreSplit]
  private var bestCycles = Int.max
  private var best: Candidate?

  /// One tiling.
  private struct Candidate {
    var tile: TileSize
    var order: LoopOrder
    var doubled: DoubledOperands
    var split: CoreSplit
    var buffers: TileBuffers
  }

  /// The axes of one tile size for every kind of chunk.
  private struct Axes {
    var rows: [TileAxis]
    var columns: TileAxis
    var channels: [TileAxis]
    var passes: TileAxis
  }

  init(_ shape: LayerShape, division: LayerDivision, model: CostModel, l1Bytes: Int) {
    self.shape = shape
    self.model = model
    self.division = division
    budgetBytes = l1Bytes
    pipeline = TilePipeline(shape, model: model)
    splits = shape.splits
    leastCycles = model.leastCycles(
      kernel: shape.kernel, window: shape.window, outputs: shape.output.elements,
      inputChannels: shape.inputChannelsPerOutput)
  }

  /// The fastest tiling; nil where not even the smallest tile fits L1.
  ///
  /// `seed`, a tile that was best for similar chunks, is looked at first, so that the bounds prune early.
  mutating func solve(seed: TileSize? = nil) -> TileSolution? {
    if let seed { consider(seed: seed) }
    let heights = TileCandidates.positions(upTo: division.stripe.rows)
    let widths = TileCandidates.positions(upTo: shape.output.width)
    let rowAxes = heights.map { height in
      division.rowKinds.map { TileAxis($0.range, tileSize: height, input: shape.inputRows) }
    }
    let columnAxes = widths.map { width in
      TileAxis(0..<shape.output.width, tileSize: width, input: shape.inputColumns)
    }
    for channels in TileCandidates.channels(upTo: division.stripe.channels, shape: shape) {
      let channelAxes = division.channelKinds.map { TileAxis(0..<$0.range.count, tileSize: channels) }
      for passSize in TileCandidates.passes(shape) {
        let passes =
          shape.channels == .mixed
          ? TileAxis(passesOver: shape.input.channels, tileSize: passSize) : TileAxis(passesOver: 1, tileSize: 1)
        let inputChannels = shape.channels == .mixed ? passSize : shape.inputChannels(forTileOf: channels)
        for (height, rows) in zip(heights, rowAxes) {
          for (width, columns) in zip(widths, columnAxes) {
            let tile = TileSize(
              height: height, width: width, outputChannels: channels, inputChannels: inputChannels)
            let axes = Axes(rows: rows, columns: columns, channels: channelAxes, passes: passes)
            let overhead = tileOverhead(axes)
            guard leastCycles + overhead < bestCycles else { break }
            if wholeTileBound(tile, axes, overhead: overhead) < bestCycles { consider(tile, axes) }
          }
        }
      }
    }
    return best.map { solution($0) }
  }

  /// Kernels of the tiles that are not cut off, ideal kernels for the rest, and the fixed cost of each tile.
  private func wholeTileBound(_ tile: TileSize, _ axes: Axes, overhead: Int) -> Int {
    var wholeTiles = shape.output.width / tile.width
    wholeTiles *= division.rowKinds.reduce(0) { $0 + $1.range.count / tile.height * $1.count }
    wholeTiles *= division.channelKinds.reduce(0) { $0 + $1.range.count / tile.outputChannels * $1.count }
    let isMixed = shape.channels == .mixed
    let lastPass = axes.passes.kinds[axes.passes.last].outputSize
    var kernel = KernelTile(
      kernel: shape.kernel, window: shape.window, strideHeight: shape.stride.height, rows: tile.height,
      columns: tile.width, outputChannels: tile.outputChannels,
      inputChannels: isMixed ? lastPass : shape.inputChannelsPerOutput, isLastPass: true)
    var cycles = fastest(kernel)
    if axes.passes.count > 1 {
      kernel.inputChannels = tile.inputChannels
      kernel.isLastPass = false
      cycles += (axes.passes.count - 1) * fastest(kernel)
    }
    let wholeLaunches = wholeTiles * axes.passes.count * model.target.kernels.launchCycles
    let outputs = shape.output.elements
    let rest = outputs - wholeTiles * tile.height * tile.width * tile.outputChannels
    return wholeTiles * cycles - wholeLaunches + leastCycles * rest / outputs + overhead
  }

  private func fastest(_ tile: KernelTile) -> Int {
    splits.reduce(Int.max) { min($0, model.cycles(tile, split: $1)) }
  }

  /// Evaluates a tile of other chunks, cut to these.
  private mutating func consider(seed: TileSize) {
    var tile = seed
    tile.height = min(seed.height, division.stripe.rows)
    tile.outputChannels = min(seed.outputChannels, division.stripe.channels)
    if shape.channels != .mixed { tile.inputChannels = shape.inputChannels(forTileOf: tile.outputChannels) }
    consider(tile, axes(of: tile))
  }

  private func axes(of tile: TileSize) -> Axes {
    let isMixed = shape.channels == .mixed
    return Axes(
      rows: division.rowKinds.map { TileAxis($0.range, tileSize: tile.height, input: shape.inputRows) },
      columns: TileAxis(0..<shape.output.width, tileSize: tile.width, input: shape.inputColumns),
      channels: division.channelKinds.map { TileAxis(0..<$0.range.count, tileSize: tile.outputChannels) },
      passes: TileAxis(
        passesOver: isMixed ? shape.input.channels : 1, tileSize: isMixed ? tile.inputChannels : 1))
  }

  private func least(_ sums: SIMD4<Int>) -> Int { splits.indices.reduce(Int.max) { min($0, sums[$1]) } }

  /// Cycles that the tiles of the layer cost whatever they contain.
  private func tileOverhead(_ axes: Axes) -> Int {
    let overhead = model.target.overheads.tileCycles + model.target.kernels.launchCycles
    return count(axes) * overhead
  }

  /// Tiles of the layer.
  private func count(_ axes: Axes) -> Int {
    var rows = 0
    for (axis, kind) in zip(axes.rows, division.rowKinds) { rows += axis.count * kind.count }
    var channels = 0
    for (axis, kind) in zip(axes.channels, division.channelKinds) { channels += axis.count * kind.count }
    return rows * axes.columns.count * channels * axes.passes.count
  }

  /// Evaluates one tile size in both orders and with every useful set of second slots.
  private mutating func consider(_ tile: TileSize, _ axes: Axes) {
    let buffers = TileBuffers(
      shape, tile: tile, inputRows: axes.rows.reduce(0) { max($0, $1.largestInput) },
      inputColumns: axes.columns.largestInput)
    guard buffers.bytes <= budgetBytes else { return }
    let positions = axes.columns.count * axes.rows.reduce(0) { max($0, $1.count) }
    let channelTiles = axes.channels.reduce(0) { max($0, $1.count) }
    // With one position or one channel tile, both orders are the same sequence.
    let orders: [LoopOrder] = positions == 1 || channelTiles == 1 ? [.weightStationary] : LoopOrder.allCases
    for order in orders {
      var changing: DoubledOperands = []
      forEachChunk(axes, order) { tiles, _ in changing.formUnion(pipeline.changingOperands(in: tiles)) }
      for doubled in changing.largestSubsets(of: buffers, spareBytes: budgetBytes - buffers.bytes) {
        evaluate(Candidate(tile: tile, order: order, doubled: doubled, split: .rows, buffers: buffers), axes)
      }
    }
  }

  /// Keeps the candidate, with its best split, if it beats the best one so far.
  private mutating func evaluate(_ candidate: Candidate, _ axes: Axes) {
    var sums = SIMD4<Int>()
    for (rows, rowKind) in zip(axes.rows, division.rowKinds) {
      for (channels, channelKind) in zip(axes.channels, division.channelKinds) {
        let tiles = ChunkTiles(
          rows: rows, columns: axes.columns, channels: channels, passes: axes.passes, order: candidate.order)
        let count = rowKind.count * channelKind.count
        let bound = pipeline.prepare(tiles)
        guard least(sums) + count * bound < bestCycles else { return }
        let cost = pipeline.cost(tiles, doubled: candidate.doubled)
        sums &+= count &* cost.totals
      }
    }
    for (lane, split) in splits.enumerated() where sums[lane] < bestCycles {
      bestCycles = sums[lane]
      best = candidate
      best?.split = split
    }
  }

  /// Calls `body` with the tiles of each kind of chunk and with the number of such chunks.
  private func forEachChunk(_ axes: Axes, _ order: LoopOrder, _ body: (ChunkTiles, Int) -> Void) {
    for (rows, rowKind) in zip(axes.rows, division.rowKinds) {
      for (channels, channelKind) in zip(axes.channels, division.channelKinds) {
        let tiles = ChunkTiles(
          rows: rows, columns: axes.columns, channels: channels, passes: axes.passes, order: order)
        body(tiles, rowKind.count * channelKind.count)
      }
    }
  }

  /// All figures of a candidate.
  private mutating func solution(_ candidate: Candidate) -> TileSolution {
    let tile = candidate.tile
    let axes = axes(of: tile)
    let split = splits.firstIndex(of: candidate.split) ?? 0
    var solution = TileSolution(
      tile: tile, order: candidate.order, split: candidate.split,
      buffers: candidate.buffers.placed(doubled: candidate.doubled))
    for (rows, rowKind) in zip(axes.rows, division.rowKinds) {
      var cycles: [Int] = []
      for (channels, channelKind) in zip(axes.channels, division.channelKinds) {
        let tiles = ChunkTiles(
          rows: rows, columns: axes.columns, channels: channels, passes: axes.passes, order: candidate.order)
        _ = pipeline.prepare(tiles)
        let cost = pipeline.cost(tiles, doubled: candidate.doubled)
        cycles.append(cost.totals[split])
        let count = rowKind.count * channelKind.count
        solution.compute += count * pipeline.computeCycles(tiles, split: candidate.split)
        solution.dma += count * cost.dma
        solution.readBytes += count * cost.readBytes
        solution.writeBytes += count * cost.writeBytes
        solution.dmaCommands += count * cost.dmaCommands
        solution.tiles += count * tiles.count
      }
      solution.chunkCycles.append(cycles)
    }
    return solution
  }
}
