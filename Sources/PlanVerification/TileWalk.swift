import NetworkIR

/// A layer cut into chunks and tiles, axis by axis.
///
/// Rows, columns, channels and input channels are cut independently of each other, so sums over all tiles are products
/// of sums along the axes, and no walk is longer than one axis.
struct TileWalk {
  let layer: PlannedLayer
  /// Output rows of the tiles, by row stripe.
  let rows: [[Range<Int>]]
  let columns: [Range<Int>]
  /// Output channels of the tiles, by channel chunk.
  let channels: [[Range<Int>]]
  /// Input channels of the passes that are summed up in L1; one for grouped layers.
  let passes: [Range<Int>]
  /// Rows of the output by stripe.
  let stripes: [Range<Int>]
  /// Output channels by chunk.
  let chunks: [Range<Int>]

  /// - Precondition: `checkTiling` found nothing.
  init(_ layer: PlannedLayer) {
    self.layer = layer
    stripes = cut(0..<layer.output.shape.height, by: layer.stripe.rows)
    chunks = cut(0..<layer.output.shape.channels, by: layer.stripe.channels)
    rows = stripes.map { cut($0, by: layer.tile.height) }
    columns = cut(0..<layer.output.shape.width, by: layer.tile.width)
    channels = chunks.map { cut($0, by: layer.tile.outputChannels) }
    let inputChannels = layer.inputs[0].shape.channels
    passes = layer.isDense ? cut(0..<inputChannels, by: layer.tile.inputChannels) : [0..<inputChannels]
  }

  /// Tiles of all chunks, each pass counted.
  var tiles: Int {
    let spatial = rows.reduce(0) { $0 + $1.count } * columns.count
    return (Saturated(spatial) * channels.reduce(0) { $0 + $1.count } * passes.count).value
  }

  /// Rows of input `input` that output rows need.
  func inputRows(_ rows: Range<Int>, of input: PlannedOperand) -> Range<Int> {
    WindowAxis.rows(of: layer.geometry).inputs(of: rows, limit: input.shape.height)
  }

  /// Columns of input `input` that output columns need.
  func inputColumns(_ columns: Range<Int>, of input: PlannedOperand) -> Range<Int> {
    WindowAxis.columns(of: layer.geometry).inputs(of: columns, limit: input.shape.width)
  }

  /// Input channels that the channel tiles of a chunk of groups need, tiles of one group counted once.
  func inputsOfGroups(_ tiles: [Range<Int>]) -> [Int] {
    var groups: [Int] = []
    var before: Int?
    for tile in tiles {
      let first = tile.lowerBound / layer.outputsPerGroup
      if first != before { groups.append(layer.groupedInputChannels(of: tile.count)) }
      before = first
    }
    return groups
  }

  /// Whether the first tile of a chunk lies in the group of the last tile of the chunk before.
  ///
  /// - Precondition: the chunk is not the first.
  func continuesGroup(chunk: Int) -> Bool {
    let first = chunks[chunk].lowerBound
    return (first - 1) / layer.outputsPerGroup == first / layer.outputsPerGroup
  }

  /// Rows of the input that a tile of `height` output rows keeps, where at most `inside` of them lie in the map.
  func keptRows(_ height: Int, inside: Int) -> Int {
    layer.isGroupedByFour ? WindowAxis.rows(of: layer.geometry).inputs(of: height) : inside
  }

  /// Columns of the input that a tile of `width` output columns keeps, where at most `inside` of them lie in the map.
  func keptColumns(_ width: Int, inside: Int) -> Int {
    layer.isGroupedByFour ? WindowAxis.columns(of: layer.geometry).inputs(of: width) : inside
  }

  /// Bytes of the parameters of output channels, as they are copied apart from the weights.
  func parameterBytes(_ channels: Range<Int>) -> Int {
    layer.isGroupedByFour ? 0 : channels.count * (layer.constants?.parameterBytesPerChannel ?? 0)
  }

  /// Bytes of one block of weights, without the padding to a word; with the parameters where they are grouped.
  func weightBytes(_ channels: Range<Int>, pass: Range<Int>) -> Int {
    guard let constants = layer.constants else { return 0 }
    if layer.isGroupedByFour {
      let channel = layer.groupedWeightBytes(depth: pass.count) + constants.parameterBytesPerChannel
      return (Saturated(channels.count.roundedUpToWord) * channel).value
    }
    let perChannel = layer.isDense ? layer.geometry.kernel.area * pass.count : layer.weightsPerOutputChannel
    let bits = Saturated(channels.count) * perChannel * constants.weightBits
    return bits.value / 8 + (bits.value.isMultiple(of: 8) ? 0 : 1)
  }

  /// Bytes of the constants of one channel chunk: parameters, then one block a pass, for each channel tile.
  func constantBytes(chunk: Int) -> Int {
    channels[chunk].reduce(0) { bytes, channels in
      passes.reduce(bytes + parameterBytes(channels).roundedUpToWord) {
        $0 + weightBytes(channels, pass: $1).roundedUpToWord
      }
    }
  }

  /// Bytes of L3 or L2 that hold the rows of an input that a stripe needs, widened to whole words; 0 where it needs
  /// only padding.
  func stripeBytes(_ stripe: Range<Int>, of input: PlannedOperand) -> Int {
    let rows = inputRows(stripe, of: input)
    guard !rows.isEmpty else { return 0 }
    return (rows.upperBound * input.rowBytes).roundedUpToWord - (rows.lowerBound * input.rowBytes).roundedDownToWord
  }
}
