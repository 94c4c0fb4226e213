package import NetworkIR

/// A copy between a dense tensor in L2 and a tile of it in L1.
package struct TileCopy: Equatable, Sendable {
  /// Runs of consecutive bytes in L2.
  package var lines: Int
  package var bytesPerLine: Int
  /// Copies of at most two dimensions that the DMA engine needs: lines one fixed distance apart go together.
  package var commands: Int

  /// One run of consecutive bytes, as constants are; no copy where there are none.
  package init(contiguousBytes bytes: Int) {
    lines = bytes > 0 ? 1 : 0
    bytesPerLine = bytes
    commands = lines
  }

  /// `rows` by `columns` by `channels` out of a map in HWC order that has `mapColumns` and `mapChannels`.
  ///
  /// Of elements narrower than a byte, `channels` are all of a pixel's or begin and end at whole bytes. `tileColumns` are
  /// those of the tile in L1, more than `columns` where it has a border; nil where it is dense.
  package init(
    rows: Int, columns: Int, channels: Int, mapColumns: Int, mapChannels: Int, type: ElementType,
    tileColumns: Int? = nil
  ) {
    let hasWholeRows = columns == mapColumns && columns == tileColumns ?? columns
    if channels == mapChannels {
      let isContiguous = hasWholeRows || rows <= 1
      lines = isContiguous ? 1 : rows
      bytesPerLine = (isContiguous ? rows : 1) * columns * type.pixelBytes(channels: channels)
      commands = 1
    } else {
      lines = rows * columns
      bytesPerLine = type.pixelBytes(channels: channels)
      commands = hasWholeRows || columns == 1 ? 1 : rows
    }
    if rows * columns * channels == 0 {
      lines = 0
      commands = 0
    }
  }

  package var bytes: Int { lines * bytesPerLine }
}

extension CostModel {
  /// Time of a copy between L2 and L1: its commands one after the other, then its lines.
  package func cycles(_ copy: TileCopy) -> Int { issueCycles(copy) + moveCycles(copy) }

  /// Time in which the core that runs the network gives the commands of a copy to the DMA engine, and computes nothing.
  package func issueCycles(_ copy: TileCopy) -> Int { copy.commands * target.dma.commandCycles }

  /// Time in which the DMA engine moves the lines of a copy, beside the cores.
  package func moveCycles(_ copy: TileCopy) -> Int {
    guard copy.commands > 0 else { return 0 }
    let dma = target.dma
    let lineCycles = copy.bytesPerLine.dividedUp(by: dma.bytesPerCycle) + (copy.lines > 1 ? dma.lineCycles : 0)
    return dma.latencyCycles + copy.lines * lineCycles
  }
}

extension Int {
  /// `ceil(self / divisor)` of numbers that are not negative.
  package func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

  /// The next multiple of `step`, or the number itself.
  package func roundedUp(to step: Int) -> Int { dividedUp(by: step) * step }
}
