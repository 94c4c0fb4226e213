import NetworkIR

/// A tile as the kernel of the interleaved order cuts it.
private struct DenseTile {
  let positions: Int
  /// Of four channels.
  let groups: Int
  /// Whether the last group has fewer than four channels.
  let isPartial: Bool
  /// Positions that blocks do not cross the ends of: a row of the tile, or all of it where rows follow without a gap.
  let rowPositions: Int
  /// Words of a position's window.
  let steps: Int
  let segments: Int
  /// Words of each of the pieces that a window is gathered from, and how many these are; nil where it is read in place.
  let gathered: (pieces: Int, words: Int)?
  /// Words of windows in four that do not begin at a multiple of four bytes, which take a core two accesses.
  let misaligned: Int
  /// Of a block: fewer than four where windows are gathered and four would not fit the kernel's stack.
  let mostPixels: Int

  /// What the kernel gathers windows into: `DORY_DENSE_GATHER_BYTES`.
  private static let gatherBytes = 304

  init(_ tile: KernelTile) {
    positions = tile.rows * tile.columns
    groups = tile.outputChannels.dividedUp(by: 4)
    isPartial = tile.outputChannels % 4 != 0
    let pixelBytes = tile.inputChannels * tile.inputElementBytes
    let window = WindowSegments(kernel: tile.window, dilationWidth: tile.dilation.width, pixelBytes: pixelBytes)
    steps = window.storedBytes / 4
    segments = window.count
    let hasWholeRows = tile.window.width == 1 || tile.dilation.width == 1
    let pieces = hasWholeRows ? tile.window.height : tile.window.area
    gathered = window.isGathered ? (pieces, (tile.window.area / pieces * pixelBytes).dividedUp(by: 4)) : nil
    mostPixels = window.isGathered ? min(4, Self.gatherBytes / window.storedBytes) : 4
    let inputColumns = (tile.columns - 1) * tile.strideWidth + (tile.window.width - 1) * tile.dilation.width + 1
    var places = gathered == nil ? tile.strideWidth * pixelBytes : 4
    if gathered == nil {
      let rowBytes = inputColumns * pixelBytes
      if tile.rows > 1 { places |= tile.strideHeight * rowBytes }
      if tile.window.height > 1 { places |= tile.dilation.height * rowBytes }
      if !hasWholeRows { places |= tile.dilation.width * pixelBytes }
    }
    misaligned = 4 - min(4, 1 << places.trailingZeroBitCount)
    let isOneRow = tile.columns == 1 || tile.strideHeight * inputColumns == tile.columns * tile.strideWidth
    rowPositions = isOneRow ? positions : tile.columns
  }

  /// Blocks of consecutive positions, from a column of a row on.
  func blocks(_ count: Int, from column: Int) -> Blocks {
    let first = min(count, rowPositions - column)
    let (rows, rest) = (count - first).quotientAndRemainder(dividingBy: rowPositions)
    var blocks = Blocks(inRow: first, mostPixels: mostPixels)
    blocks.add(Blocks(inRow: rowPositions, mostPixels: mostPixels), times: rows)
    blocks.add(Blocks(inRow: rest, mostPixels: mostPixels), times: 1)
    return blocks
  }

  /// Into how many ranges the kernel cuts the groups, as many cores sharing the positions of each (`dory_dense_divide`).
  func ranges(cores: Int) -> Int {
    let halves = (0..<Int.bitWidth - 1).prefix { cores >> $0 > 0 }.map { 1 << $0 }
    if cores.nonzeroBitCount == 1 && rowPositions % 4 == 0 {
      let even = halves.first { positions % (4 * (cores / $0)) == 0 && groups % $0 == 0 }
      if let even { return even }
    }
    var (best, least) = (1, Int.max)
    for ranges in halves where groups > ranges / 2 {
      let time = ownEstimate(positions.dividedUp(by: cores / ranges), groups: groups.dividedUp(by: ranges))
      if time < least { (best, least) = (ranges, time) }
    }
    return best
  }

  /// What the kernel takes for the time of a core (`dory_dense_cost`).
  private func ownEstimate(_ count: Int, groups: Int) -> Int {
    let (rows, rest) = count.quotientAndRemainder(dividingBy: rowPositions)
    let blocks = rows * rowPositions.dividedUp(by: 4) + rest.dividedUp(by: 4)
    return groups * (steps * (4 * blocks + 5 * count) + 12 * blocks + 15 * count) + 80 * blocks
  }
}

extension DenseTile {
  /// Whether sums are requantized where they are made (`dory_dense_is_fused`).
  static func isFused(_ tile: KernelTile, _ figures: Target.DenseFigures) -> Bool {
    tile.outputElementBytes == 1 && tile.isFirstPass && tile.isLastPass && figures.fused[tile.form] != nil
      && (tile.inputElementBytes == 1 || !isWide(tile))
  }

  /// Whether the kernel for all windows computes the tile, instead of the one for a single segment of several steps.
  func isSegmented(_ tile: KernelTile, isFused: Bool) -> Bool {
    segments > 1 || steps == 1 || tile.inputElementBytes > 1 || !isFused || Self.isWide(tile)
  }

  private static func isWide(_ tile: KernelTile) -> Bool { tile.form == .rq64 || tile.form == .rq64s }
}

/// How many blocks a core has.
private struct Blocks {
  var all: Int
  /// Where blocks of four positions in a row go together.
  var runs: Int

  init(inRow positions: Int, mostPixels: Int) {
    all = positions.dividedUp(by: mostPixels)
    runs = mostPixels < 4 ? all : min(positions / 4, 1) + min(positions % 4, 1)
  }

  mutating func add(_ other: Blocks, times: Int) {
    all += times * other.all
    runs += times * other.runs
  }
}

/// Cycles of a core on its blocks.
private struct BlockCost {
  /// Finding the core's share.
  var start: Int
  /// Whether a run of blocks begins once.
  var goesInRuns: Bool
  /// A run, or a block where they do not go in runs.
  var run: Int
  /// A block, besides its positions.
  var block: Int
  /// Each position of it.
  var pixel: Int
}

extension CostModel {
  /// Time of the busiest core of a convolution in the interleaved order, with bank conflicts.
  ///
  /// A core's time grows with its blocks of up to four positions and with its positions, each for every four channels.
  func denseCycles(_ tile: KernelTile) -> Int {
    let dense = DenseTile(tile)
    let cores = target.cores
    let ranges = dense.positions == 1 ? cores : dense.ranges(cores: cores)
    let each = dense.positions.dividedUp(by: cores / ranges)
    let groups = dense.groups.dividedUp(by: ranges)
    let last = dense.groups - (dense.groups - 1) / groups * groups
    var costs = [blockCost(tile, dense, groups: last, isPartial: dense.isPartial)]
    if last < dense.groups { costs.append(blockCost(tile, dense, groups: groups, isPartial: false)) }
    var busiest = 0
    for first in stride(from: 0, to: dense.positions, by: each) {
      let count = min(each, dense.positions - first)
      let blocks = dense.blocks(count, from: first % dense.rowPositions)
      for cost in costs {
        let runs = cost.goesInRuns ? blocks.runs : blocks.all
        let cycles = cost.start + runs * cost.run + blocks.all * cost.block + count * cost.pixel
        busiest = max(busiest, cycles)
      }
    }
    return (busiest * target.kernels.dense.contentionPercent).dividedUp(by: 100)
  }

  private func blockCost(_ tile: KernelTile, _ dense: DenseTile, groups: Int, isPartial: Bool) -> BlockCost {
    let figures = target.kernels.dense
    let isFused = DenseTile.isFused(tile, figures)
    let isSegmented = dense.isSegmented(tile, isFused: isFused)
    let finish = finishCycles(tile, isFused: isFused)
    var group = dense.steps * figures.stepCycles + finish.groupCycles
    if isSegmented { group += figures.segmentedGroupCycles + (dense.segments - 1) * figures.segmentCycles }
    let pixel = groups * (dense.steps * figures.stepPixelCycles + finish.pixelCycles)
    let isPoint = dense.positions == 1 && tile.window == .one
    var cost = BlockCost(
      start: isPoint ? figures.pointTileCycles : figures.tileCycles, goesInRuns: isFused && !isPartial,
      run: figures.runCycles, block: groups * group, pixel: pixel + groups * dense.steps * dense.misaligned / 4)
    if isPartial && isFused { cost.block += figures.partialGroupCycles }
    if isPoint && !isSegmented && !isPartial {
      // The loop over blocks is left out, and groups go two by two.
      let pairCycles = figures.stepPairCycles - 2 * (figures.stepCycles + figures.stepPixelCycles)
      (cost.start, cost.run) = (figures.singleTileCycles, 0)
      cost.block += groups / 2 * dense.steps * pairCycles
    }
    if let gathered = dense.gathered {
      let isShort = gathered.words <= 4 && tile.dilation.width == 1
      let wordCycles = isShort ? figures.gatherWordCycles : figures.gatherLongWordCycles
      cost.pixel += gathered.pieces * gathered.words * wordCycles
    }
    return cost
  }

  /// What becomes of four channels of a block.
  private func finishCycles(_ tile: KernelTile, isFused: Bool) -> Target.Finish {
    let figures = target.kernels.dense
    if isFused, let finish = figures.fused[tile.form] { return finish }
    guard tile.isLastPass else { return figures.apart.partial }
    var finish = figures.apart[tile.form]
    if tile.form == .rq64x { finish.pixelCycles += tile.entries * figures.apart.exceptionCycles }
    if tile.form == .thr { finish.pixelCycles += tile.entries * figures.apart.thresholdCycles }
    return finish
  }

  /// What no tiling goes below: the cheapest blocks only, windows read in place, every core busy.
  func leastDenseCycles(outputs: Int, words: Int, form: RequantizationForm?) -> Int {
    let figures = target.kernels.dense
    let apart = figures.apart[form]
    let fused = figures.fused[form] ?? apart
    let step = min(figures.stepCycles + 4 * figures.stepPixelCycles, 2 * figures.stepPairCycles)
    let finish = min(fused.groupCycles + 4 * fused.pixelCycles, apart.groupCycles + 4 * apart.pixelCycles)
    return outputs / 16 * (words * step + finish) * figures.contentionPercent / (100 * target.cores)
  }
}
