/// The output of one L2 chunk.
package struct StripeSize: Codable, Equatable, Sendable {
  package var rows: Int
  package var channels: Int

  package init(rows: Int, channels: Int) {
    self.rows = rows
    self.channels = channels
  }
}

/// The output of one L1 tile, and the input channels it takes at a time.
package struct TileSize: Codable, Equatable, Hashable, Sendable {
  package var height: Int
  package var width: Int
  /// Of a grouped layer whole groups, or part of one group.
  package var outputChannels: Int
  /// Per pass. Less than the layer's only for dense convolutions, whose tile then is summed up over several passes. For
  /// grouped layers it follows from `outputChannels`: all inputs of the groups that these belong to.
  package var inputChannels: Int

  package init(height: Int, width: Int, outputChannels: Int, inputChannels: Int) {
    self.height = height
    self.width = width
    self.outputChannels = outputChannels
    self.inputChannels = inputChannels
  }
}

/// Which operand stays in L1 while the others change.
package enum LoopOrder: String, Codable, Sendable, CaseIterable {
  case weightStationary, inputStationary
}

/// How the cores share one tile.
package enum CoreSplit: String, Codable, Sendable, CaseIterable {
  /// Core i of n takes output rows `[i * ceil(h / n), (i + 1) * ceil(h / n))`.
  case rows
  /// The same over the `h * w` positions, two by two.
  case pixels
  /// The same over the output channels, four by four.
  case channels
  /// The kernel itself shares the tile, positions by groups of four channels, so that the busiest core has least to do:
  /// kernels whose constants are not in the plain order, and no others.
  case grid
}
