import NetworkIR
import Testing

@testable import Hardware

/// Element-wise layers, of which cores take equal numbers of words, or the elements of their shares.
struct ElementwiseCostTests {
  private static func tile(_ rows: Int, _ columns: Int, _ channels: Int) -> KernelTile {
    KernelTile(
      kernel: .addition, window: .one, strideHeight: 1, rows: rows, columns: columns, outputChannels: channels,
      inputChannels: 1, isLastPass: true, form: .rq32)
  }

  /// 700 elements are 175 words, of which the first of 8 cores takes 22.
  @Test(arguments: WordLoop.allCases, CoreSplit.allCases.filter { $0 != .grid })
  func `words are shared equally whatever the split`(loop: WordLoop, split: CoreSplit) throws {
    let model = CostModel(try Target.named("gap8"))
    let figures = model.target.kernels
    var tile = Self.tile(10, 10, 7)
    tile.loop = loop
    let expected = figures.words.tileCycles + 22 * figures.words[loop] + figures.launchCycles
    #expect(model.cycles(tile, split: split) == expected)
  }

  /// 9 rows of 5 positions with 12 channels: two rows, or 6 of 45 positions, or 4 channels for the busiest of 8 cores.
  @Test(arguments: [(CoreSplit.rows, 10, 12), (.pixels, 6, 12), (.channels, 45, 4)])
  func `elements are shared as the tile is split`(split: CoreSplit, positions: Int, channels: Int) throws {
    let model = CostModel(try Target.named("gap8"))
    let figures = model.target.kernels.elements
    var tile = Self.tile(9, 5, 12)
    var expected = figures.tileCycles + positions * (figures.positionCycles + channels * figures.additionCycles)
    expected += model.target.kernels.launchCycles
    #expect(model.cycles(tile, split: split) == expected)
    tile.form = .rq64s
    expected += positions * channels * (figures.wideAdditionCycles - figures.additionCycles)
    #expect(model.cycles(tile, split: split) == expected)
  }
}
