import NetworkIR
import Testing

@testable import Hardware

/// Pools and softmax, against every core's work walked through.
struct ReductionCostTests {
  private static func pool(
    _ kind: PoolKind, window: Int, stride: Int, rows: Int, columns: Int, channels: Int
  ) -> KernelTile {
    KernelTile(
      kernel: .pooling(kind), window: Extent(height: window, width: window), strideHeight: stride, rows: rows,
      columns: columns, outputChannels: channels, inputChannels: 1, isLastPass: true, form: kind == .sum ? .rq32 : nil,
      strideWidth: stride)
  }

  private static func expected(_ cycles: Int, _ model: CostModel) -> Int {
    let figures = model.target.kernels
    return (cycles * figures.pools.contentionPercent + 99) / 100 + figures.launchCycles
  }

  /// Words of channels, rows, columns: a block ends with a row that is not whole, or with the rows of a word.
  @Test(arguments: [1, 2, 3, 7, 8])
  func `outputs of maxima are cut in equal pieces, and these in blocks of rows`(cores: Int) throws {
    let model = CostModel(try Target.named("gap8").overriding(cores: cores))
    let figures = model.target.kernels.pools
    var random = SplitMix64(seed: 7)
    for _ in 0..<100 {
      let (rows, columns) = (Int.random(in: 1...7, using: &random), Int.random(in: 1...7, using: &random))
      let channels = 4 * Int.random(in: 1...9, using: &random)
      let tile = Self.pool(.maximum, window: 2, stride: 2, rows: rows, columns: columns, channels: channels)
      let outputs = (0..<channels / 4).flatMap { word in
        (0..<rows).flatMap { row in (0..<columns).map { (word, row, $0) } }
      }
      let each = (outputs.count + cores - 1) / cores
      var busiest = 0
      for first in stride(from: 0, to: outputs.count, by: each) {
        let share = outputs[first..<min(first + each, outputs.count)]
        // Rows of the share, each with how many of its outputs are there.
        var pieces: [(word: Int, count: Int)] = []
        for (index, output) in zip(share.indices, share) {
          if index == first || output.2 == 0 { pieces.append((output.0, 0)) }
          pieces[pieces.count - 1].count += 1
        }
        var blocks = 0
        for (index, piece) in pieces.enumerated() {
          let isWhole = piece.count == columns
          let goesOn = index > 0 && isWhole && pieces[index - 1] == (piece.word, columns)
          if !goesOn { blocks += 1 }
        }
        let cycles = blocks * figures.blockCycles + pieces.count * figures.rowCycles + share.count * figures.twoCycles
        busiest = max(busiest, cycles)
      }
      #expect(model.cycles(tile, split: .rows) == Self.expected(figures.tileCycles + busiest, model), "\(tile)")
    }
  }

  /// 7x7 positions of 256 channels: 8 of 64 words for each of 8 cores, 24 pairs and the position that starts the sums.
  @Test func `a global average shares the words of its only position`() throws {
    let model = CostModel(try Target.named("gap8"))
    let figures = model.target.kernels.pools
    let tile = Self.pool(.sum, window: 7, stride: 7, rows: 1, columns: 1, channels: 256)
    let cycles = figures.positionCycles + 8 * (figures.meanWordCycles + 24 * figures.pairCycles)
    #expect(model.cycles(tile, split: .rows) == Self.expected(cycles, model))
  }

  /// 5x5 positions and 12 channels: 4 positions of 3 words for the busiest core, less than 25 times one word.
  @Test func `positions are shared where that leaves the busiest core less`() throws {
    let model = CostModel(try Target.named("gap8"))
    let figures = model.target.kernels.pools
    let tile = Self.pool(.average, window: 3, stride: 1, rows: 5, columns: 5, channels: 12)
    let word = figures.averageWordCycles + 3 * (figures.windowRowCycles + 2 * figures.pairCycles)
    let cycles = 4 * (figures.positionCycles + 3 * word)
    #expect(model.cycles(tile, split: .rows) == Self.expected(cycles, model))
  }

  /// Each core computes all exponentials of the only position and the results of two of ten channels; of 9 positions of
  /// 20 channels a core has two, and computes four exponentials of each again.
  @Test func `softmax shares channels or positions`() throws {
    let model = CostModel(try Target.named("gap8"))
    let figures = model.target.kernels.softmax
    func tile(_ columns: Int, _ channels: Int) -> KernelTile {
      KernelTile(
        kernel: .softmax, window: .one, strideHeight: 1, rows: 1, columns: columns, outputChannels: channels,
        inputChannels: 1, isLastPass: true)
    }
    let code = figures.codeCycles + figures.exponentialCycles
    let start = figures.tileCycles + model.target.kernels.launchCycles
    let single = figures.positionCycles + 10 * code + 2 * figures.resultCycles
    #expect(model.cycles(tile(1, 10), split: .rows) == start + single)
    let whole = figures.positionCycles + 20 * (code + figures.resultCycles) + 4 * figures.exponentialCycles
    #expect(model.cycles(tile(9, 20), split: .rows) == start + 2 * whole)
  }
}
