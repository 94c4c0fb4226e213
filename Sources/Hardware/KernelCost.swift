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
    let figures = target.kernels
    return (cycles(tile, on: busiest) * figures.contentionPercent).dividedUp(by: 100) + figures.launchCycles
  }

  /// Positions and channels that one core computes.
  private struct CoreShare {
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
    case .pooling:
      return share.elements.dividedUp(by: 4) * tile.window.area * figures.poolingWordCycles
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup:
      return share.elements.dividedUp(by: 4) * wordCycles(tile.kernel)
    case .softmax, .tableSoftmax:
      return share.elements * elementCycles(tile.kernel)
    case .argumentMaximum, .movement, .matrixProduct:
      return share.elements * tile.inputChannels * elementCycles(tile.kernel)
    }
  }

  /// Cycles of one core for 4 elements of an element-wise kernel; 0 for other kernels.
  private func wordCycles(_ kernel: KernelTile.Kernel) -> Int {
    let figures = target.kernels
    return switch kernel {
    case .addition: figures.additionWordCycles
    case .multiplication: figures.multiplicationWordCycles
    case .extremum: figures.extremumWordCycles
    case .pairwise: figures.pairwiseWordCycles
    case .rescale: figures.rescaleWordCycles
    case .lookup: figures.lookupWordCycles
    case .convolution, .depthwise, .fullyConnected, .pooling, .softmax, .tableSoftmax, .argumentMaximum, .movement,
      .matrixProduct:
      0
    }
  }

  /// Cycles of one core for one element of a kernel that takes them one by one; 0 for other kernels.
  private func elementCycles(_ kernel: KernelTile.Kernel) -> Int {
    let figures = target.kernels
    return switch kernel {
    case .softmax: figures.softmaxElementCycles
    case .tableSoftmax: figures.tableSoftmaxElementCycles
    case .argumentMaximum: figures.argumentMaximumElementCycles
    // A load and a store, or two loads.
    case .movement, .matrixProduct: 2 * figures.l2AccessCycles + figures.directElementCycles
    case .convolution, .depthwise, .fullyConnected, .pooling, .addition, .multiplication, .extremum, .pairwise,
      .rescale, .lookup:
      0
    }
  }

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
  /// - Returns: cycles, rounded down.
  package func leastCycles(
    kernel: KernelTile.Kernel, window: Extent, outputs: Int, inputChannels: Int, order: ConstantOrder = .plain,
    form: RequantizationForm? = nil, inputElementBytes: Int = 1
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
    case .pooling: cyclesOfOneCore = outputs * window.area * figures.poolingWordCycles / 4
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup:
      cyclesOfOneCore = outputs * wordCycles(kernel) / 4
    case .softmax, .tableSoftmax: cyclesOfOneCore = outputs * elementCycles(kernel)
    case .argumentMaximum, .movement, .matrixProduct:
      cyclesOfOneCore = outputs * inputChannels * elementCycles(kernel)
    }
    return cyclesOfOneCore * figures.contentionPercent / (100 * target.cores)
  }
}
