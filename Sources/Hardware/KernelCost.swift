package import NetworkIR

extension CostModel {
  /// Time of the busiest core, with bank conflicts and the start of the cores.
  package func cycles(_ tile: KernelTile, split: CoreSplit) -> Int {
    let cores = target.cores
    let area = tile.rows * tile.columns
    let busiest: CoreShare
    switch split {
    case .rows:
      let rows = tile.rows.dividedUp(by: cores)
      busiest = CoreShare(rows: rows, positions: rows * tile.columns, channels: tile.outputChannels)
    case .pixels:
      let positions = min(area, 2 * area.dividedUp(by: 2).dividedUp(by: cores))
      busiest = CoreShare(rows: 0, positions: positions, channels: tile.outputChannels)
    case .channels:
      let channels = min(tile.outputChannels, 4 * tile.outputChannels.dividedUp(by: 4).dividedUp(by: cores))
      busiest = CoreShare(rows: tile.rows, positions: area, channels: channels)
    case .grid:
      return (tile.order == .columns ? columnsCycles(tile) : denseCycles(tile)) + target.kernels.launchCycles
    }
    let cycles =
      switch tile.kernel {
      case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup: elementwiseCycles(tile, on: busiest)
      case .pooling(let kind): poolCycles(tile, kind: kind, on: busiest)
      case .softmax: softmaxCycles(tile)
      default: (cycles(tile, on: busiest) * target.kernels.contentionPercent).dividedUp(by: 100)
      }
    return cycles + target.kernels.launchCycles
  }

  /// Positions and channels that one core computes.
  struct CoreShare {
    /// Whole rows, or 0 where the share is a run of positions.
    var rows: Int
    var positions: Int
    var channels: Int

    var elements: Int { positions * channels }
  }

  private func cycles(_ tile: KernelTile, on share: CoreShare) -> Int {
    let figures = target.kernels
    switch tile.kernel {
    case .convolution(let outputChannelsPerGroup):
      return convolutionCycles(tile, on: share, outputChannelsPerGroup: outputChannelsPerGroup)
    case .depthwise:
      return depthwiseCycles(tile, on: share)
    case .fullyConnected:
      let words = tile.inputChannels.dividedUp(by: 4)
      let finish = figures.fullyConnectedBlockCycles
      return share.positions * share.channels.dividedUp(by: 4) * (figures.fullyConnectedWordCycles * words + finish)
    case .tableSoftmax: return share.elements * figures.tableSoftmaxElementCycles
    case .argumentMaximum: return share.elements * tile.inputChannels * figures.argumentMaximumElementCycles
    case .movement, .matrixProduct: return share.elements * tile.inputChannels * directElementCycles
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup, .pooling, .softmax: return 0
    }
  }

  /// Of one core, for an element of a layer that works in L2: a load and a store, or two loads.
  private var directElementCycles: Int { 2 * target.kernels.l2AccessCycles + target.kernels.directElementCycles }

  /// Pairs of positions times blocks of four channels, as in PULP-NN's 4x2 matrix product.
  ///
  /// Four bytes of a window take one step; each byte left over takes one, too. A 1x1 window is read in place.
  private func convolutionCycles(_ tile: KernelTile, on share: CoreShare, outputChannelsPerGroup: Int) -> Int {
    let figures = target.kernels
    let windowElements = tile.window.area * tile.inputChannels
    let groups = share.channels.dividedUp(by: outputChannelsPerGroup)
    let blocks = min(share.channels, outputChannelsPerGroup).dividedUp(by: 4)
    let steps = windowElements / 4 + windowElements % 4
    let finish = tile.isLastPass ? figures.matmulBlockCycles : figures.partialSumCycles
    let gatherWords = figures.windowWordCycles * windowElements.dividedUp(by: 4)
    let gather = tile.window.area == 1 ? 0 : 2 * (gatherWords + figures.windowRowCycles * tile.window.height)
    let pair = figures.pixelPairCycles + groups * (gather + blocks * (figures.matmulStepCycles * steps + finish))
    return share.positions.dividedUp(by: 2) * pair
  }

  /// Columns from top to bottom, so that input rows are fetched once a column; runs of positions fetch them each time.
  private func depthwiseCycles(_ tile: KernelTile, on share: CoreShare) -> Int {
    let figures = target.kernels
    let output = figures.depthwiseOutputCycles + figures.depthwiseWordCycles * tile.window.area.dividedUp(by: 4)
    guard share.rows > 0 else {
      let fetch = figures.depthwiseColumnCycles + figures.depthwiseInputRowCycles * tile.window.height
      return share.elements * (fetch + output)
    }
    let inputRows = (share.rows - 1) * tile.strideHeight + tile.window.height
    let column = figures.depthwiseColumnCycles + figures.depthwiseInputRowCycles * inputRows + share.rows * output
    return share.channels * tile.columns * column
  }
}

extension CostModel {
  /// Kernel cycles that no division of a layer into tiles can go below: every core busy, nothing rounded up.
  ///
  /// - Parameters:
  ///   - kernel: that computes the layer.
  ///   - window: of its input.
  ///   - outputs: elements of its output.
  ///   - inputChannels: that feed one output channel in all passes together.
  ///   - order: of its constants.
  ///   - form: of its requantization; nil without one.
  ///   - inputElementBytes: of one input code.
  ///   - loop: of an element-wise layer over words.
  /// - Returns: cycles, rounded down.
  package func leastCycles(
    kernel: KernelTile.Kernel, window: Extent, outputs: Int, inputChannels: Int, order: ConstantOrder = .plain,
    form: RequantizationForm? = nil, inputElementBytes: Int = 1, loop: WordLoop? = nil
  ) -> Int {
    let figures = target.kernels
    switch order {
    case .plain: break
    case .interleaved:
      let words = window.area * inputChannels * inputElementBytes / 4
      return leastDenseCycles(outputs: outputs, words: words, form: form)
    case .columns: return leastColumnsCycles(outputs: outputs, window: window, form: form)
    }
    let taps = window.area * inputChannels
    let cyclesOfOneCore: Int
    switch kernel {
    case .convolution:
      cyclesOfOneCore = outputs * (figures.matmulStepCycles * (taps / 4) + figures.matmulBlockCycles) / 8
    case .depthwise:
      cyclesOfOneCore = outputs * (figures.depthwiseOutputCycles + figures.depthwiseWordCycles * (taps / 4))
    case .fullyConnected:
      cyclesOfOneCore =
        outputs * (figures.fullyConnectedWordCycles * (inputChannels / 4) + figures.fullyConnectedBlockCycles) / 4
    case .pooling(let kind): return leastPoolCycles(kind, outputs: outputs, window: window, form: form)
    // Neither positions nor channels need be divided equally: what all cores do for all positions is left out.
    case .softmax: return outputs * figures.softmax.resultCycles / target.cores
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup:
      return leastElementwiseCycles(kernel, outputs: outputs, form: form, loop: loop)
    case .tableSoftmax: cyclesOfOneCore = outputs * figures.tableSoftmaxElementCycles
    case .argumentMaximum: cyclesOfOneCore = outputs * inputChannels * figures.argumentMaximumElementCycles
    case .movement, .matrixProduct: cyclesOfOneCore = outputs * inputChannels * directElementCycles
    }
    return cyclesOfOneCore * figures.contentionPercent / (100 * target.cores)
  }
}
