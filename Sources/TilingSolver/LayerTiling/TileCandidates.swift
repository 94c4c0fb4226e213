import Hardware
import NetworkIR

/// Tile sizes that the search tries along each axis, largest first.
///
/// A short axis is tried at every size. On a long one, a tile that is a little larger than another and makes as many
/// tiles only needs more L1: so the sizes that divide the axis into n nearly equal tiles are tried, and sizes that give
/// the cores equal shares (multiples of 8 rows, of 8 columns, of 8 channels).
enum TileCandidates {
  /// Axes up to this long are tried at every size.
  static let shortAxis = 8

  /// Axes longer than this are tried at multiples of 8 alone, and at 1 as the last resort, so that the time of the search
  /// stays bounded.
  static let longAxis = 512

  /// Output rows or columns of a tile.
  static func positions(upTo size: Int) -> [Int] {
    size <= longAxis ? sizes(upTo: size, step: 1, evenStep: 8) : sizes(upTo: size, step: 8, evenStep: 8) + [1]
  }

  /// Output channels of a tile: multiples of the shape's step, the smallest of which is the last resort, and equal parts
  /// of a group.
  static func channels(upTo size: Int, shape: LayerShape) -> [Int] {
    (wholeGroups(upTo: size, shape: shape) + partsOfGroup(upTo: size, shape: shape)).filter {
      shape.allowsChannels($0, of: size)
    }
  }

  /// Halves, thirds, quarters ... of the output channels of a group, or of those of `size` that are fewer.
  private static func partsOfGroup(upTo size: Int, shape: LayerShape) -> [Int] {
    guard let group = shape.dividedGroup else { return [] }
    let channels = min(group, size)
    return (2...max(channels, 2)).filter { channels % $0 == 0 }.map { channels / $0 }
  }

  private static func wholeGroups(upTo size: Int, shape: LayerShape) -> [Int] {
    let step = shape.channelStep
    guard size > shortAxis * step else { return sizes(upTo: size, step: step, evenStep: step) }
    let block = shape.channelBlock
    let blocks = sizes(upTo: size, step: block, evenStep: 2 * block)
    return block == step ? blocks : blocks + [step]
  }

  /// Input channels of a pass, for layers that mix channels: all, halves, thirds, halves of those; at last the least
  /// that fill a byte.
  static func passes(_ shape: LayerShape) -> [Int] {
    let size = shape.input.channels
    guard shape.channels == .mixed, shape.hasConstants else { return [size] }
    let step = shape.passStep
    if size <= shortAxis * step { return sizes(upTo: size, step: step, evenStep: step) }
    var found: Set<Int> = [size, step]
    for factor in [1, 3] {
      var parts = factor
      while parts < size {
        found.insert(min(size, size.dividedUp(by: parts).roundedUp(to: 4)))
        parts *= 2
      }
    }
    return found.sorted(by: >)
  }

  private static func sizes(upTo size: Int, step: Int, evenStep: Int) -> [Int] {
    var found: Set<Int> = [size]
    if size <= shortAxis * step {
      found.formUnion(stride(from: step, to: size, by: step))
    } else {
      for parts in 2...size {
        let part = min(size, size.dividedUp(by: parts).roundedUp(to: step))
        found.insert(part)
        guard part > step else { break }
      }
      if size <= 8 * evenStep { found.formUnion(stride(from: evenStep, to: size, by: evenStep)) }
    }
    return found.sorted(by: >)
  }
}
