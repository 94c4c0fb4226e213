/// The tiles of one chunk along one axis, equal ones counted together.
///
/// The time of a tile depends on its own size and on those of the tiles before and after it. So a run of equal tiles is
/// worth its first tile, its last one, and all tiles between them as one *term* with a weight: sums over terms equal
/// sums over tiles, whatever their number.
struct TileAxis: Equatable {
  /// Tiles that take the same time.
  struct Kind: Equatable {
    /// Output rows, columns or channels; input channels on the axis of passes.
    var outputSize: Int
    /// Input rows or columns inside the map; equals `outputSize` on the other axes.
    var inputSize: Int
    /// True for the first tile of the axis of passes alone.
    var isFirstPass = false
    /// True for the last tile of the axis of passes alone.
    var isLastPass = false
    /// On the axis of output channels: true where other input channels feed the tile than the one before it.
    var changesInput = false
  }

  /// Tiles with the same kind, the same kind before them and the same kind after them.
  struct Term: Equatable {
    /// Index in `kinds`.
    var kind: Int
    /// -1 for the first tile.
    var previous: Int
    /// -1 for the last tile.
    var next: Int
    var weight: Int
  }

  private(set) var kinds: [Kind] = []
  /// Tiles of each kind.
  private(set) var kindCounts: [Int] = []
  private(set) var terms: [Term] = []
  /// Number of tiles.
  let count: Int

  var first: Int { terms[0].kind }
  var last: Int { terms[terms.count - 1].kind }
  var largestInput: Int { kinds.reduce(0) { max($0, $1.inputSize) } }

  /// On the axis of output channels: how often other input channels than before are needed.
  var inputChanges: Int {
    zip(kinds, kindCounts).reduce(0) { $0 + ($1.0.changesInput ? $1.1 : 0) }
  }

  /// The same tiles with a term for each.
  var oneByOne: TileAxis {
    var axis = self
    axis.terms = terms.flatMap { term in
      Array(repeating: Term(kind: term.kind, previous: term.previous, next: term.next, weight: 1), count: term.weight)
    }
    return axis
  }

  /// Tiles from first to last; at least one.
  init(_ tiles: [Kind]) {
    count = tiles.count
    var sequence: [Int] = []
    sequence.reserveCapacity(tiles.count)
    for tile in tiles {
      if let index = kinds.lastIndex(of: tile) {
        kindCounts[index] += 1
        sequence.append(index)
      } else {
        sequence.append(kinds.count)
        kinds.append(tile)
        kindCounts.append(1)
      }
    }
    for (position, kind) in sequence.enumerated() {
      let previous = position > 0 ? sequence[position - 1] : -1
      let next = position + 1 < sequence.count ? sequence[position + 1] : -1
      let term = Term(kind: kind, previous: previous, next: next, weight: 1)
      if let latest = terms.last, (latest.kind, latest.previous, latest.next) == (kind, previous, next) {
        terms[terms.count - 1].weight += 1
      } else {
        terms.append(term)
      }
    }
  }

  /// Divides `range` into tiles of `size`, the last one cut off.
  ///
  /// `input` gives the positions of the input that a range of the output needs; nil where they are the same.
  init(_ range: Range<Int>, tileSize size: Int, input: ((Range<Int>) -> Range<Int>)? = nil) {
    self.init(
      stride(from: range.lowerBound, to: range.upperBound, by: size).map { start in
        let tile = start..<min(start + size, range.upperBound)
        return Kind(outputSize: tile.count, inputSize: input?(tile).count ?? tile.count)
      })
  }

  /// Divides the output channels of a chunk into tiles of `size`, the last one cut off.
  init(channels: Range<Int>, tileSize size: Int, shape: LayerShape) {
    self.init(
      stride(from: channels.lowerBound, to: channels.upperBound, by: size).map { start in
        let tile = min(size, channels.upperBound - start)
        return Kind(
          outputSize: tile, inputSize: tile,
          changesInput: start == channels.lowerBound || !shape.continuesInput(atChannel: start))
      })
  }

  /// Divides `channels` input channels into passes of `size`.
  init(passesOver channels: Int, tileSize size: Int) {
    self.init(
      stride(from: 0, to: channels, by: size).map { start in
        let tile = min(size, channels - start)
        return Kind(
          outputSize: tile, inputSize: tile, isFirstPass: start == 0, isLastPass: start + size >= channels)
      })
  }
}
