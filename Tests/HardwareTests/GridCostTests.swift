import NetworkIR
import Testing

@testable import Hardware

/// Kernels that divide a tile among the cores themselves, against every core's work walked through position by position.
struct GridCostTests {
  private static func model(cores: Int) throws -> CostModel {
    CostModel(try Target.named("gap8").overriding(cores: cores))
  }

  private static func tile(
    _ order: ConstantOrder, rows: Int, columns: Int, outputs: Int, inputs: Int, window: Int = 1, stride: Int = 1,
    form: RequantizationForm? = .rq32
  ) -> KernelTile {
    KernelTile(
      kernel: order == .columns ? .depthwise : .convolution(outputChannelsPerGroup: outputs),
      window: Extent(height: window, width: window), strideHeight: stride, rows: rows, columns: columns,
      outputChannels: outputs, inputChannels: order == .columns ? 1 : inputs, isLastPass: true, order: order,
      form: form, strideWidth: stride)
  }

  /// The positions of each block of each core when `parts` ranges of positions are walked, a block ending at four
  /// positions, at the end of a row, and at the end of the range.
  private static func blocks(positions: Int, row: Int, parts: Int) -> [[Block]] {
    let each = (positions + parts - 1) / parts
    return (0..<parts).map { part in
      var blocks: [Block] = []
      for position in min(part * each, positions)..<min((part + 1) * each, positions) {
        if blocks.isEmpty || blocks[blocks.count - 1].pixels == 4 || position % row == 0 {
          blocks.append(Block(pixels: 1, beginsRow: blocks.isEmpty || position % row == 0))
        } else {
          blocks[blocks.count - 1].pixels += 1
        }
      }
      return blocks
    }
  }

  private struct Block {
    var pixels: Int
    /// Or the core's share.
    var beginsRow: Bool
  }

  /// Of a core, for windows of one segment of several words and whole groups of channels, requantized by RQ32.
  private static func time(
    _ core: [Block], groups: Int, steps: Int, isOnly: Bool = false, _ figures: Target.DenseFigures
  ) -> Int {
    var cycles = 0
    for block in core {
      let pixels = block.pixels
      // Blocks of four in a row are one run.
      if !isOnly && (block.beginsRow || pixels < 4) { cycles += figures.runCycles }
      for group in 0..<groups {
        cycles += figures.fused.rq32.groupCycles + pixels * figures.fused.rq32.pixelCycles
        let isPaired = isOnly && group < groups / 2 * 2
        // The first of a pair has the time of both.
        let pair = group % 2 == 0 ? figures.stepPairCycles : 0
        cycles += steps * (isPaired ? pair : figures.stepCycles + pixels * figures.stepPixelCycles)
      }
    }
    return cycles
  }

  @Test(arguments: [1, 2, 3, 4, 6, 8, 16])
  func `a dense tile takes as long as its busiest core, cut in the way that is fastest by the kernel's own count`(
    cores: Int
  ) throws {
    let model = try Self.model(cores: cores)
    let figures = model.target.kernels.dense
    var random = SplitMix64(seed: 5)
    for _ in 0..<200 {
      let (rows, columns) = (Int.random(in: 1...9, using: &random), Int.random(in: 1...17, using: &random))
      let (outputs, inputs) = (4 * Int.random(in: 1...20, using: &random), 4 * Int.random(in: 2...40, using: &random))
      let stride = Int.random(in: 1...2, using: &random)
      let tile = Self.tile(
        .interleaved, rows: rows, columns: columns, outputs: outputs, inputs: inputs, stride: stride)
      let groups = outputs / 4
      // 1x1 windows without a gap between rows are one row, and so is a tile of one column.
      let row = stride == 1 || columns == 1 ? rows * columns : columns
      let powers = [1, 2, 4, 8, 16].filter { $0 <= cores }
      let even = powers.filter { rows * columns % (4 * (cores / $0)) == 0 && groups % $0 == 0 }
      let isEven = cores.nonzeroBitCount == 1 && row % 4 == 0 && !even.isEmpty
      let candidates = (isEven ? [even[0]] : powers.filter { $0 / 2 < groups }).map { ranges in
        let own = (groups + ranges - 1) / ranges
        let parts = Self.blocks(positions: rows * columns, row: row, parts: cores / ranges)
        let (count, sum) = (parts[0].count, parts[0].reduce(0) { $0 + $1.pixels })
        let estimate = own * (inputs / 4 * (4 * count + 5 * sum) + 12 * count + 15 * sum) + 80 * count
        return (estimate, parts.map { Self.time($0, groups: own, steps: inputs / 4, figures) }.max() ?? 0)
      }
      let least = candidates.map(\.0).min()
      var expected = try #require(candidates.first { $0.0 == least }).1 + figures.tileCycles
      if rows * columns == 1 {
        expected = Self.time(
          [Block(pixels: 1, beginsRow: true)], groups: (groups + cores - 1) / cores, steps: inputs / 4,
          isOnly: true, figures)
        expected += figures.singleTileCycles
      }
      #expect(model.denseCycles(tile) == (expected * figures.contentionPercent + 99) / 100, "\(tile)")
    }
  }

  /// Loads of each window, at the addresses that they have in a tile whose rows follow each other: those that are not at
  /// a multiple of four take a cycle more. The average over all positions, a cycle at a time, is what the model charges, rounded down for each.
  @Test(arguments: [(1, 6, 1), (1, 6, 2), (1, 8, 1), (1, 66, 1), (3, 22, 1), (1, 10, 3), (1, 12, 2)])
  func `words of windows that are not aligned take two accesses`(size: Int, inputs: Int, stride: Int) throws {
    let model = try Self.model(cores: 1)
    let figures = model.target.kernels.dense
    let (rows, columns) = (4, 8)
    let tile = Self.tile(
      .interleaved, rows: rows, columns: columns, outputs: 4, inputs: inputs, window: size, stride: stride)
    var aligned = tile
    aligned.inputChannels = (inputs + 3) / 4 * 4
    let pitch = ((columns - 1) * stride + size) * inputs
    var late = 0
    for position in 0..<rows * columns {
      for line in 0..<size {
        let address = (position / columns * stride + line) * pitch + position % columns * stride * inputs
        if address % 4 != 0 { late += (size * inputs + 3) / 4 }
      }
    }
    let difference = model.denseCycles(tile) - model.denseCycles(aligned)
    let words = size * ((size * inputs + 3) / 4) - size * ((size * aligned.inputChannels + 3) / 4)
    let fewer = words * (rows * columns / 4) * (figures.stepCycles + 4 * figures.stepPixelCycles)
    let expected = Double((late + fewer) * figures.contentionPercent) / 100
    #expect(abs(Double(difference) - expected) <= Double(rows * columns), "\(difference), not \(expected)")
  }

  /// 20 groups on 8 cores: two each; four groups of four strips are left, two strips for each core.
  @Test func `groups of channels go round the cores and strips share the rest`() throws {
    let model = try Self.model(cores: 8)
    let figures = model.target.kernels.columns
    let tile = Self.tile(.columns, rows: 5, columns: 7, outputs: 80, inputs: 1, window: 3)
    let rows = figures.pairs.stride1
    let strip = rows.stripCycles + 5 * rows.rq32RowCycles + figures.pairs.oddRowCycles
    // Two pairs of channels a group, three groups, in two runs.
    let expected =
      figures.tileCycles + 2 * figures.pairs.runCycles + 2 * (3 * figures.pairs.channelCycles + (2 * 4 + 2) * strip)
    #expect(model.columnsCycles(tile) == (expected * figures.contentionPercent + 99) / 100)
  }

  @Test func `no tile of the new orders is faster than the ideal of the layer`() throws {
    let model = try Self.model(cores: 8)
    for order in [ConstantOrder.interleaved, .columns] {
      for form in [nil] + RequantizationForm.allCases {
        for (rows, columns, outputs) in [(1, 1, 4), (3, 4, 32), (7, 7, 30), (16, 16, 64), (2, 9, 7)] {
          for stride in 1...2 {
            let tile = Self.tile(
              order, rows: rows, columns: columns, outputs: outputs, inputs: 10, window: 3, stride: stride, form: form)
            let least = model.leastCycles(
              kernel: tile.kernel, window: tile.window, outputs: rows * columns * outputs,
              inputChannels: tile.inputChannels, order: order, form: form)
            #expect(model.cycles(tile, split: .grid) >= least, "\(tile)")
          }
        }
      }
    }
  }
}
