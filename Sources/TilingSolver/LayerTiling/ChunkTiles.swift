import NetworkIR

/// The tiles of one L2 chunk, axis by axis, and the order in which they run.
struct ChunkTiles {
  var rows: TileAxis
  var columns: TileAxis
  var channels: TileAxis
  var passes: TileAxis
  var order: LoopOrder

  /// Tiles of the chunk, passes counted one by one.
  var count: Int { rows.count * columns.count * channels.count * passes.count }

  /// A tile, by the index of its kind on each axis.
  struct Step: Equatable {
    var rows: Int
    var columns: Int
    var channels: Int
    var pass: Int
  }

  /// Axes along which one tile differs from another.
  struct Axes: OptionSet {
    let rawValue: Int

    static let rows = Axes(rawValue: 1)
    static let columns = Axes(rawValue: 2)
    static let channels = Axes(rawValue: 4)
    static let passes = Axes(rawValue: 8)
  }

  /// The first and the last tile.
  var first: Step { step(outer.first, middle.first, inner.first, passes.first) }
  var last: Step { step(outer.last, middle.last, inner.last, passes.last) }

  /// Visits each tile that differs from others in its kind or in its neighbours', with the number of its likes.
  ///
  /// - Parameter visit: receives the number; the tile; the tile before it and the axes on which the two differ; the tile
  ///   after it and the axes on which they differ. For the first tile every axis differs and the tile before it is nil.
  @inline(__always)
  func forEach(_ visit: (_ weight: Int, _ tile: Step, _ before: Step?, _ arrived: Axes, _ after: Step?, Axes) -> Void) {
    let (outer, middle, inner) = (self.outer, self.middle, self.inner)
    let outerAxis: Axes = order == .weightStationary ? .channels : .rows
    let middleAxis: Axes = order == .weightStationary ? .rows : .columns
    let innerAxis: Axes = order == .weightStationary ? .columns : .channels
    // What wraps around when an outer axis moves on.
    let passesWrap: Axes = passes.count > 1 ? .passes : []
    let innerWrap: Axes = passesWrap.union(inner.count > 1 ? innerAxis : [])
    let middleWrap: Axes = innerWrap.union(middle.count > 1 ? middleAxis : [])
    for a in outer.terms {
      for b in middle.terms {
        for c in inner.terms {
          for p in passes.terms {
            var before: Step?
            var arrived: Axes = [.rows, .columns, .channels, .passes]
            if p.previous >= 0 {
              before = step(a.kind, b.kind, c.kind, p.previous)
              arrived = .passes
            } else if c.previous >= 0 {
              before = step(a.kind, b.kind, c.previous, passes.last)
              arrived = passesWrap.union(innerAxis)
            } else if b.previous >= 0 {
              before = step(a.kind, b.previous, inner.last, passes.last)
              arrived = innerWrap.union(middleAxis)
            } else if a.previous >= 0 {
              before = step(a.previous, middle.last, inner.last, passes.last)
              arrived = middleWrap.union(outerAxis)
            }
            var after: Step?
            var left: Axes = []
            if p.next >= 0 {
              after = step(a.kind, b.kind, c.kind, p.next)
              left = .passes
            } else if c.next >= 0 {
              after = step(a.kind, b.kind, c.next, passes.first)
              left = passesWrap.union(innerAxis)
            } else if b.next >= 0 {
              after = step(a.kind, b.next, inner.first, passes.first)
              left = innerWrap.union(middleAxis)
            } else if a.next >= 0 {
              after = step(a.next, middle.first, inner.first, passes.first)
              left = middleWrap.union(outerAxis)
            }
            let weight = a.weight * b.weight * c.weight * p.weight
            visit(weight, step(a.kind, b.kind, c.kind, p.kind), before, arrived, after, left)
          }
        }
      }
    }
  }

  private var outer: TileAxis { order == .weightStationary ? channels : rows }
  private var middle: TileAxis { order == .weightStationary ? rows : columns }
  private var inner: TileAxis { order == .weightStationary ? columns : channels }

  @inline(__always)
  private func step(_ outer: Int, _ middle: Int, _ inner: Int, _ pass: Int) -> Step {
    order == .weightStationary
      ? Step(rows: middle, columns: inner, channels: outer, pass: pass)
      : Step(rows: outer, columns: middle, channels: inner, pass: pass)
  }
}
