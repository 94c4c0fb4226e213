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

  /// Whether pins keep an output from taking the place of an input: in the last steps in which L2 holds the input it is
  /// pinned to another offset than the output in the first ones.
  func separate(_ input: String, _ output: String) -> Bool {
    // A pin without steps is of all of them.
    func lastStep(_ pin: TensorPin) -> Int { pin.lastStep ?? pin.firstStep ?? Int.max }
    func firstStep(_ pin: TensorPin) -> Int { pin.firstStep ?? pin.lastStep ?? Int.min }
    let inL2 = tensors.filter { $0.level == .l2 }
    let last = inL2.filter { $0.name == input }.max { lastStep($0) < lastStep($1) }
    let first = inL2.filter { $0.name == output }.min { firstStep($0) < firstStep($1) }
    guard let inputOffset = last?.offset, let outputOffset = first?.offset else { return false }
    return inputOffset != outputOffset
  }
}

extension PlanningProblem {
  /// Bytes of L2 that a pin takes, as far as is known before the search.
  private struct PinnedArea {
    var name: String
    var bytes: Range<Int>
    /// In which L2 is known to hold it there; there may be more.
    var steps: Set<Int>
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
      where !one.steps.isDisjoint(with: other.steps) && one.bytes.overlaps(other.bytes) && !takesPlace(one, other)
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
    let shared = input.steps.intersection(output.steps)
    guard shared.count == 1, let step = shared.first, steps.contains(step), let overwritten = overwritable[step]
    else { return false }
    return workload[overwritten].name == input.name && workload[workload.layers[step].output].name == output.name
      && input.bytes == output.bytes
  }

  /// The steps in which L2 is known to hold an activation because of a pin.
  ///
  /// Between two uses L2 may lack it: a pin without steps is sure of the others alone, and where the tensor has further
  /// pins, of none. A pin with one end is sure of that step alone.
  private func heldSteps(_ pin: TensorPin, _ lifetime: TensorLifetime, isOnly: Bool) -> Set<Int> {
    switch (pin.firstStep, pin.lastStep) {
    case (let first?, let last?): first <= last ? Set(first...last) : []
    case (let step?, nil), (nil, let step?): [step]
    case (nil, nil): isOnly ? Set(lifetime.live).subtracting(lifetime.gaps) : []
    }
  }

  private var pinnedAreas: [PinnedArea] {
    let inL2 = pins.tensors.filter { $0.level == .l2 }
    var areas: [PinnedArea] = []
    for case let lifetime? in lifetimes {
      let name = workload[lifetime.tensor].name
      let ofTensor = inL2.filter { $0.name == name }
      for pin in ofTensor {
        guard let offset = pin.offset else { continue }
        let held = heldSteps(pin, lifetime, isOnly: ofTensor.count == 1)
        areas.append(PinnedArea(name: name, bytes: offset..<offset + lifetime.bytes, steps: held))
      }
    }
    for step in steps {
      let layer = workload.layers[step]
      for pin in inL2 where pin.name == layer.constantsName {
        let (first, last) = (pin.firstStep ?? step, pin.lastStep ?? step)
        guard let offset = pin.offset, first <= last, let bytes = choices[step].map(\.loadedConstantBytes).min()
        else { continue }
        // A head lies in the layer's slots, which may be pinned to the same place.
        let mayBeHead = choices[step].contains { $0.headChunks > 0 }
        areas.append(
          PinnedArea(
            name: pin.name, bytes: offset..<offset + bytes,
            steps: Set(first...last).subtracting(mayBeHead ? [step] : [])))
      }
      for operand in PlannedBuffer.Operand.allCases {
        guard let offset = pins.slotOffset(of: operand, layer: layer.name) else { continue }
        let slots = choices[step].flatMap(\.buffers).filter { $0.level == .l2 && $0.operand == operand }
        guard let bytes = slots.map({ $0.bytes * $0.count }).min() else { continue }
        let name = "\(layer.name) \(operand.rawValue) slots"
        areas.append(PinnedArea(name: name, bytes: offset..<offset + bytes, steps: [step]))
      }
    }
    return areas
  }
}
