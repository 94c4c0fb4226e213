import NetworkIR

extension TileVisit {
  /// One tile and one pass: output rows, columns and channels, and input channels.
  struct Tile {
    var rows: Range<Int>
    var columns: Range<Int>
    var channels: Range<Int>
    var inputs: Range<Int>

    /// What each operand depends on.
    func coordinates(_ visit: TileVisit) -> [(PlannedBuffer.Operand, [Int])] {
      let position = [rows.lowerBound, columns.lowerBound]
      return [
        (.input0, position + [inputs.lowerBound]), (.weights, [channels.lowerBound, inputs.lowerBound]),
        (.parameters, [channels.lowerBound]), (.output, position + [channels.lowerBound]),
      ]
    }
  }

  /// The tiles of a chunk in the order of the loops.
  func tiles(_ rows: Range<Int>, _ channels: Range<Int>) -> [Tile] {
    let positions = pieces(rows, tile.height).flatMap { row in
      pieces(0..<output.width, tile.width).map { (row, $0) }
    }
    let channelTiles = pieces(channels, tile.outputChannels)
    func passes(_ position: (Range<Int>, Range<Int>), _ channels: Range<Int>) -> [Tile] {
      let inputs = isDense ? pieces(0..<input.channels, tile.inputChannels) : [inputChannels(of: channels)]
      return inputs.map { Tile(rows: position.0, columns: position.1, channels: channels, inputs: $0) }
    }
    switch order {
    case .weightStationary: return channelTiles.flatMap { channels in positions.flatMap { passes($0, channels) } }
    case .inputStationary: return positions.flatMap { position in channelTiles.flatMap { passes(position, $0) } }
    }
  }

  /// Bytes that an operand of a tile takes in L1.
  func bytes(of operand: PlannedBuffer.Operand, _ tile: Tile) -> Int {
    switch operand {
    case .input0:
      inputRows(tile.rows).count * inputColumns(tile.columns).count * pixelBytes(tile.inputs.count, inputType)
    case .weights: blockBytes(tile)
    case .parameters: constantOrder == .plain ? tile.channels.count * parameterBytes : 0
    case .output: tile.rows.count * tile.columns.count * pixelBytes(tile.channels.count, outputType)
    case .input1, .accumulator, .scratch: 0
    }
  }

  /// Bytes of L1 that an operand of a tile takes: outside the plain order an input tile has its padding, too.
  func slotBytes(of operand: PlannedBuffer.Operand, _ tile: Tile) -> Int {
    guard operand == .input0, constantOrder != .plain else { return bytes(of: operand, tile) }
    let (kernel, step, dilation) = (geometry.kernel, geometry.stride, geometry.dilation)
    let rows = (tile.rows.count - 1) * step.height + (kernel.height - 1) * dilation.height + 1
    let columns = (tile.columns.count - 1) * step.width + (kernel.width - 1) * dilation.width + 1
    return rows * columns * tile.inputs.count * inputType.bits / 8
  }

  /// Bytes of the weights of one channel of a grouped block: runs of taps that follow each other, each filled up to words.
  private func windowBytes(_ depth: Int) -> Int {
    let (kernel, pixelBytes) = (geometry.kernel, depth * inputType.bits / 8)
    var (runs, whole) = ([Int](), 0)
    for _ in 0..<kernel.height {
      for column in 0..<kernel.width {
        let isNext = column > 0 && (constantOrder == .columns || geometry.dilation.width == 1)
        if isNext { runs[runs.count - 1] += pixelBytes } else { runs.append(pixelBytes) }
        whole += pixelBytes
      }
    }
    let inRuns = runs.reduce(0) { $0 + ($1 + 3) / 4 * 4 }
    let gathered = (whole + 3) / 4 * 4
    return constantOrder == .interleaved && gathered <= 128 ? min(gathered, inRuns) : inRuns
  }

  private func blockBytes(_ tile: Tile) -> Int {
    if constantOrder != .plain {
      return (tile.channels.count + 3) / 4 * 4 * (windowBytes(isDense ? tile.inputs.count : 1) + parameterBytes)
    }
    let depth = isDense ? tile.inputs.count : inputsPerGroup
    return (tile.channels.count * geometry.kernel.area * depth * weightBits + 7) / 8
  }

  /// Bytes of the constants of a chunk of channels: parameters and blocks, each rounded up to a word.
  func constantBytes(_ chunk: Range<Int>) -> Int {
    let tiles = tiles(0..<1, chunk).filter { $0.columns.lowerBound == 0 }
    return tiles.reduce(0) { $0 + (blockBytes($1) + 3) / 4 * 4 }
      + (constantOrder == .plain ? chunk.count * parameterBytes : 0)
  }

  /// Bytes of one pixel, which begins at a byte.
  func pixelBytes(_ channels: Int, _ type: ElementType) -> Int { (channels * type.bits + 7) / 8 }

  /// Input rows that output rows need.
  func inputRows(_ rows: Range<Int>) -> [Int] {
    touched(
      rows, geometry.stride.height, geometry.kernel.height, geometry.dilation.height, geometry.padding.top, input.height
    )
  }

  private func inputColumns(_ columns: Range<Int>) -> [Int] {
    touched(
      columns, geometry.stride.width, geometry.kernel.width, geometry.dilation.width, geometry.padding.left, input.width
    )
  }

  /// Positions inside the map from the first to the last that any window may touch.
  private func touched(
    _ outputs: Range<Int>, _ stride: Int, _ kernel: Int, _ dilation: Int, _ padding: Int, _ size: Int
  ) -> [Int] {
    let first = outputs.lowerBound * stride - padding
    let last = (outputs.upperBound - 1) * stride - padding + (kernel - 1) * dilation
    return (0..<size).filter { first <= $0 && $0 <= last }
  }
}
