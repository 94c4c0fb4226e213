import NetworkIR

/// How often an operand is copied between L2 and L1 over a whole layer, and how many bytes that is.
struct CopySum: Equatable, Sendable {
  var copies = Saturated(0)
  var bytes = Saturated(0)
  /// Most pieces within one chunk, those in the padding too: above 1 the operand changes while the chunk runs.
  var mostPiecesOfAChunk = 0

  fileprivate mutating func add(copies: Saturated, pieces: Saturated, bytes: Saturated) {
    self.copies += copies
    self.bytes += bytes
    mostPiecesOfAChunk = max(mostPiecesOfAChunk, pieces.value)
  }

  /// Adds pieces that are all copied.
  fileprivate mutating func add(copies: Saturated, bytes: Saturated) {
    add(copies: copies, pieces: copies, bytes: bytes)
  }
}

/// What moves between L2 and L1, from the order of the loops: an operand is copied again only when its coordinates differ
/// from those of the tile before, be that in the same chunk or the last one of the chunk before. Of an input that lies wholly in the padding nothing is copied, and
/// nothing at all by a direct layer.
struct TransferSums {
  var inputs: [CopySum]
  var weights = CopySum()
  var parameters = CopySum()
  var output = CopySum()

  init(_ walk: TileWalk) {
    inputs = walk.layer.inputs.map { _ in CopySum() }
    guard !walk.layer.isDirect else { return }
    let axes = walk.layer.inputs.map { InputAxes(walk, $0) }
    for (stripe, rows) in walk.rows.enumerated() {
      for (chunk, channels) in walk.channels.enumerated() {
        let loop = LoopCounts(
          positions: rows.count * walk.columns.count, channels: channels.count, passes: walk.passes.count,
          order: walk.layer.loopOrder)
        for input in inputs.indices { addInput(input, axes[input], walk, loop, stripe: stripe, chunk: chunk) }
        addOutput(walk, loop, stripe: stripe, chunk: chunk)
        // Only the last tile of the whole layer before may be of the same channels.
        let isRepeated = stripe > 0 && walk.channels.count == 1 && channels.count == 1
        if walk.layer.constants != nil { addConstants(walk, loop, channels, isRepeated: isRepeated) }
      }
    }
  }

  var readBytes: Int { sum([weights, parameters] + inputs, \.bytes) }
  var writtenBytes: Int { output.bytes.value }
  var copies: Int { sum([weights, parameters, output] + inputs, \.copies) }

  private func sum(_ sums: [CopySum], _ part: KeyPath<CopySum, Saturated>) -> Int {
    sums.reduce(into: Saturated(0)) { $0 += $1[keyPath: part] }.value
  }

  private mutating func addInput(
    _ input: Int, _ axes: InputAxes, _ walk: TileWalk, _ loop: LoopCounts, stripe: Int, chunk: Int
  ) {
    let area = Saturated(axes.rows[stripe]) * axes.columns
    let copied = Saturated(axes.rowTiles[stripe]) * axes.columnTiles
    let type = walk.layer.inputs[input].type
    if walk.layer.isDense {
      let isKept = chunk > 0 && loop.positions * loop.passes == 1
      let times = isKept ? 0 : loop.repetitionsOfDenseInput
      let pixelBytes = walk.passes.reduce(0) { $0 + type.pixelBytes(channels: $1.count) }
      inputs[input].add(
        copies: copied * loop.passes * times, pieces: Saturated(loop.positions) * loop.passes * max(times, 1),
        bytes: area * pixelBytes * times)
    } else {
      // Tiles of one group share its inputs while the position stays.
      let tiles = walk.channels[chunk]
      let inputChannels =
        loop.keepsPosition ? walk.inputsOfGroups(tiles) : tiles.map { walk.layer.groupedInputChannels(of: $0.count) }
      let isKept = chunk > 0 && loop.positions == 1 && walk.continuesGroup(chunk: chunk)
      let copiedChannels = inputChannels.dropFirst(isKept ? 1 : 0)
      let pixelBytes = copiedChannels.reduce(0) { $0 + type.pixelBytes(channels: $1) }
      inputs[input].add(
        copies: copied * copiedChannels.count, pieces: Saturated(loop.positions) * inputChannels.count,
        bytes: area * pixelBytes)
    }
  }

  private mutating func addOutput(_ walk: TileWalk, _ loop: LoopCounts, stripe: Int, chunk: Int) {
    let output = walk.layer.output
    let pixels = Saturated(walk.stripes[stripe].count) * output.shape.width
    let pixelBytes = walk.channels[chunk].reduce(0) { $0 + output.type.pixelBytes(channels: $1.count) }
    self.output.add(copies: Saturated(loop.positions) * loop.channels, bytes: pixels * pixelBytes)
  }

  private mutating func addConstants(
    _ walk: TileWalk, _ loop: LoopCounts, _ channels: [Range<Int>], isRepeated: Bool
  ) {
    let blocks = channels.reduce(0) { sum, channels in
      walk.passes.reduce(sum) { $0 + walk.weightBytes(channels, pass: $1) }
    }
    if blocks > 0, !isRepeated || loop.passes > 1 {
      weights.add(
        copies: Saturated(loop.channels) * loop.passes * loop.repetitionsOfWeights,
        bytes: Saturated(blocks) * loop.repetitionsOfWeights)
    }
    guard !isRepeated, !walk.layer.isGroupedByFour else { return }
    parameters.add(
      copies: Saturated(loop.channels) * loop.repetitionsOfParameters,
      bytes: Saturated(channels.reduce(0) { $0 + walk.parameterBytes($1) }) * loop.repetitionsOfParameters)
  }
}

/// Sums of an input's rows and columns over the tiles, and the tiles that have any; rows by stripe.
private struct InputAxes {
  var rows: [Int]
  var columns: Int
  /// Row tiles of each stripe that are not wholly in the padding.
  var rowTiles: [Int]
  var columnTiles: Int

  init(_ walk: TileWalk, _ input: PlannedOperand) {
    let rowCounts = walk.rows.map { tiles in tiles.map { walk.inputRows($0, of: input).count } }
    let columnCounts = walk.columns.map { walk.inputColumns($0, of: input).count }
    rows = rowCounts.map { $0.reduce(0, +) }
    columns = columnCounts.reduce(0, +)
    rowTiles = rowCounts.map { counts in counts.count { $0 > 0 } }
    columnTiles = columnCounts.count { $0 > 0 }
  }
}

/// The extents of the loops of one chunk, and how often the outer ones make an operand come again.
private struct LoopCounts {
  /// Row tiles times column tiles.
  var positions: Int
  /// Channel tiles.
  var channels: Int
  /// Input-channel tiles, the innermost loop.
  var passes: Int
  var order: LoopOrder

  /// The position stays while the channel tile changes.
  var keepsPosition: Bool { order == .inputStationary || positions == 1 }

  /// The input depends on position and pass: it stays while only the channel tile changes.
  var repetitionsOfDenseInput: Int {
    switch order {
    case .weightStationary: positions * passes == 1 ? 1 : channels
    case .inputStationary: passes == 1 ? 1 : channels
    }
  }

  /// Weights depend on channel tile and pass.
  var repetitionsOfWeights: Int {
    switch order {
    case .weightStationary: passes == 1 ? 1 : positions
    case .inputStationary: channels * passes == 1 ? 1 : positions
    }
  }

  /// Parameters depend on the channel tile.
  var repetitionsOfParameters: Int {
    switch order {
    case .weightStationary: 1
    case .inputStationary: channels == 1 ? 1 : positions
    }
  }
}
