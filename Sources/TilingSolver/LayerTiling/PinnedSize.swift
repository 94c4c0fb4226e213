import NetworkIR

/// A size that the user has fixed of a layer, and what else it could be.
struct PinnedSize {
  /// Its path in a layer of the plan document.
  let name: String
  let value: Int
  /// Sizes go from 1 to this.
  let greatest: Int
  /// Whether the layer can have a size of these.
  private let allows: (Int) -> Bool

  /// nil where nothing is pinned.
  init?(_ name: String, _ value: Int?, upTo greatest: Int, where allows: @escaping (Int) -> Bool = { _ in true }) {
    guard let value else { return nil }
    self.name = name
    self.value = value
    self.greatest = greatest
    self.allows = allows
  }

  var isAllowed: Bool { value >= 1 && value <= greatest && allows(value) }

  /// The value, where the layer can have it.
  var kept: Int? { isAllowed ? value : nil }

  /// The next smaller and the next larger size that the layer can have.
  var nearest: [Int] {
    let below = (1..<max(1, min(value, greatest + 1))).last(where: allows)
    let above = value < greatest ? (max(0, value) + 1...greatest).first(where: allows) : nil
    return [below, above].compactMap { $0 }
  }
}

extension LayerPin {
  /// The pinned sizes, each beside those of the list before it that the layer can have.
  func sizes(of shape: LayerShape) -> [PinnedSize] {
    let output = shape.output
    let stripeRows = PinnedSize("stripe.rows", stripe?.rows, upTo: output.height) {
      $0 == output.height || shape.allowsStripes
    }
    let stripeChannels = PinnedSize("stripe.channels", stripe?.channels, upTo: output.channels) {
      $0 == output.channels || shape.hasConstants && shape.allowsChannels($0, of: output.channels)
    }
    let height = PinnedSize("tile.height", tile?.height, upTo: stripeRows?.kept ?? output.height)
    let width = PinnedSize("tile.width", tile?.width, upTo: output.width) { !shape.isDirect || $0 == output.width }
    let chunk = stripeChannels?.kept ?? output.channels
    let outputChannels = PinnedSize("tile.outputChannels", tile?.outputChannels, upTo: chunk) {
      shape.allowsChannels($0, of: chunk)
    }
    let inputChannels = PinnedSize(
      "tile.inputChannels", tile?.inputChannels, upTo: shape.input.channels,
      where: Self.inputChannels(of: shape, outputChannels: outputChannels?.kept))
    return [stripeRows, stripeChannels, height, width, outputChannels, inputChannels].compactMap { $0 }
  }

  /// Which input channels a tile may have; `outputChannels` is nil for any.
  private static func inputChannels(of shape: LayerShape, outputChannels: Int?) -> (Int) -> Bool {
    if shape.channels == .mixed { return { $0 == shape.input.channels || $0 % shape.passStep == 0 } }
    let all = shape.output.channels
    let tiles = outputChannels.map { [$0] } ?? (1...all).filter { shape.allowsChannels($0, of: all) }
    let possible = Set(tiles.map { shape.inputChannels(forTileOf: $0) })
    return { possible.contains($0) }
  }
}
