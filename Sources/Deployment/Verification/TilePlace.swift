import NetworkIR
import Reference

/// The tile of a layer's output that holds an element.
package struct TilePlace: Sendable, Equatable {
  package var rows: Range<Int>
  package var columns: Range<Int>
  package var channels: Range<Int>

  /// Finds it from the sizes of chunks and tiles: each starts at multiples of its size from the start of what it is a part
  /// of, and the last ends with that.
  init(of position: Position, in layer: PlannedLayer) {
    let output = layer.output.shape
    func part(_ index: Int, of whole: Range<Int>, size: Int) -> Range<Int> {
      let start = whole.lowerBound + (index - whole.lowerBound) / max(size, 1) * max(size, 1)
      return start..<min(start + max(size, 1), whole.upperBound)
    }
    let stripe = part(position.row, of: 0..<output.height, size: layer.stripe.rows)
    let chunk = part(position.channel, of: 0..<output.channels, size: layer.stripe.channels)
    rows = part(position.row, of: stripe, size: layer.tile.height)
    columns = part(position.column, of: 0..<output.width, size: layer.tile.width)
    channels = part(position.channel, of: chunk, size: layer.tile.outputChannels)
  }

  /// As the simulator names tiles.
  var phrase: String {
    func range(_ axis: String, _ range: Range<Int>) -> String {
      "\(axis) \(range.lowerBound) to \(range.upperBound - 1)"
    }
    return "tile of \(range("rows", rows)), \(range("columns", columns)), \(range("channels", channels))"
  }
}
