import NetworkIR
package import TilingSolver

/// Numbers as the explanations print them.
package enum Figures {
  /// `12.3 %` of a whole; tenths, rounded.
  package static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0.0 %" }
    return "\(decimal(Double(part) * 1_000 / Double(whole), places: 1)) %"
  }

  /// `1 layer`, `2 layers`.
  package static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `1.25`: hundredths, rounded.
  static func ratio(_ value: Double) -> String { decimal(value * 100, places: 2) }

  /// `120 (1.2 %) more`, `120 (1.2 %) less`, `as many`.
  static func difference(_ value: Int, from base: Int) -> String {
    if value == base { return "as many" }
    return "\(distance(value, base)) (\(distancePercent(value, base))) \(value > base ? "more" : "less")"
  }

  /// `+1.2 %`, `-0.3 %`.
  static func change(_ value: Int, from base: Int) -> String {
    (value < base ? "-" : "+") + distancePercent(value, base)
  }

  /// Up to 2^64 - 1, which no `Int` holds.
  private static func distance(_ value: Int, _ base: Int) -> UInt {
    UInt(bitPattern: value > base ? value &- base : base &- value)
  }

  /// The distance of two numbers, of the size of the second.
  private static func distancePercent(_ value: Int, _ base: Int) -> String {
    guard base != 0 else { return "0.0 %" }
    return "\(decimal(Double(distance(value, base)) * 1_000 / Double(base.magnitude), places: 1)) %"
  }

  /// A number of tenths (1 place) or hundredths (2 places), rounded; in Swift's own notation where it is too large for an
  /// `Int`, or no number.
  private static func decimal(_ parts: Double, places: Int) -> String {
    let unit: UInt = places == 1 ? 10 : 100
    guard let rounded = Int(exactly: parts.rounded()) else { return "\(parts / Double(unit))" }
    let (whole, rest) = rounded.magnitude.quotientAndRemainder(dividingBy: unit)
    let digits = "\(rest)"
    let zeros = String(repeating: "0", count: places - digits.count)
    return "\(rounded < 0 ? "-" : "")\(whole).\(zeros)\(digits)"
  }
}

extension TileSize {
  /// `8x16x32`, height by width by output channels; `/64` where the tile is summed up from so many input channels at a
  /// time.
  func words(inputChannels: Int) -> String {
    "\(height)x\(width)x\(outputChannels)" + (self.inputChannels < inputChannels ? "/\(self.inputChannels)" : "")
  }
}

extension TimeParts.Resource {
  /// What takes the time.
  var words: String {
    switch self {
    case .compute: "kernels"
    case .dma: "waiting for L2-L1 transfers"
    case .l3: "waiting for L3 transfers"
    case .overhead: "starting layers and tiles"
    }
  }

  /// What limits a layer.
  package var shortWords: String {
    switch self {
    case .compute: "compute"
    case .dma: "DMA"
    case .l3: "L3"
    case .overhead: "overhead"
    }
  }

  /// Its colour on a terminal.
  package var emphasis: Emphasis {
    switch self {
    case .compute: .compute
    case .dma: .dma
    case .l3: .l3
    case .overhead: .faint
    }
  }
}
