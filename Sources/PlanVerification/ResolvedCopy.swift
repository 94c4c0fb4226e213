import NetworkIR

/// A transfer with the placements that it copies between.
struct ResolvedCopy {
  var step: Int
  /// Positions in `DeploymentPlan.tensors`.
  var from: Int
  var to: Int
  var l2Bytes: Range<Int>
  var l3Bytes: Range<Int>
  var isPageOut: Bool

  init(_ transfer: L3Transfer, l2: Int, l3: Int, step: Int) {
    self.step = step
    isPageOut = transfer.kind == .pageOut
    from = isPageOut ? l2 : l3
    to = isPageOut ? l3 : l2
    l2Bytes = transfer.l2Offset..<transfer.l2Offset + transfer.bytes
    l3Bytes = transfer.l3Offset..<transfer.l3Offset + transfer.bytes
  }

  var source: Range<Int> { isPageOut ? l2Bytes : l3Bytes }
  var sourceLevel: MemoryLevel { isPageOut ? .l2 : .l3 }
  var destination: Range<Int> { isPageOut ? l3Bytes : l2Bytes }
  var destinationLevel: MemoryLevel { isPageOut ? .l3 : .l2 }

  /// Whether one writes bytes that the other reads or writes: neither waits for the other.
  func clashes(with other: ResolvedCopy) -> Bool {
    let writesMeet = destinationLevel == other.destinationLevel && destination.overlaps(other.destination)
    let readsIntoThis = destinationLevel == other.sourceLevel && destination.overlaps(other.source)
    let readsIntoOther = other.destinationLevel == sourceLevel && other.destination.overlaps(source)
    return writesMeet || readsIntoThis || readsIntoOther
  }
}

/// Bytes of L2 and L3 that a layer reads or writes while it runs.
struct Touched {
  private var ranges: [(level: MemoryLevel, bytes: Range<Int>)] = []

  mutating func add(_ bytes: Range<Int>, in level: MemoryLevel) { ranges.append((level, bytes)) }

  func contains(_ bytes: Range<Int>, in level: MemoryLevel) -> Bool {
    ranges.contains { $0.level == level && $0.bytes.overlaps(bytes) }
  }
}
