import NetworkIR

extension CostModel {
  /// Time of the busiest core of an element-wise layer: all words of the tile in equal shares, or its elements as it is
  /// split.
  func elementwiseCycles(_ tile: KernelTile, on share: CoreShare) -> Int {
    if let loop = tile.loop {
      let figures = target.kernels.words
      let words = (tile.rows * tile.columns * tile.outputChannels).dividedUp(by: 4)
      return figures.tileCycles + words.dividedUp(by: target.cores) * figures[loop]
    }
    let figures = target.kernels.elements
    let position = figures.positionCycles + share.channels * elementCycles(tile.kernel, form: tile.form)
    return figures.tileCycles + share.positions * position
  }

  /// Cycles of one core for one element of a kernel that no loop over words computes.
  private func elementCycles(_ kernel: KernelTile.Kernel, form: RequantizationForm?) -> Int {
    let figures = target.kernels.elements
    let isWide = form.map { $0 >= .rqh } ?? false
    return switch kernel {
    case .addition: isWide ? figures.wideAdditionCycles : figures.additionCycles
    case .multiplication: isWide ? figures.wideMultiplicationCycles : figures.multiplicationCycles
    case .extremum: figures.extremumCycles
    case .pairwise: figures.pairwiseCycles
    case .rescale: figures.rescaleCycles
    case .lookup: figures.lookupCycles
    case .convolution, .depthwise, .fullyConnected, .pooling, .softmax, .tableSoftmax, .argumentMaximum, .movement,
      .matrixProduct:
      0
    }
  }

  /// What no tiling goes below: every core busy.
  func leastElementwiseCycles(
    _ kernel: KernelTile.Kernel, outputs: Int, form: RequantizationForm?, loop: WordLoop?
  ) -> Int {
    let ofOneCore =
      if let loop { outputs / 4 * target.kernels.words[loop] } else { outputs * elementCycles(kernel, form: form) }
    return ofOneCore / target.cores
  }
}
