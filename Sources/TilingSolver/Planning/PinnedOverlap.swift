import NetworkIR

extension PlacedSchedule {
  /// DG0521 for each pair of things that are pinned to the same bytes of L2 in the same step.
  ///
  /// Some are known only now: in which steps L2 holds something is often the planner's choice.
  var pinnedOverlaps: [Diagnostic] {
    let pinned = placement.buffers.indices.filter { placement.buffers[$0].offset != nil }
    return pinned.flatMap { one in
      pinned.filter { $0 > one }.compactMap { other in overlap(of: one, and: other) }
    }
  }

  private func overlap(of one: Int, and other: Int) -> Diagnostic? {
    let (first, second) = (bytes(of: one), bytes(of: other))
    guard placement.buffers[one].conflicts(with: placement.buffers[other]), first.overlaps(second) else { return nil }
    return SchedulePins.conflict(
      name(of: one),
      "is pinned to bytes \(first.lowerBound) to \(first.upperBound) of l2, and '\(name(of: other))' to bytes "
        + "\(second.lowerBound) to \(second.upperBound), both in step "
        + "\(max(placement.buffers[one].steps.lowerBound, placement.buffers[other].steps.lowerBound))",
      "move one of them by \(first.clamped(to: second).count) B")
  }

  private func bytes(of buffer: Int) -> Range<Int> {
    let offset = placement.assignment.offsets[buffer]
    return offset..<offset + placement.buffers[buffer].bytes
  }

  private func name(of buffer: Int) -> String {
    let workload = scheduled.problem.workload
    switch zip(placement.bufferOfOccupant, placement.occupants).first(where: { $0.0 == buffer })?.1 {
    case .tensor(let tensor, _)?: return workload[tensor].name
    case .weights(let layer)?: return workload.layers[layer].constantsName
    case .slots(let layer, let index)?:
      return "\(workload.layers[layer].name) \(scheduled.choice(layer).buffers[index].operand.rawValue) slots"
    case nil: return "buffer \(buffer)"
    }
  }
}
