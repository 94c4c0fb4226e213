extension Target {
  /// Pools. Cycles of one core.
  package struct PoolFigures: Codable, Equatable, Sendable {
    /// Finding a core's blocks in a tile.
    package var tileCycles: Int
    /// A block of outputs of four channels, all rows of it or a part of a row, of which the maximum is sought.
    package var blockCycles: Int
    /// Each row of a block.
    package var rowCycles: Int
    /// Each output of a block, for four channels, of windows of up to 2x2 positions.
    package var twoCycles: Int
    /// The same for windows of 3x3.
    package var threeCycles: Int
    /// The same for windows of 3x3 two columns apart.
    package var sharedCycles: Int
    /// All other pools: each position.
    package var positionCycles: Int
    /// Four channels of it: of a maximum.
    package var maximumWordCycles: Int
    /// Each row of the window.
    package var maximumRowCycles: Int
    /// Two positions of it.
    package var maximumPairCycles: Int
    /// Four channels of an average.
    package var averageWordCycles: Int
    /// The same of a sum that is requantized in 32 bits, of a window without gaps.
    package var meanWordCycles: Int
    /// The same of other windows.
    package var sumWordCycles: Int
    /// The same of a sum that is requantized in 64 bits.
    package var wideSumWordCycles: Int
    /// Each row of the window of an average or a sum.
    package var windowRowCycles: Int
    /// Two positions of it.
    package var pairCycles: Int
    /// One element at one position, where they are not bytes.
    package var elementCycles: Int
    /// Time with bank conflicts in percent of the time without; at least 100.
    package var contentionPercent: Int
  }

  /// Softmax as TensorFlow Lite computes it. Cycles of one core.
  package struct SoftmaxFigures: Codable, Equatable, Sendable {
    /// Finding a core's share of a tile.
    package var tileCycles: Int
    /// Each position: the reciprocal of the sum.
    package var positionCycles: Int
    /// Each exponential.
    package var exponentialCycles: Int
    /// Each code that is looked at, and counted where there are so many that each difference is computed once.
    package var codeCycles: Int
    /// Each result.
    package var resultCycles: Int
  }
}
