/// Which coordinate of the input each coordinate of the output takes, along one dimension; some may take none.
struct AxisSelection: Equatable, Sendable {
  /// Coordinates that follow a rule; runs do not overlap in the output.
  var runs: [Run]

  /// `output + sum(i[k] * loops[k].output)` takes `input + sum(i[k] * loops[k].input)`.
  struct Run: Equatable, Sendable {
    var input: Int
    var output: Int
    var loops: [MovementLoop]
  }

  /// Coordinates that may be listed one by one; a longer list is no movement that anybody has a use for.
  static let longestList = 1 << 16

  /// Every coordinate takes its own.
  static func all(_ count: Int) -> AxisSelection { slice(from: 0, count: count) }

  /// The coordinates `first`, `first + step`, ...; the step may be negative.
  static func slice(from first: Int, count: Int, step: Int = 1) -> AxisSelection {
    AxisSelection(runs: [Run(input: first, output: 0, loops: [MovementLoop(size: count, input: step, output: 1)])])
  }

  /// All `count` coordinates, one after another, `times` times.
  static func tiled(_ count: Int, times: Int) -> AxisSelection {
    AxisSelection(runs: [
      Run(
        input: 0, output: 0,
        loops: [MovementLoop(size: times, input: 0, output: count), MovementLoop(size: count, input: 1, output: 1)])
    ])
  }

  /// `before` coordinates that take none, then all `count`; `total` in all. A negative `before` cuts off.
  static func padded(_ count: Int, before: Int, total: Int) -> AxisSelection {
    let first = max(0, -before)
    let last = min(count, total - before)
    guard first < last else { return AxisSelection(runs: []) }
    let loop = MovementLoop(size: last - first, input: 1, output: 1)
    return AxisSelection(runs: [Run(input: first, output: first + before, loops: [loop])])
  }

  /// All `count` coordinates with mirrored ones on both sides; `repeatsEdge` mirrors the outermost one too.
  ///
  /// - Returns: nil where a side is longer than what can be mirrored.
  static func mirrored(_ count: Int, before: Int, after: Int, repeatsEdge: Bool) -> AxisSelection? {
    let skipped = repeatsEdge ? 0 : 1
    guard before >= 0, after >= 0, max(before, after) <= count - skipped else { return nil }
    func backwards(_ size: Int, from input: Int, at output: Int) -> [Run] {
      size == 0 ? [] : [Run(input: input, output: output, loops: [MovementLoop(size: size, input: -1, output: 1)])]
    }
    let middle = Run(input: 0, output: before, loops: [MovementLoop(size: count, input: 1, output: 1)])
    return AxisSelection(
      runs: backwards(before, from: before - 1 + skipped, at: 0) + [middle]
        + backwards(after, from: count - 1 - skipped, at: before + count))
  }

  /// Coordinates one by one, written as few runs.
  ///
  /// - Returns: nil for a list above `longestList`.
  static func list(_ coordinates: [Int]) -> AxisSelection? {
    guard coordinates.count <= longestList else { return nil }
    let greedy = greedyRuns(coordinates)
    for period in 1..<max(min(greedy.count, coordinates.count / 2), 1) {
      if let runs = phases(coordinates, period) { return AxisSelection(runs: runs) }
    }
    return AxisSelection(runs: greedy)
  }

  /// The longest run from each position on, of steady steps or of equal groups with steady steps between them.
  private static func greedyRuns(_ coordinates: [Int]) -> [Run] {
    var runs: [Run] = []
    var start = 0
    while start < coordinates.count {
      let rest = coordinates[start...]
      let single = steady(rest, every: 1)
      let group = rest.prefix { $0 == rest[start] }.count
      let groups = group > 1 ? steadyGroups(rest, of: group) : 0
      let step = { (next: Int) in next < coordinates.count ? coordinates[next] - coordinates[start] : 0 }
      if groups > 1 {
        let loops = [
          MovementLoop(size: groups, input: step(start + group), output: group),
          MovementLoop(size: group, input: 0, output: 1),
        ]
        runs.append(Run(input: rest[start], output: start, loops: loops))
        start += groups * group
      } else {
        let loop = MovementLoop(size: single, input: single > 1 ? step(start + 1) : 0, output: 1)
        runs.append(Run(input: rest[start], output: start, loops: [loop]))
        start += single
      }
    }
    return runs
  }

  /// How many elements, one out of `period`, follow each other with the same step.
  private static func steady(_ list: ArraySlice<Int>, every period: Int) -> Int {
    let members = stride(from: list.startIndex, to: list.endIndex, by: period).map { list[$0] }
    guard members.count > 2 else { return members.count }
    let step = members[1] - members[0]
    return 1 + zip(members, members.dropFirst()).prefix { $1 - $0 == step }.count
  }

  /// How many groups of `size` equal elements follow each other with the same step.
  private static func steadyGroups(_ list: ArraySlice<Int>, of size: Int) -> Int {
    var count = 0
    var position = list.startIndex
    var step: Int?
    while position + size <= list.endIndex {
      let group = list[position..<position + size]
      guard group.allSatisfy({ $0 == list[position] }) else { break }
      if count > 0 {
        let found = list[position] - list[position - size]
        guard step == nil || step == found else { break }
        step = found
      }
      count += 1
      position += size
    }
    return count
  }

  /// One run for each remainder by `period`, or nil where some is not steady.
  private static func phases(_ coordinates: [Int], _ period: Int) -> [Run]? {
    var runs: [Run] = []
    for phase in 0..<period {
      let members = coordinates[phase...]
      let size = (members.count + period - 1) / period
      guard steady(members, every: period) == size else { return nil }
      let step = size > 1 ? coordinates[phase + period] - coordinates[phase] : 0
      runs.append(
        Run(
          input: coordinates[phase], output: phase,
          loops: [MovementLoop(size: size, input: step, output: period)]))
    }
    return runs
  }
}

/// One of the nested loops of a movement.
struct MovementLoop: Equatable, Sendable {
  /// Turns, at least 1.
  var size: Int
  /// How far each turn goes in the input, in coordinates or elements; 0 repeats.
  var input: Int
  /// How far each turn goes in the output.
  var output: Int
}
