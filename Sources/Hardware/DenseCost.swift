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
  /// Words of the pieces that a window is gathered from; nil where it is read in place.
  let gatheredWords: Int?
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
    gatheredWords = window.isGathered ? pieces * (tile.window.area / pieces * pixelBytes).dividedUp(by: 4) : nil
    mostPixels = window.isGathered ? min(4, Self.gatherBytes / window.storedBytes) : 4
    let inputColumns = (tile.columns - 1) * tile.strideWidth + (tile.window.width - 1) * tile.dilation.width + 1
    let isOneRow = tile.columns == 1 || tile.strideHeight * inputColumns == tile.columns * tile.strideWidth
    rowPositions = isOneRow ? positions : tile.columns
  }

  /// Blocks in a run of positions, from a column of a row on, and how many of them have one position.
  func blocks(_ count: Int, from column: Int) -> (all: Int, single: Int) {
    let first = min(count, rowPositions - column)
    let (rows, rest) = (count - first).quotientAndRemainder(dividingBy: rowPositions)
    let single = (first % mostPixels == 1 ? 1 : 0) + (rowPositions % mostPixels == 1 ? rows : 0)
    return (
      first.dividedUp(by: mostPixels) + rows * rowPositions.dividedUp(by: mostPixels) + rest.dividedUp(by: mostPixels),
      single + (rest % mostPixels == 1 ? 1 : 0)
    )
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
        busiest = max(busiest, blocks.all * cost.block + count * cost.pixel - blocks.single * cost.saved)
      }
    }
    let figures = target.kernels.dense
    return ((figures.tileCycles + busiest) * figures.contentionPercent).dividedUp(by: 100)
  }

  /// Cycles of a core: on each block besides its positions, on each of them, and what it saves on blocks of one.
  private func blockCost(
    _ tile: KernelTile, _ dense: DenseTile, groups: Int, isPartial: Bool
  ) -> (block: Int, pixel: Int, saved: Int) {
    let figures = target.kernels.dense
    let isFused = tile.isFirstPass && tile.isLastPass && [.rq32, .rq32c, .rqh, .rq64, .rq64s].contains(tile.form)
    let finish = tile.isLastPass ? figures.finish[tile.form] : figures.finish.partial
    var block = dense.steps * figures.stepCycles + (dense.segments - 1) * figures.segmentCycles + finish.groupCycles
    var pixel = dense.steps * figures.stepPixelCycles + finish.pixelCycles + tile.entries * finish.entryCycles
    block = figures.blockCycles + groups * block
    pixel = figures.pixelCycles + groups * pixel
    if isPartial && isFused { block += figures.partialGroupCycles }
    if let words = dense.gatheredWords { pixel += figures.gatherWindowCycles + words * figures.gatherWordCycles }
    let pairs = isFused && dense.segments == 1 && dense.steps > 1 ? (groups - (isPartial ? 1 : 0)) / 2 : 0
    let savedCycles = 2 * (figures.stepCycles + figures.stepPixelCycles) - figures.stepPairCycles
    return (block, pixel, pairs * dense.steps * savedCycles)
  }

  /// What no tiling goes below: the cheapest blocks only, windows read in place, every core busy.
  func leastDenseCycles(outputs: Int, words: Int, form: RequantizationForm?) -> Int {
    let figures = target.kernels.dense
    let finish = figures.finish[form]
    let step = min(figures.stepCycles + 4 * figures.stepPixelCycles, 2 * figures.stepPairCycles)
    let sixteen = words * step + finish.groupCycles + 4 * finish.pixelCycles
    return outputs / 16 * sixteen * figures.contentionPercent / (100 * target.cores)
  }
}
