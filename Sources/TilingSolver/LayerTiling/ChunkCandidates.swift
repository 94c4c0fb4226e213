import Hardware
import NetworkIR

/// Sizes of L2 chunks that the search tries, largest first.
enum ChunkCandidates {
  /// Rows of a stripe: the map in 1, 2, 4, 8 ... nearly equal parts down to one row, and the next larger ones
  /// whose output starts at multiples of 4 bytes.
  static func rows(_ shape: LayerShape) -> [Int] {
    let height = shape.output.height
    guard shape.allowsStripes else { return [height] }
    let rowBytes = shape.outputRowBytes
    let alignment = rowBytes % 4 == 0 ? 1 : rowBytes % 2 == 0 ? 2 : 4
    var found: Set<Int> = [height]
    for rows in parts(of: height, step: 1) {
      found.insert(rows)
      let aligned = rows.roundedUp(to: alignment)
      if aligned < height { found.insert(aligned) }
    }
    return found.sorted(by: >)
  }

  /// Weights that a chunk of one block of four channels may have before single channels are tried, too: 16 bursts of 512 B,
  /// below which starting the copies takes longer than what smaller slots could be worth.
  static let smallBlockBytes = 8_192

  /// Channels of a chunk: all, and for layers with constants the same parts down to one block of four, or to one where
  /// the weights of four exceed `smallBlockBytes`; halves, quarters ... of a group's channels down to four.
  static func channels(_ shape: LayerShape) -> [Int] {
    let channels = shape.output.channels
    guard shape.hasConstants else { return [channels] }
    let step = shape.channelBlock
    var found = Set(parts(of: channels, step: step) + [channels])
    if shape.weightBytes(outputChannels: step, inputChannels: shape.inputChannelsPerOutput) > smallBlockBytes {
      found.insert(shape.channelStep)
    }
    if let group = shape.dividedGroup {
      var part = group
      while part % 2 == 0, part > 4 {
        part /= 2
        found.insert(part)
      }
    }
    return found.filter { shape.allowsChannels($0, of: channels) }.sorted(by: >)
  }

  private static func parts(of size: Int, step: Int) -> [Int] {
    var found: Set<Int> = [min(size, step)]
    var parts = 2
    while parts < size {
      found.insert(min(size, size.dividedUp(by: parts).roundedUp(to: step)))
      parts *= 2
    }
    return found.sorted(by: >)
  }
}
