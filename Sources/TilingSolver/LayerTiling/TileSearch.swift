import Hardware
import NetworkIR

/// Finds the fastest tiling by trying every candidate that could still win.
///
/// Least is the sum over the chunks, which is what the cluster works; L3 traffic does not depend on the tile. Of equally
/// fast tilings the one that moves least between L2 and L1 is taken, and of those the one with fewest copies. Two bounds
/// prune without loss: the layer's ideal kernel time plus the fixed cost of each tile, known before anything is evaluated,
/// and the greater one of all kernel and all transfer times. Sizes go from large to small, so that the first bound,
/// once passed, ends the innermost loops: smaller tiles only make more of them.
struct TileSearch {
  private let shape: LayerShape
  private let model: CostModel
  private let budgetBytes: Int
  private let division: LayerDivision
  private let pin: TilePin
  private var pipeline: TilePipeline
  private let leastCycles: Int
  /// The pipeline's lanes of the splits that are allowed.
  private let lanes: [Int]
  private var excluded: TileSize?
  private var bestCycles = Int.max
  private var bestTraffic = Traffic()
  private var best: Candidate?

  /// What decides between equally fast tilings.
  private struct Traffic {
    var bytes = 0
    var commands = 0

    mutating func add(_ cost: ChunkCost, times: Int) {
      bytes += times * (cost.readBytes + cost.writeBytes)
      commands += times * cost.dmaCommands
    }
  }

  /// One tiling.
  private struct Candidate {
    var tile: TileSize
    var order: LoopOrder
    var doubled: TileOperands
    var lane: Int
    var buffers: TileBuffers
  }

  /// `pin` is what is fixed of the layer; nil for nothing.
  init(
    _ shape: LayerShape, division: LayerDivision, model: CostModel, l1Bytes: Int, pin: LayerPin? = nil
  ) {
    self.shape = shape
    self.model = model
    self.division = division
    let pin = TilePin(pin)
    self.pin = pin
    budgetBytes = l1Bytes
    pipeline = TilePipeline(shape, model: model)
    lanes = shape.splits.indices.filter { pin.allows(shape.splits[$0]) }
    leastCycles = model.leastCycles(
      kernel: shape.kernel, window: shape.window, outputs: shape.output.elements,
      inputChannels: shape.inputChannelsPerOutput, order: shape.order, form: shape.form,
      inputElementBytes: shape.inputElementBytes, loop: shape.loop)
  }

  /// The fastest tiling; nil where no tile that the pin allows fits L1.
  ///
  /// - Parameters:
  ///   - seed: a tile that was best for similar chunks: looked at first, so that the bounds prune early.
  ///   - excluded: a tile that is left out, so that the second-best one is found.
  /// - Returns: the tiling with all its figures.
  mutating func solve(seed: TileSize? = nil, excluding excluded: TileSize? = nil) -> TileSolution? {
    guard !lanes.isEmpty else { return nil }
    (bestCycles, best, self.excluded) = (Int.max, nil, excluded)
    if let seed { consider(seed: seed) }
    let heights = pin.heights(upTo: division.stripe.rows)
    let widths = pin.widths(upTo: shape.output.width)
    let rowAxes = heights.map { TileGrid.rows(shape, division, height: $0) }
    let rowTiles = rowAxes.map { division.rowTiles($0) }
    let columnAxes = widths.map { TileAxis(0..<shape.output.width, tileSize: $0, input: shape.inputColumns) }
    let columnTiles = columnAxes.map(\.count)
    for channels in pin.channels(upTo: division.stripe.channels, shape: shape) {
      let channelAxes = TileGrid.channels(shape, division, size: channels)
      let channelTiles = division.channelTiles(channelAxes)
      for passSize in pin.passes(shape, tileOf: channels) {
        let passes = TileGrid.passes(shape, size: passSize)
        for row in heights.indices {
          for column in widths.indices {
            let tiles = rowTiles[row] * columnTiles[column] * channelTiles * passes.count
            let overhead = tiles * (model.target.overheads.tileCycles + model.target.kernels.launchCycles)
            guard leastCycles + overhead <= bestCycles else { break }
            let tile = TileSize(
              height: heights[row], width: widths[column], outputChannels: channels, inputChannels: passSize)
            guard wholeTileBound(tile, passes, overhead: overhead) <= bestCycles else { continue }
            consider(
              tile, TileGrid(rows: rowAxes[row], columns: columnAxes[column], channels: channelAxes, passes: passes))
          }
        }
      }
    }
    return best.map { solution($0) }
  }

  /// The tiling that a plan has, evaluated.
  mutating func solution(of layer: PlannedLayer) -> TileSolution {
    let grid = TileGrid(shape, division: division, tile: layer.tile)
    let buffers = TileBuffers(
      shape, tile: layer.tile, inputRows: grid.largestInputRows, inputColumns: grid.columns.largestInput)
    return solution(
      Candidate(
        tile: layer.tile, order: layer.loopOrder, doubled: TileOperands(doubledIn: layer.buffers),
        lane: shape.splits.firstIndex(of: layer.split) ?? 0, buffers: buffers))
  }

  /// Kernels of the tiles that are not cut off, ideal kernels for the rest, and `overhead`, the fixed cost of the tiles.
  private func wholeTileBound(_ tile: TileSize, _ passes: TileAxis, overhead: Int) -> Int {
    var wholeTiles = shape.output.width / tile.width
    wholeTiles *= division.rowKinds.reduce(0) { $0 + $1.range.count / tile.height * $1.count }
    wholeTiles *= division.channelKinds.reduce(0) { $0 + $1.range.count / tile.outputChannels * $1.count }
    let isMixed = shape.channels == .mixed
    var kernel = shape.kernelTile(
      rows: tile.height, columns: tile.width, outputChannels: tile.outputChannels,
      inputChannels: isMixed ? passes.kinds[passes.last].outputSize : shape.inputChannelsPerOutput,
      isFirstPass: passes.count == 1, isLastPass: true)
    var cycles = fastest(kernel)
    if passes.count > 1 {
      kernel.inputChannels = tile.inputChannels
      (kernel.isFirstPass, kernel.isLastPass) = (true, false)
      cycles += fastest(kernel)
      kernel.isFirstPass = false
      cycles += (passes.count - 2) * fastest(kernel)
    }
    let wholeLaunches = wholeTiles * passes.count * model.target.kernels.launchCycles
    let outputs = shape.output.elements
    let rest = outputs - wholeTiles * tile.height * tile.width * tile.outputChannels
    // In two parts, since the product of both could overflow.
    let restCycles = leastCycles / outputs * rest + leastCycles % outputs * rest / outputs
    return wholeTiles * cycles - wholeLaunches + restCycles + overhead
  }

  private func fastest(_ tile: KernelTile) -> Int {
    lanes.reduce(Int.max) { min($0, model.cycles(tile, split: shape.splits[$1])) }
  }

  private func least(_ sums: SIMD4<Int>) -> Int { lanes.reduce(Int.max) { min($0, sums[$1]) } }

  /// Evaluates a tile of other chunks, cut to these.
  private mutating func consider(seed: TileSize) {
    var tile = seed
    tile.height = min(seed.height, division.stripe.rows)
    tile.outputChannels = min(seed.outputChannels, division.stripe.channels)
    if shape.channels != .mixed { tile.inputChannels = shape.inputChannels(forTileOf: tile.outputChannels) }
    guard pin.allows(tile), shape.allowsChannels(tile.outputChannels, of: division.stripe.channels) else { return }
    consider(tile, TileGrid(shape, division: division, tile: tile))
  }

  /// Evaluates one tile size in both orders and with every useful set of second slots.
  private mutating func consider(_ tile: TileSize, _ grid: TileGrid) {
    guard tile != excluded else { return }
    let buffers = TileBuffers(
      shape, tile: tile, inputRows: grid.largestInputRows, inputColumns: grid.columns.largestInput)
    guard buffers.bytes <= budgetBytes, pin.allows(buffers) else { return }
    for order in pin.orders(matter: grid.dependsOnOrder) {
      var changing: TileOperands = []
      grid.forEachChunk(of: division, order) {
        changing.formUnion(shape.changingOperands(in: $0.tiles))
        return true
      }
      for doubled in pin.doubled(of: changing, buffers, spareBytes: budgetBytes - buffers.bytes) {
        evaluate(Candidate(tile: tile, order: order, doubled: doubled, lane: 0, buffers: buffers), grid)
      }
    }
  }

  /// Keeps the candidate, with its best split, if it beats the best one so far.
  private mutating func evaluate(_ candidate: Candidate, _ grid: TileGrid) {
    var sums = SIMD4<Int>()
    var traffic = Traffic()
    var canWin = true
    grid.forEachChunk(of: division, candidate.order) { chunks in
      let bound = pipeline.prepare(chunks.tiles)
      canWin = least(sums) + chunks.count * bound <= bestCycles
      guard canWin else { return false }
      let cost = pipeline.cost(chunks.tiles, doubled: candidate.doubled)
      let kept = pipeline.cost(cost, of: chunks.tiles, keeping: keptOperands(in: chunks.tiles))
      let alone = chunks.count - chunks.keeping
      sums &+= alone &* cost.totals &+ chunks.keeping &* kept.totals
      traffic.add(cost, times: alone)
      traffic.add(kept, times: chunks.keeping)
      return true
    }
    guard canWin else { return }
    let sum = (traffic.bytes, traffic.commands)
    for lane in lanes where (sums[lane], sum.0, sum.1) < (bestCycles, bestTraffic.bytes, bestTraffic.commands) {
      (bestCycles, bestTraffic) = (sums[lane], traffic)
      best = candidate
      best?.lane = lane
    }
  }

  private func keptOperands(in tiles: ChunkTiles) -> TileOperands {
    shape.keptOperands(in: tiles, hasOneChannelChunk: division.hasOneChannelChunk)
  }

  /// All figures of a candidate.
  private mutating func solution(_ candidate: Candidate) -> TileSolution {
    let lane = candidate.lane
    var solution = TileSolution(
      tile: candidate.tile, order: candidate.order, split: shape.splits[lane],
      buffers: candidate.buffers.placed(doubled: candidate.doubled))
    let grid = TileGrid(shape, division: division, tile: candidate.tile)
    for rows in division.rowKinds.indices {
      var row: [(first: TileSolution.ChunkFigures, keeping: TileSolution.ChunkFigures)] = []
      for channels in division.channelKinds.indices {
        row.append(add(grid.chunks(of: division, candidate.order, rows, channels), candidate, to: &solution))
      }
      solution.chunks.append(row.map(\.first))
      solution.chunksKeeping.append(row.map(\.keeping))
    }
    return solution
  }

  /// Adds the chunks of one kind to a solution, and returns their figures.
  private mutating func add(
    _ chunks: TileGrid.Chunks, _ candidate: Candidate, to solution: inout TileSolution
  ) -> (first: TileSolution.ChunkFigures, keeping: TileSolution.ChunkFigures) {
    _ = pipeline.prepare(chunks.tiles)
    let cost = pipeline.cost(chunks.tiles, doubled: candidate.doubled)
    let kept = pipeline.cost(cost, of: chunks.tiles, keeping: keptOperands(in: chunks.tiles))
    let compute = pipeline.computeCycles(chunks.tiles, split: solution.split)
    let figures = [cost, kept].map {
      TileSolution.ChunkFigures(
        cycles: $0.totals[candidate.lane], compute: compute, dma: $0.dma, tiles: chunks.tiles.count)
    }
    solution.add(figures[0], cost, times: chunks.count - chunks.keeping)
    solution.add(figures[1], kept, times: chunks.keeping)
    return (figures[0], figures[1])
  }
}
