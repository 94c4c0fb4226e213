extension Target {
  /// Durations of the inner loops, in cycles of one core; gap8.json says where each comes from.
  package struct KernelFigures: Codable, Equatable, Sendable {
    /// 4 channels of 2 positions, 4 bytes of input.
    package var matmulStepCycles: Int
    /// Start and requantization of 4 channels of 2 positions.
    package var matmulBlockCycles: Int
    /// Start of 2 positions.
    package var pixelPairCycles: Int
    /// Storing and fetching again 4x2 partial sums.
    package var partialSumCycles: Int
    /// Gathering 4 bytes of a window.
    package var windowWordCycles: Int
    /// Each kernel row of a gathered window.
    package var windowRowCycles: Int
    /// 4 bytes of input, 4 output channels.
    package var fullyConnectedWordCycles: Int
    /// Start and requantization of 4 output channels.
    package var fullyConnectedBlockCycles: Int
    /// Each column of each channel.
    package var depthwiseColumnCycles: Int
    /// Each input row of a column.
    package var depthwiseInputRowCycles: Int
    /// Each output.
    package var depthwiseOutputCycles: Int
    /// Each 4 taps of an output.
    package var depthwiseWordCycles: Int
    /// One element of a softmax by a table, in 64 bits.
    package var tableSoftmaxElementCycles: Int
    /// One element among which the greatest is sought.
    package var argumentMaximumElementCycles: Int
    /// One load from L2 or one store to it by a core.
    package var l2AccessCycles: Int
    /// One element moved or multiplied in L2, besides its loads and stores.
    package var directElementCycles: Int
    package var pools: PoolFigures
    package var softmax: SoftmaxFigures
    /// Element-wise layers that take four elements at a time.
    package var words: WordFigures
    /// Element-wise layers that take one element at a time.
    package var elements: ElementFigures
    /// Convolutions whose constants are interleaved.
    package var dense: DenseFigures
    /// Depthwise convolutions whose constants are in columns.
    package var columns: ColumnsFigures
    /// Starting the cores on one tile.
    package var launchCycles: Int
    /// Time with bank conflicts in percent of the time without, of kernels without figures of their own for it; at
    /// least 100.
    package var contentionPercent: Int
  }

  /// Depthwise convolutions, four channels at a time, down the columns of the output.
  package struct ColumnsFigures: Codable, Equatable, Sendable {
    /// Finding a core's share of a tile.
    package var tileCycles: Int
    /// 3x3 windows, two channels and two output columns at a time, requantized at once.
    package var pairs: StripFigures
    /// 5x5 windows, one channel and one output column at a time, requantized at once.
    package var singles: StripFigures
    /// Any other window or form, position by position.
    package var any: AnyWindowFigures
    /// Time with bank conflicts in percent of the time without; at least 100.
    package var contentionPercent: Int
  }

  /// Strips of output columns, by hand.
  package struct StripFigures: Codable, Equatable, Sendable {
    /// A run of groups of channels.
    package var runCycles: Int
    /// Each channel of it, or pair of them.
    package var channelCycles: Int
    /// Each strip of an odd number of rows.
    package var oddRowCycles: Int
    package var stride1: StripRows
    package var stride2: StripRows
  }

  /// Strips whose windows are one or two positions apart.
  package struct StripRows: Codable, Equatable, Sendable {
    /// Each strip of a channel, or of a pair of them.
    package var stripCycles: Int
    /// Each row of it, by the form of requantization.
    package var rq32RowCycles: Int
    package var rq32cRowCycles: Int
    package var rqhRowCycles: Int
  }

  /// Windows of any size.
  package struct AnyWindowFigures: Codable, Equatable, Sendable {
    /// A run of groups of channels.
    package var runCycles: Int
    /// Each group of up to four channels.
    package var groupCycles: Int
    /// Each position of it.
    package var windowCycles: Int
    /// Each row of the window.
    package var kernelRowCycles: Int
    /// Each 4 taps of a row.
    package var wordCycles: Int
    /// Each code, by the form of its requantization.
    package var codes: CodeFigures
  }

  /// What becomes of one sum, by the form of its requantization; `raw` without one.
  package struct CodeFigures: Codable, Equatable, Sendable {
    package var rawCycles: Int
    package var rq32Cycles: Int
    package var rq32cCycles: Int
    package var rqhCycles: Int
    package var rq64Cycles: Int
    package var rq64sCycles: Int
    package var rq64xCycles: Int
    package var rq64tCycles: Int
    package var thrCycles: Int
    /// For each exception that a channel has room for, besides.
    package var exceptionCycles: Int
    /// For each threshold.
    package var thresholdCycles: Int

    /// Cycles of one code of a channel with room for so many exceptions or thresholds.
    package func cycles(_ form: RequantizationForm?, entries: Int) -> Int {
      switch form {
      case nil: rawCycles
      case .rq32: rq32Cycles
      case .rq32c: rq32cCycles
      case .rqh: rqhCycles
      case .rq64: rq64Cycles
      case .rq64s: rq64sCycles
      case .rq64x: rq64xCycles + entries * exceptionCycles
      case .rq64t: rq64tCycles
      case .thr: thrCycles + entries * thresholdCycles
      }
    }
  }
}
