import NetworkIR

extension Pins {
  /// The pinned offset in L2 of a tensor during some consecutive steps.
  func l2Offset(of tensor: String, in steps: ClosedRange<Int>) -> Int? {
    tensors.first { pin in
      pin.name == tensor && pin.level == .l2 && pin.offset != nil
        && (pin.firstStep ?? steps.lowerBound) == steps.lowerBound
        && (pin.lastStep ?? steps.upperBound) == steps.upperBound
    }?.offset
  }

  /// The pinned offset in L2 of a layer's slots of a streamed operand.
  func slotOffset(of operand: PlannedBuffer.Operand, layer: String) -> Int? {
    layers.filter { $0.name == layer }.flatMap { $0.buffers ?? [] }
      .first { $0.operand == operand && $0.level == .l2 && $0.offset != nil }?.offset
  }

  /// Whether two tensors are pinned to different offsets in L2.
  func separate(_ one: String, _ other: String) -> Bool {
    let offsets = [one, other].map { name in
      tensors.filter { $0.name == name && $0.level == .l2 }.compactMap(\.offset)
    }
    return !offsets[0].isEmpty && !offsets[1].isEmpty && Set(offsets[0]).isDisjoint(with: offsets[1])
  }
}

extension PlanningProblem {
  /// Bytes of L2 that a pin takes, as far as is known before the search.
  private struct PinnedArea {
    var name: String
    var bytes: Range<Int>
    var steps: ClosedRange<Int>
  }

  /// DG0521 for pinned places that leave L2, and for those that are one another's at the same time.
  var offsetConflicts: [Diagnostic] {
    let areas = pinnedAreas
    let end = capacity.max() ?? 0
    var found = areas.filter { $0.bytes.upperBound > end }.map { area in
      SchedulePins.conflict(
        area.name, "is pinned to end at byte \(area.bytes.upperBound) of l2, but \(end) B are left there",
        "pin it to an offset of at most \(max(0, end - area.bytes.count))")
    }
    for (index, one) in areas.enumerated() {
      for other in areas.dropFirst(index + 1)
      where one.steps.overlaps(other.steps) && one.bytes.overlaps(other.bytes) && !takesPlace(one, other)
        && !takesPlace(other, one)
      {
        found.append(
          SchedulePins.conflict(
            one.name,
            "is pinned to bytes \(one.bytes.lowerBound) to \(one.bytes.upperBound) of l2, but '\(other.name)' to bytes "
              + "\(other.bytes.lowerBound) to \(other.bytes.upperBound) in the same step",
            "move one of them by \(one.bytes.clamped(to: other.bytes).count) B"))
      }
    }
    return found
  }

  /// Whether `output` may lie where `input` does because a layer overwrites it.
  private func takesPlace(_ input: PinnedArea, _ output: PinnedArea) -> Bool {
    input.steps.upperBound == output.steps.lowerBound && input.bytes == output.bytes
      && overwritable[output.steps.lowerBound].map { workload[$0].name } == input.name
  }

  private var pinnedAreas: [PinnedArea] {
    let inL2 = pins.tensors.filter { $0.level == .l2 }
    var areas: [PinnedArea] = []
    for case let lifetime? in lifetimes {
      let name = workload[lifetime.tensor].name
      for pin in inL2 where pin.name == name {
        let (first, last) = (pin.firstStep ?? lifetime.live.lowerBound, pin.lastStep ?? lifetime.live.upperBound)
        guard let offset = pin.offset, first <= last else { continue }
        areas.append(PinnedArea(name: name, bytes: offset..<offset + lifetime.bytes, steps: first...last))
      }
    }
    for step in steps {
      let layer = workload.layers[step]
      for pin in inL2 where pin.name == layer.constantsName {
        let (first, last) = (pin.firstStep ?? step, pin.lastStep ?? step)
        guard let offset = pin.offset, first <= last, let bytes = choices[step].map(\.residentBytes).min()
        else { continue }
        areas.append(PinnedArea(name: pin.name, bytes: offset..<offset + bytes, steps: first...last))
      }
      for operand in PlannedBuffer.Operand.allCases {
        guard let offset = pins.slotOffset(of: operand, layer: layer.name) else { continue }
        let slots = choices[step].flatMap(\.buffers).filter { $0.level == .l2 && $0.operand == operand }
        guard let bytes = slots.map({ $0.bytes * $0.count }).min() else { continue }
        let name = "\(layer.name) \(operand.rawValue) slots"
        areas.append(PinnedArea(name: name, bytes: offset..<offset + bytes, steps: step...step))
      }
    }
    return areas
  }
}
