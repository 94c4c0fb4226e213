extension DeploymentPlan {
  /// Bytes of L1 or L2 that hold something in a layer's step, each counted once.
  package func occupiedBytes(of level: MemoryLevel, in layer: PlannedLayer) -> Int {
    let slots = layer.buffers.filter { $0.level == level }.map { $0.offset..<$0.offset + $0.bytes * $0.count }
    let held = tensors.filter { $0.level == level && ($0.firstStep...$0.lastStep).contains(layer.step) }
      .map { $0.offset..<$0.offset + $0.bytes }
    var (bytes, end) = (0, 0)
    for range in (slots + held).sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > end {
      bytes += range.upperBound - max(end, range.lowerBound)
      end = range.upperBound
    }
    return bytes
  }

  /// The tensor whose place in L2 a layer's output takes while the layer runs; nil where it has a place of its own.
  package func overwrittenTensor(in layer: PlannedLayer) -> String? {
    func offset(_ operand: PlannedOperand) -> Int? {
      guard operand.level == .l2 else { return nil }
      return tensors.first {
        $0.name == operand.tensor && $0.level == .l2 && ($0.firstStep...$0.lastStep).contains(layer.step)
      }?.offset
    }
    guard let output = offset(layer.output) else { return nil }
    return layer.inputs.first { $0.tensor != layer.output.tensor && offset($0) == output }?.tensor
  }
}
