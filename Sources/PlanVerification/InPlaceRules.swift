import NetworkIR

extension DeploymentPlan {
  /// Whether two things share bytes because a layer writes its output over an input.
  func isInPlace(_ one: Occupancy, _ other: Occupancy) -> Bool {
    guard let one = one.tensor, let other = other.tensor else { return false }
    return writes(one, over: other) || writes(other, over: one)
  }

  /// Whether the step in which `output` begins and `input` ends may write the one over the other.
  ///
  /// Every tile of an element-wise layer reads and writes the same bytes: those of its elements, where operand and output
  /// have equal extents and equally many bytes a pixel and begin at the same address. It is stored after its operands were
  /// loaded, and no other tile reads its bytes. In mode `full` nothing else lies between the tensors and the tiles.
  private func writes(_ output: PlannedTensor, over input: PlannedTensor) -> Bool {
    let step = output.firstStep
    guard input.lastStep == step, layers.indices.contains(step) else { return false }
    let layer = layers[step]
    guard layer.plannedOperator?.isElementwise ?? false, layer.mode == .full else { return false }
    guard layer.output.tensor == output.name, input.range == output.range else { return false }
    guard (layer.inputs + [layer.output]).allSatisfy({ $0.level == .l2 }) else { return false }
    let operands = layer.inputs.filter { $0.tensor == input.name }
    return !operands.isEmpty
      && operands.allSatisfy { $0.shape == layer.output.shape && $0.pixelBytes == layer.output.pixelBytes }
  }
}

extension PlannedOperand {
  /// Of one position in any level.
  fileprivate var pixelBytes: Int { type.pixelBytes(channels: shape.channels) }
}
