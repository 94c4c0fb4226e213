import NetworkIR
import TilingSolver

/// Numbers as the explanations print them.
enum Figures {
  /// `12.3 %` of a whole; tenths, rounded.
  static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0.0 %" }
    return "\(tenths(Double(part) * 1_000 / Double(whole))) %"
  }

  /// `1.25`: hundredths, rounded.
  static func ratio(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  /// `120 (1.2 %) more`, `120 (1.2 %) less`, `as many`.
  static func difference(_ value: Int, from base: Int) -> String {
    if value == base { return "as many" }
    let change = abs(value - base)
    return "\(change) (\(percent(change, of: base))) \(value > base ? "more" : "less")"
  }

  /// `+1.2 %`, `-0.3 %`.
  static func change(_ value: Int, from base: Int) -> String {
    (value < base ? "-" : "+") + percent(abs(value - base), of: base)
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int(value.rounded())
    return "\(tenths / 10).\(tenths % 10)"
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
  var shortWords: String {
    switch self {
    case .compute: "compute"
    case .dma: "DMA"
    case .l3: "L3"
    case .overhead: "overhead"
    }
  }
}
