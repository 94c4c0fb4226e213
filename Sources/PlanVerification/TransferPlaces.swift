import NetworkIR

extension Findings {
  /// Finds the two placements of a transfer and checks that it keeps inside them, at the same bytes of the tensor.
  mutating func resolve(
    _ transfer: L3Transfer, in step: Int, of placements: Placements, at place: Place
  ) -> ResolvedCopy? {
    expectAligned(transfer.l3Offset, at: place, "l3 offset of a copy is not a multiple of 4")
    expectAligned(transfer.l2Offset, at: place, "l2 offset of a copy is not a multiple of 4")
    expectAligned(transfer.bytes, at: place, "bytes of a copy are not a multiple of 4")
    let memory = transfer.memory
    guard memory.isExternal else {
      report(.transfer, at: place, "copied between l2 and \(memory)")
      return nil
    }
    guard let near = placements.position(of: transfer.tensor, in: .l2, step: step) else {
      report(.transfer, at: place, "copied in a step in which it has no place in l2")
      return nil
    }
    guard let far = placements.position(of: transfer.tensor, in: memory, step: step) else {
      report(.transfer, at: place, "copied in a step in which it has no place in \(memory)")
      return nil
    }
    let copy = ResolvedCopy(transfer, l2: near, external: far, step: step)
    let isWeights = placements[near].kind == .weights
    require(isWeights == (transfer.kind == .weights), .transfer, at: place, "a \(transfer.kind) copy of another kind")
    require(memory == .l3 || transfer.kind == .weights, .transfer, at: place, "an activation copied to or from flash")
    checkRange(copy.l2Bytes, within: placements[near], at: place)
    checkRange(copy.externalBytes, within: placements[far], at: place)
    expect(
      transfer.l2Offset - placements[near].offset, equals: transfer.l3Offset - placements[far].offset, .transfer,
      at: place, "byte of the tensor in l2, and in \(memory)")
    return copy
  }

  private mutating func checkRange(_ bytes: Range<Int>, within tensor: PlannedTensor, at place: Place) {
    expect(
      bytes.lowerBound, atLeast: tensor.offset, .transfer, at: place, "copy begins in \(tensor.level) before the tensor"
    )
    expect(
      bytes.upperBound, atMost: tensor.range.upperBound, .transfer, at: place,
      "copy ends in \(tensor.level) after the tensor")
  }
}
