/// Events in the order in which they are found, and how far the cores have come. Begins at 0.
struct Timeline {
  private(set) var events: [TimelineEvent] = []
  /// When the cores are done with all that was added.
  private(set) var clock = 0

  /// A copy between L2 and external memory.
  struct Copy {
    var activity: TimelineEvent.Activity
    var tensor: String
    var bytes: Int
    var cycles: Int
  }

  /// Work of the cores.
  mutating func spend(_ activity: TimelineEvent.Activity, cycles: Int, tile: Int? = nil) {
    add(activity, at: clock, cycles: cycles, tile: tile)
    clock += cycles
  }

  /// Something beside the cores.
  mutating func add(
    _ activity: TimelineEvent.Activity, at begin: Int, cycles: Int, bytes: Int = 0, tile: Int? = nil,
    tensor: String? = nil
  ) {
    guard cycles > 0 else { return }
    events.append(
      TimelineEvent(
        activity: activity, begin: begin, end: begin + cycles, bytes: bytes, tile: tile, tensor: tensor))
  }

  /// Lets the cores wait until `time`, if that is not past.
  mutating func wait(_ activity: TimelineEvent.Activity, until time: Int) {
    if time > clock { spend(activity, cycles: time - clock) }
  }

  /// Copies one after the other from `begin` on, beside the cores.
  ///
  /// - Returns: when they are done.
  mutating func add(_ copies: [Copy], at begin: Int) -> Int {
    copies.reduce(begin) { time, copy in
      add(copy.activity, at: time, cycles: copy.cycles, bytes: copy.bytes, tensor: copy.tensor)
      return time + copy.cycles
    }
  }

  /// Copies for which the cores wait.
  mutating func waitFor(_ copies: [Copy]) { wait(.l3Wait, until: add(copies, at: clock)) }

  /// Adds what happens from `clock` on; the numbers of its tiles grow by `tiles`.
  mutating func append(_ other: Timeline, tiles: Int = 0) {
    events += other.events.map { event in
      var event = event
      (event.begin, event.end) = (event.begin + clock, event.end + clock)
      event.tile = event.tile.map { $0 + tiles }
      return event
    }
    clock += other.clock
  }

  /// Copies one after the other while the bus of the external memories is idle, from the beginning on, in parts where
  /// others interrupt them; then the cores wait for the last one.
  mutating func fillBus(_ copies: [Copy]) {
    let busy = events.filter { $0.activity.track == .external }.sorted { $0.begin < $1.begin }
    var next = 0
    var time = 0
    for copy in copies {
      var (left, bytes) = (copy.cycles, copy.bytes)
      while left > 0 {
        let limit = next < busy.count ? busy[next].begin : Int.max
        let part = min(left, limit - time)
        add(copy.activity, at: time, cycles: part, bytes: bytes, tensor: copy.tensor)
        if part > 0 { bytes = 0 }
        (left, time) = (left - part, time + part)
        if left > 0 {
          time = busy[next].end
          next += 1
        }
      }
    }
    wait(.l3Wait, until: time)
  }
}
