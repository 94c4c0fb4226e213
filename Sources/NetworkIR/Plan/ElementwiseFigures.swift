extension Target {
  /// Element-wise layers, by the loop that takes four elements at a time. Cycles of one core.
  package struct WordFigures: Codable, Equatable, Sendable {
    /// Finding a core's share of a tile, and what the loop multiplies with.
    package var tileCycles: Int
    /// Each word.
    package var positiveCycles: Int
    package var scaledCycles: Int
    package var narrowCycles: Int
    package var halvesCycles: Int
    package var wideCycles: Int
    package var shiftedCycles: Int
    package var halfwordsCycles: Int
    package var extremumCycles: Int
    package var lookupCycles: Int

    /// Cycles of four elements.
    package subscript(loop: WordLoop) -> Int {
      switch loop {
      case .positive: positiveCycles
      case .scaled: scaledCycles
      case .narrow: narrowCycles
      case .halves: halvesCycles
      case .wide: wideCycles
      case .shifted: shiftedCycles
      case .halfwords: halfwordsCycles
      case .extremum: extremumCycles
      case .lookup: lookupCycles
      }
    }
  }

  /// Element-wise layers that no loop over words computes. Cycles of one core.
  package struct ElementFigures: Codable, Equatable, Sendable {
    /// Finding a core's share of a tile.
    package var tileCycles: Int
    /// Each position, for its channels.
    package var positionCycles: Int
    /// Each element.
    package var additionCycles: Int
    package var multiplicationCycles: Int
    package var extremumCycles: Int
    package var pairwiseCycles: Int
    package var rescaleCycles: Int
    package var lookupCycles: Int
    /// Each element of a sum that is requantized in more than 32 bits.
    package var wideAdditionCycles: Int
    /// The same of a product.
    package var wideMultiplicationCycles: Int
  }
}
