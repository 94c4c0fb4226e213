import NetworkIR

/// Places buffers in a memory so that those which exist at the same time don't overlap.
///
/// The problem is dynamic storage allocation, NP-hard; first-fit over several orders places almost every plan at the
/// least peak there can be, and moving the buffers that stick out to the front of the order places the others.
struct AddressAssigner: Sendable {
  /// What is placed.
  let buffers: [LiveBuffer]
  /// Sum of the bytes that exist at once, at most over the steps: no assignment has a lower peak.
  let leastPeakBytes: Int
  /// By buffer, the buffers that exist at the same time.
  private let conflicts: [[Int]]

  /// Orders tried after the sorted ones: a tenth of a second for the hundred buffers of a network of 60 layers, less than
  /// another search of the network model takes.
  static let attempts = 10_000

  /// Works out which buffers are in each other's way.
  init(_ buffers: [LiveBuffer]) {
    self.buffers = buffers
    let starts = Set(buffers.map(\.steps.lowerBound)).sorted()
    self.leastPeakBytes =
      starts.map { step in
        buffers.reduce(0) { $1.steps.contains(step) ? $0 + $1.bytes : $0 }
      }.max() ?? 0
    self.conflicts = buffers.indices.map { one in
      buffers.indices.filter { $0 != one && buffers[one].conflicts(with: buffers[$0]) }
    }
  }

  /// The assignment with the lowest peak among those tried; the search ends at the first that fits into `capacity`
  /// after all sorted orders, or at the least peak there can be.
  func assignment(capacity: Int) -> AddressAssignment {
    var best = AddressAssignment(offsets: [], peakBytes: Int.max)
    var bestOrder: [Int] = []
    for order in sortedOrders() {
      let candidate = firstFit(order)
      if candidate.peakBytes < best.peakBytes { (best, bestOrder) = (candidate, order) }
      if best.peakBytes == leastPeakBytes { return best }
    }
    guard leastPeakBytes <= capacity else { return best }
    var current = (assignment: best, order: bestOrder)
    var random = SplitMix64(seed: 0x5DEE_CE66_D1CE_4E5B)
    for _ in 0..<Self.attempts where best.peakBytes > capacity {
      let order = movedForward(current.order, current.assignment, &random)
      let candidate = firstFit(order)
      // Equal peaks are accepted too: the way out often leads over a plateau.
      if candidate.peakBytes <= current.assignment.peakBytes { current = (candidate, order) }
      if candidate.peakBytes < best.peakBytes { best = candidate }
    }
    return best
  }

  /// Places the buffers in an order, each at the lowest offset that is free during all of its steps, beside those that
  /// have to be where they are.
  func firstFit(_ order: [Int]) -> AddressAssignment {
    var offsets = buffers.map(\.offset)
    var peak = buffers.compactMap { buffer in buffer.offset.map { $0 + buffer.bytes } }.max() ?? 0
    for buffer in order where buffers[buffer].offset == nil {
      let taken = conflicts[buffer].compactMap { other in offsets[other].map { $0..<($0 + buffers[other].bytes) } }
        .sorted { $0.lowerBound < $1.lowerBound }
      var offset = 0
      for range in taken where !range.isEmpty {
        if range.lowerBound >= offset + buffers[buffer].bytes { break }
        offset = max(offset, range.upperBound)
      }
      offsets[buffer] = offset
      peak = max(peak, offset + buffers[buffer].bytes)
    }
    return AddressAssignment(offsets: offsets.map { $0 ?? 0 }, peakBytes: peak)
  }

  /// By size, size times duration, duration, start, end, and bytes in conflict; equal ones in the order given.
  private func sortedOrders() -> [[Int]] {
    let keys: [(Int) -> Int] = [
      { -self.buffers[$0].bytes },
      { -self.buffers[$0].bytes * self.buffers[$0].steps.count },
      { -self.buffers[$0].steps.count },
      { self.buffers[$0].steps.lowerBound },
      { self.buffers[$0].steps.upperBound },
      { -self.conflicts[$0].reduce(0) { $0 + self.buffers[$1].bytes } },
    ]
    return keys.map { key in
      buffers.indices.map { (key: key($0), size: -buffers[$0].bytes, index: $0) }.sorted { $0 < $1 }.map(\.index)
    }
  }

  /// The order with one of the topmost buffers, or one chosen by chance, moved to an earlier place.
  private func movedForward(
    _ order: [Int], _ assignment: AddressAssignment, _ random: inout SplitMix64
  ) -> [Int] {
    let topmost = order.indices.filter {
      assignment.offsets[order[$0]] + buffers[order[$0]].bytes == assignment.peakBytes
    }
    let candidates = random.next() % 2 == 0 ? topmost : Array(order.indices)
    let from = candidates[Int(random.next() % UInt64(candidates.count))]
    let to = Int(random.next() % UInt64(from + 1))
    var moved = order
    moved.insert(moved.remove(at: from), at: to)
    return moved
  }
}
