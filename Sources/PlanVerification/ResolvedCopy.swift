import NetworkIR

/// A transfer with the placements that it copies between.
struct ResolvedCopy {
  var step: Int
  /// Positions in `DeploymentPlan.tensors`.
  var from: Int
  var to: Int
  var l2Bytes: Range<Int>
  var externalBytes: Range<Int>
  /// `.l3` or `.flash`
  var memory: MemoryLevel
  var isPageOut: Bool

  init(_ transfer: L3Transfer, l2: Int, external: Int, step: Int) {
    self.step = step
    memory = transfer.memory
    isPageOut = transfer.kind == .pageOut
    from = isPageOut ? l2 : external
    to = isPageOut ? external : l2
    l2Bytes = transfer.l2Offset..<transfer.l2Offset + transfer.bytes
    externalBytes = transfer.l3Offset..<transfer.l3Offset + transfer.bytes
  }

  var source: Range<Int> { isPageOut ? l2Bytes : externalBytes }
  var sourceLevel: MemoryLevel { isPageOut ? .l2 : memory }
  var destination: Range<Int> { isPageOut ? externalBytes : l2Bytes }
  var destinationLevel: MemoryLevel { isPageOut ? memory : .l2 }

  /// Whether one writes bytes that the other reads or writes: neither waits for the other.
  func clashes(with other: ResolvedCopy) -> Bool {
    let writesMeet = destinationLevel == other.destinationLevel && destination.overlaps(other.destination)
    let readsIntoThis = destinationLevel == other.sourceLevel && destination.overlaps(other.source)
    let readsIntoOther = other.destinationLevel == sourceLevel && other.destination.overlaps(source)
    return writesMeet || readsIntoThis || readsIntoOther
  }
}

/// Bytes of L2, L3 and flash that a layer reads or writes while it runs.
struct Touched {
  private var ranges: [(level: MemoryLevel, bytes: Range<Int>)] = []

  mutating func add(_ bytes: Range<Int>, in level: MemoryLevel) { ranges.append((level, bytes)) }

  func contains(_ bytes: Range<Int>, in level: MemoryLevel) -> Bool {
    ranges.contains { $0.level == level && $0.bytes.overlaps(bytes) }
  }
}
