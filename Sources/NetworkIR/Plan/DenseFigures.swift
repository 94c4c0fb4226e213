extension Target {
  /// Dense convolutions in blocks of up to four positions by four output channels.
  package struct DenseFigures: Codable, Equatable, Sendable {
    /// Finding a core's share of a tile.
    package var tileCycles: Int
    /// The same for a tile and a window of one position.
    package var pointTileCycles: Int
    /// The same where sums are requantized at once and the window is one segment of several steps.
    package var singleTileCycles: Int
    /// A block, or a run of blocks of four positions in a row whose sums are requantized at once.
    package var runCycles: Int
    /// Gathering a window: each word of the lines that it consists of, of at most 16 bytes.
    package var gatherWordCycles: Int
    /// Each word of longer lines, or of pieces of lines.
    package var gatherLongWordCycles: Int
    /// A block of which the last channels are fewer than four, where sums are requantized at once.
    package var partialGroupCycles: Int
    /// 4 bytes of the window for four channels: loading their weights.
    package var stepCycles: Int
    /// The same for each position: loading the input, four dot products.
    package var stepPixelCycles: Int
    /// The same for one position and twice four channels, where sums are requantized at once.
    package var stepPairCycles: Int
    /// Four channels of a block, where the window comes in segments or is a single step.
    package var segmentedGroupCycles: Int
    /// Each segment of a window after the first.
    package var segmentCycles: Int
    /// Sums that are requantized where they are made.
    package var fused: FusedFigures
    /// Sums that are stored first.
    package var apart: ApartFigures
    /// Time with bank conflicts in percent of the time without; at least 100.
    package var contentionPercent: Int
  }

  /// What becomes of sums in the registers of a block, by the form of their requantization.
  package struct FusedFigures: Codable, Equatable, Sendable {
    package var rq32: Finish
    package var rq32c: Finish
    package var rqh: Finish
    package var rq64: Finish
    package var rq64s: Finish

    /// The figures of a form; nil for those that are never fused.
    package subscript(form: RequantizationForm?) -> Finish? {
      switch form {
      case .rq32: rq32
      case .rq32c: rq32c
      case .rqh: rqh
      case .rq64: rq64
      case .rq64s: rq64s
      case nil, .rq64x, .rq64t, .thr: nil
      }
    }
  }

  /// What becomes of sums that were stored, by the form of their requantization.
  package struct ApartFigures: Codable, Equatable, Sendable {
    /// Stored as they are.
    package var raw: Finish
    /// Kept for another pass over input channels.
    package var partial: Finish
    package var rq32: Finish
    package var rq32c: Finish
    package var rqh: Finish
    package var rq64: Finish
    package var rq64s: Finish
    package var rq64x: Finish
    package var rq64t: Finish
    package var thr: Finish
    /// For each exception that a channel has room for, four channels of a position.
    package var exceptionCycles: Int
    /// For each threshold.
    package var thresholdCycles: Int

    /// The figures of a form; nil stands for no requantization.
    package subscript(form: RequantizationForm?) -> Finish {
      switch form {
      case nil: raw
      case .rq32: rq32
      case .rq32c: rq32c
      case .rqh: rqh
      case .rq64: rq64
      case .rq64s: rq64s
      case .rq64x: rq64x
      case .rq64t: rq64t
      case .thr: thr
      }
    }
  }

  /// Cycles of four channels.
  package struct Finish: Codable, Equatable, Sendable {
    /// Once for the positions of a block: loading parameters.
    package var groupCycles: Int
    /// Each position.
    package var pixelCycles: Int
  }
}
