import NetworkIR

/// What a pool computes.
package enum PoolKind: Hashable, Sendable { case maximum, average, sum }

extension CostModel {
  /// Time of the busiest core of a pool of bytes, four channels at a time, or one element at a time, with bank conflicts.
  func poolCycles(_ tile: KernelTile, kind: PoolKind, on share: CoreShare) -> Int {
    let figures = target.kernels.pools
    let busiest =
      if tile.inputElementBytes > 1 || tile.outputElementBytes > 1 {
        share.elements * tile.window.area * figures.elementCycles
      } else if kind == .maximum, tile.outputChannels >= 4, let output = blockOutputCycles(tile) {
        maximumBlockCycles(tile, outputCycles: output)
      } else {
        poolPositionsCycles(tile, kind: kind)
      }
    return (busiest * figures.contentionPercent).dividedUp(by: 100)
  }

  /// Cores share positions, or the words of each, whatever leaves the busiest one less.
  private func poolPositionsCycles(_ tile: KernelTile, kind: PoolKind) -> Int {
    let positions = tile.rows * tile.columns
    let words = tile.outputChannels.dividedUp(by: 4)
    let eachWords = words.dividedUp(by: target.cores)
    let eachPositions = positions.dividedUp(by: target.cores)
    let sharesWords = positions == 1 || positions * eachWords < eachPositions * words
    let word = poolWordCycles(kind, window: tile.window, form: tile.form, isGapless: tile.columns == 1)
    let position = target.kernels.pools.positionCycles + (sharesWords ? eachWords : words) * word
    return (sharesWords ? positions : eachPositions) * position
  }

  /// Four channels of one output of a block; nil for windows without such a loop.
  private func blockOutputCycles(_ tile: KernelTile) -> Int? {
    let figures = target.kernels.pools
    // Each load takes two accesses.
    let isMisaligned = tile.outputChannels % 4 != 0
    switch (tile.window.height, tile.window.width) {
    case (3, 3):
      let isShared = tile.strideWidth == 2 && tile.dilation.width == 1
      return isShared ? figures.sharedCycles + (isMisaligned ? 6 : 0) : figures.threeCycles + (isMisaligned ? 9 : 0)
    case (2, 2), (1, 1...4), (2...4, 1): return figures.twoCycles + (isMisaligned ? 4 : 0)
    default: return nil
    }
  }

  /// Outputs are counted through for one word of channels after the other, and each core takes as many; it computes whole
  /// rows together, and parts of a row.
  private func maximumBlockCycles(_ tile: KernelTile, outputCycles: Int) -> Int {
    let figures = target.kernels.pools
    let outputs = tile.rows * tile.columns
    let all = outputs * tile.outputChannels.dividedUp(by: 4)
    let each = all.dividedUp(by: target.cores)
    var busiest = 0
    for first in stride(from: 0, to: all, by: each) {
      let end = min(first + each, all)
      var (next, cycles) = (first, 0)
      while next < end {
        let column = next % tile.columns
        let isPart = column > 0 || end - next < tile.columns
        let rows = isPart ? 1 : min((end - next) / tile.columns, tile.rows - next % outputs / tile.columns)
        let columns = isPart ? min(end - next, tile.columns - column) : tile.columns
        cycles += figures.blockCycles + rows * (figures.rowCycles + columns * outputCycles)
        next += rows * columns
      }
      busiest = max(busiest, cycles)
    }
    return figures.tileCycles + busiest
  }

  /// Four channels of one output. The rows of a window without gaps are one, and sums of it that are requantized in 32
  /// bits go through a loop of their own.
  private func poolWordCycles(_ kind: PoolKind, window: Extent, form: RequantizationForm?, isGapless: Bool) -> Int {
    let figures = target.kernels.pools
    let isOneRow = isGapless || window.width == 2
    let rows = isOneRow ? 1 : window.height
    let pairs = (window.area / rows).dividedUp(by: 2)
    let sum = rows * (figures.windowRowCycles + pairs * figures.pairCycles)
    switch kind {
    case .maximum:
      return figures.maximumWordCycles + rows * (figures.maximumRowCycles + pairs * figures.maximumPairCycles)
    case .average: return figures.averageWordCycles + sum
    case .sum where form != .rq32: return figures.wideSumWordCycles + sum
    case .sum:
      return isOneRow ? figures.meanWordCycles + window.area / 2 * figures.pairCycles : figures.sumWordCycles + sum
    }
  }

  /// What no tiling goes below: every core busy, no gaps.
  func leastPoolCycles(_ kind: PoolKind, outputs: Int, window: Extent, form: RequantizationForm?) -> Int {
    let figures = target.kernels.pools
    var word = poolWordCycles(kind, window: window, form: form, isGapless: true)
    if kind == .maximum { word = min(word, figures.twoCycles, figures.threeCycles, figures.sharedCycles) }
    return outputs / 4 * word / target.cores
  }

  /// Time of the busiest core of a softmax: cores share positions, or the channels of each where there are fewer.
  func softmaxCycles(_ tile: KernelTile) -> Int {
    let figures = target.kernels.softmax
    let cores = target.cores
    let positions = tile.rows * tile.columns
    let count = tile.outputChannels
    let sharesChannels = positions < cores
    let own = sharesChannels ? count.dividedUp(by: cores) : count
    let isCounted = count >= 256
    // Codes that are counted are, on average, half of those that there can be. The first 16 exponentials are kept.
    let sums = isCounted ? 128 : count
    let again = isCounted ? own : min(own, max(0, count - 16))
    let position =
      figures.positionCycles + count * figures.codeCycles + (sums + again) * figures.exponentialCycles
      + own * figures.resultCycles
    return figures.tileCycles + (sharesChannels ? positions : positions.dividedUp(by: cores)) * position
  }
}
