/// A spatial size or step, height first as in HWC.
package struct Extent: Codable, Equatable, Hashable, Sendable {
  package var height: Int
  package var width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  package static let one = Extent(height: 1, width: 1)

  /// Positions in the area, in elements.
  package var area: Int { height * width }
}

/// Rows and columns added around a map, in elements; the four sides are independent.
package struct Padding: Codable, Equatable, Hashable, Sendable {
  package var top: Int
  package var left: Int
  package var bottom: Int
  package var right: Int

  package init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  package static let zero = Padding(top: 0, left: 0, bottom: 0, right: 0)
}

/// The size of an activation in HWC order; the batch is always one and is not written down.
///
/// A vector of K elements is `(1, 1, K)`; a one-dimensional signal of length L with C channels is `(L, 1, C)`.
package struct Shape: Codable, Equatable, Hashable, Sendable, CustomStringConvertible {
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  package var extent: Extent { Extent(height: height, width: width) }

  /// Number of elements; front-ends have checked that the product does not overflow.
  package var elements: Int { height * width * channels }

  package var description: String { "\(height)x\(width)x\(channels)" }

  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    height = try container.decode(Int.self)
    width = try container.decode(Int.self)
    channels = try container.decode(Int.self)
    guard container.isAtEnd else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a shape has three extents")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(height)
    try container.encode(width)
    try container.encode(channels)
  }
}
