import NetworkIR

/// The function that computes a depthwise tile.
private enum ColumnsPath {
  /// Two channels by two output columns.
  case pairs(Target.StripFigures)
  /// One channel by one output column.
  case singles(Target.StripFigures)
  case any

  init(_ tile: KernelTile, _ figures: Target.ColumnsFigures) {
    let isFused = [.rq32, .rq32c, .rqh].contains(tile.form)
    let isPlain = tile.dilation == .one && tile.strideHeight == tile.strideWidth && tile.strideWidth <= 2
    switch (isFused && isPlain, tile.window.height, tile.window.width) {
    case (true, 3, 3) where tile.columns > 1: self = .pairs(figures.pairs)
    case (true, 5, 5): self = .singles(figures.singles)
    default: self = .any
    }
  }
}

extension Target.StripRows {
  fileprivate func rowCycles(_ form: RequantizationForm?) -> Int {
    form == .rqh ? rqhRowCycles : form == .rq32c ? rq32cRowCycles : rq32RowCycles
  }
}

extension CostModel {
  /// Time of the busiest core of a depthwise convolution in the columns order, with bank conflicts.
  ///
  /// Groups of four channels go round the cores; what is left of them is shared by strips of output columns.
  func columnsCycles(_ tile: KernelTile) -> Int {
    let cores = target.cores
    let figures = target.kernels.columns
    let path = ColumnsPath(tile, figures)
    var strips = tile.columns
    if case .pairs = path { strips = strips.dividedUp(by: 2) }
    let groups = tile.outputChannels.dividedUp(by: 4)
    let (rounds, rest) = groups.quotientAndRemainder(dividingBy: cores)
    func time(_ group: Int, _ count: Int) -> Int {
      groupCycles(tile, path, channels: min(4, tile.outputChannels - 4 * group), strips: count)
    }
    var busiest = 0
    for core in 0..<cores {
      var cycles = rounds == 0 ? 0 : runCycles(path) + (rounds - 1) * time(0, strips)
      if rounds > 0 { cycles += time((rounds - 1) * cores + core, strips) }
      var next = core * rest * strips / cores
      let end = (core + 1) * rest * strips / cores
      while next < end {
        let count = min(strips - next % strips, end - next)
        cycles += runCycles(path) + time(rounds * cores + next / strips, count)
        next += count
      }
      busiest = max(busiest, cycles)
    }
    return ((figures.tileCycles + busiest) * figures.contentionPercent).dividedUp(by: 100)
  }

  private func runCycles(_ path: ColumnsPath) -> Int {
    switch path {
    case .pairs(let figures), .singles(let figures): figures.runCycles
    case .any: target.kernels.columns.any.runCycles
    }
  }

  /// Strips of one group of up to four channels.
  private func groupCycles(_ tile: KernelTile, _ path: ColumnsPath, channels: Int, strips: Int) -> Int {
    switch path {
    case .pairs(let figures):
      let positions = tile.rows * min(2 * strips, tile.columns)
      let odd = channels % 2 == 0 ? 0 : anyCycles(tile, positions: positions, channels: 1)
      return channels / 2 * stripCycles(tile, figures, strips: strips) + odd
    case .singles(let figures):
      return channels * stripCycles(tile, figures, strips: strips)
    case .any:
      return anyCycles(tile, positions: tile.rows * strips, channels: channels)
    }
  }

  /// Strips of a channel, or of a pair of them.
  private func stripCycles(_ tile: KernelTile, _ figures: Target.StripFigures, strips: Int) -> Int {
    let rows = tile.strideHeight == 1 ? figures.stride1 : figures.stride2
    let odd = tile.rows % 2 == 0 ? 0 : figures.oddRowCycles
    return figures.channelCycles + strips * (rows.stripCycles + tile.rows * rows.rowCycles(tile.form) + odd)
  }

  private func anyCycles(_ tile: KernelTile, positions: Int, channels: Int) -> Int {
    let figures = target.kernels.columns.any
    let row = figures.kernelRowCycles + tile.window.width.dividedUp(by: 4) * figures.wordCycles
    let code = figures.codes.cycles(tile.form, entries: tile.entries)
    return figures.groupCycles + positions * (figures.windowCycles + tile.window.height * row + channels * code)
  }

  /// What no tiling goes below: the cheapest rows only, every core busy.
  func leastColumnsCycles(outputs: Int, window: Extent, form: RequantizationForm?) -> Int {
    let figures = target.kernels.columns
    let row = figures.any.kernelRowCycles + window.width.dividedUp(by: 4) * figures.any.wordCycles
    let position =
      figures.any.windowCycles + window.height * row + 4 * figures.any.codes.cycles(form, entries: 0)
    // Four outputs each: two columns of a pair, four channels of a position.
    let strips = [figures.pairs.stride1, figures.pairs.stride2].map { $0.rowCycles(form) }
    let singles = [figures.singles.stride1, figures.singles.stride2].map { 4 * $0.rowCycles(form) }
    let four = (strips + singles).reduce(position, min)
    return outputs / 4 * four * figures.contentionPercent / (100 * target.cores)
  }
}
