import Hardware
import NetworkIR

/// The L2 chunks of a layer, equal ones counted together.
struct LayerDivision {
  /// Chunks along one axis that take the same time.
  struct Kind: Equatable {
    /// Output rows or channels of the first of them.
    var range: Range<Int>
    var count: Int
    /// How many of them may find operands in L1 that the chunk before left there.
    var keeping: Int
  }

  let stripe: StripeSize
  /// Row stripes from top to bottom.
  let rows: [Range<Int>]
  /// Channel chunks from first to last.
  let channels: [Range<Int>]
  private(set) var rowKinds: [Kind] = []
  private(set) var channelKinds: [Kind] = []
  /// Index in `rowKinds` of each row stripe.
  private(set) var kindOfRows: [Int] = []
  /// Index in `channelKinds` of each channel chunk.
  private(set) var kindOfChannels: [Int] = []
  /// By channel chunk: whether its first channel needs the input channels of the one before.
  private let keepsInput: [Bool]

  init(_ shape: LayerShape, stripe: StripeSize) {
    self.stripe = stripe
    rows = Self.pieces(of: shape.output.height, size: stripe.rows)
    channels = Self.pieces(of: shape.output.channels, size: stripe.channels)
    // Tiles of two stripes are equal when both have as many rows and the map's edge cuts off as many input rows.
    var cuts: [[Int]] = []
    for range in rows {
      let start = range.lowerBound * shape.stride.height - shape.padding.top
      let reach = (shape.window.height - 1) * shape.dilation.height + 1
      let end = (range.upperBound - 1) * shape.stride.height - shape.padding.top + reach
      // A stripe whose windows lie wholly in the padding is cut off no further by more of it.
      let span = end - start
      let cut = [range.count, min(max(0, -start), span), min(max(0, end - shape.input.height), span)]
      if let index = cuts.firstIndex(of: cut) {
        rowKinds[index].count += 1
        rowKinds[index].keeping += 1
        kindOfRows.append(index)
      } else {
        kindOfRows.append(cuts.count)
        cuts.append(cut)
        rowKinds.append(Kind(range: range, count: 1, keeping: range.lowerBound > 0 ? 1 : 0))
      }
    }
    for range in channels {
      let keeping = range.lowerBound > 0 && shape.continuesInput(atChannel: range.lowerBound) ? 1 : 0
      if let index = channelKinds.firstIndex(where: { $0.range.count == range.count }) {
        channelKinds[index].count += 1
        channelKinds[index].keeping += keeping
        kindOfChannels.append(index)
      } else {
        kindOfChannels.append(channelKinds.count)
        channelKinds.append(Kind(range: range, count: 1, keeping: keeping))
      }
    }
    keepsInput = channels.map { $0.lowerBound > 0 && shape.continuesInput(atChannel: $0.lowerBound) }
  }

  /// Whether there is one channel chunk, so that the chunk after another is the next row stripe.
  var hasOneChannelChunk: Bool { channels.count == 1 }

  /// Chunks of one kind of rows and one of channels that may find operands in L1: constants with one channel chunk,
  /// inputs with several.
  func keeping(_ rows: Kind, _ channels: Kind) -> Int {
    hasOneChannelChunk ? rows.keeping : rows.count * channels.keeping
  }

  /// Whether the chunk of a row stripe and a channel chunk is one of those.
  func keeps(row: Int, channel: Int) -> Bool { hasOneChannelChunk ? row > 0 : keepsInput[channel] }

  /// Tiles of all row stripes together, given those of each kind.
  func rowTiles(_ axes: [TileAxis]) -> Int { Self.tiles(axes, rowKinds) }

  /// Tiles of all channel chunks together, given those of each kind.
  func channelTiles(_ axes: [TileAxis]) -> Int { Self.tiles(axes, channelKinds) }

  private static func tiles(_ axes: [TileAxis], _ kinds: [Kind]) -> Int {
    zip(axes, kinds).reduce(0) { $0 + $1.0.count * $1.1.count }
  }

  private static func pieces(of size: Int, size step: Int) -> [Range<Int>] {
    stride(from: 0, to: size, by: step).map { $0..<min($0 + step, size) }
  }
}

extension LayerShape {
  /// Bytes of the constants of `channels` output channels in tiles of `tile`, as the plan's layout rule pads them.
  func constantBytes(channels: Int, tile: TileSize) -> Int {
    guard hasConstants else { return 0 }
    let channelTiles = TileAxis(0..<channels, tileSize: tile.outputChannels)
    let passChannels = self.channels == .mixed ? input.channels : inputChannelsPerOutput
    let passSize = self.channels == .mixed ? tile.inputChannels : inputChannelsPerOutput
    let passes = TileAxis(passesOver: passChannels, tileSize: passSize)
    var bytes = parameterBytes(outputChannels: channels)
    for (kind, count) in zip(channelTiles.kinds, channelTiles.kindCounts) {
      for (pass, passCount) in zip(passes.kinds, passes.kindCounts) {
        let block = weightBytes(outputChannels: kind.outputSize, inputChannels: pass.outputSize).roundedUp(to: 4)
        bytes += count * passCount * block
      }
    }
    return bytes
  }
}
