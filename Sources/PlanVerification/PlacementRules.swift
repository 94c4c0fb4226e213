import NetworkIR

/// Bytes of a level that something holds during some steps.
struct Occupancy {
  var place: Place
  /// nil of a buffer.
  var tensor: PlannedTensor?
  var level: MemoryLevel
  var bytes: Range<Int>
  var steps: ClosedRange<Int>

  func collides(with other: Occupancy) -> Bool {
    level == other.level && bytes.overlaps(other.bytes) && steps.overlaps(other.steps)
  }
}

extension PlannedBuffer {
  /// All slots.
  var range: Range<Int> { offset..<offset + bytes * count }
}

extension PlannedTensor {
  var range: Range<Int> { offset..<offset + bytes }

  /// What the tensor needs in any level.
  var neededBytes: Int { type.bytes(shape).roundedUpToWord }

  func isHeld(in step: Int) -> Bool { firstStep <= step && step <= lastStep }
}

extension Findings {
  /// Addresses, sizes and steps of tensors and buffers, and that no two share a byte at the same time.
  mutating func checkPlacements(of plan: DeploymentPlan) {
    for tensor in plan.tensors { check(tensor, in: plan) }
    for layer in plan.layers {
      for buffer in layer.buffers { check(buffer, of: layer, in: plan) }
    }
    checkOverlaps(in: plan)
  }

  private mutating func check(_ tensor: PlannedTensor, in plan: DeploymentPlan) {
    let place = Place.tensor(tensor.name)
    require(tensor.level != .l1, .placement, at: place, "a tensor lives in l1")
    require(tensor.level != .flash || tensor.kind == .weights, .placement, at: place, "an activation lives in flash")
    expectAligned(tensor.offset, at: place, "offset in \(tensor.level) is not a multiple of 4")
    expect(tensor.bytes, equals: tensor.neededBytes, .placement, at: place, "bytes held in \(tensor.level)")
    expect(
      tensor.range.upperBound, atMost: plan.availableBytes(of: tensor.level), .placement, at: place,
      "end in \(tensor.level)")
    expect(tensor.lastStep, atLeast: tensor.firstStep, .placement, at: place, "last step before the first")
    expect(tensor.lastStep, atMost: plan.layers.count - 1, .placement, at: place, "last step beyond the plan")
  }

  private mutating func check(_ buffer: PlannedBuffer, of layer: PlannedLayer, in plan: DeploymentPlan) {
    let place = Place.layer(layer)
    let name = "\(buffer.operand) buffer in \(buffer.level)"
    require(!buffer.level.isExternal, .placement, at: place, "a buffer lies in \(buffer.level)")
    expectAligned(buffer.offset, at: place, "offset of the \(name) is not a multiple of 4")
    expectAligned(buffer.bytes, at: place, "bytes of the \(name) are not a multiple of 4")
    expect(
      buffer.range.upperBound, atMost: plan.availableBytes(of: buffer.level), .placement, at: place,
      "end of the \(name)")
  }

  private mutating func checkOverlaps(in plan: DeploymentPlan) {
    var held: [Occupancy] = []
    // The head of streamed constants lies in their slots, which stand for it in the layer's step.
    let headSteps = plan.layers.indices.filter { plan.layers[$0].headChunks > 0 }
    let stepsOfHeads = Dictionary(
      headSteps.map { (plan.layers[$0].constants?.tensor ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    for tensor in plan.tensors {
      let isHead = tensor.level == .l2 && stepsOfHeads[tensor.name] == tensor.lastStep
      let lastStep = tensor.lastStep - (isHead ? 1 : 0)
      guard tensor.firstStep <= lastStep else { continue }
      held.append(
        Occupancy(
          place: .tensor(tensor.name), tensor: tensor, level: tensor.level, bytes: tensor.range,
          steps: tensor.firstStep...lastStep))
    }
    // A buffer lives as long as its layer, in L1 as in L2, so one sweep serves all levels.
    for (step, layer) in plan.layers.enumerated() {
      for buffer in layer.buffers {
        held.append(
          Occupancy(
            place: .layer(layer, tensor: "\(buffer.operand) buffer"), level: buffer.level, bytes: buffer.range,
            steps: step...step))
      }
    }
    held.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
    for (index, one) in held.enumerated() {
      for other in held[(index + 1)...] {
        if other.bytes.lowerBound >= one.bytes.upperBound { break }
        if one.collides(with: other), !plan.isInPlace(one, other) { reportOverlap(one, other) }
      }
    }
  }

  private mutating func reportOverlap(_ one: Occupancy, _ other: Occupancy) {
    report(
      .overlap, at: other.place,
      "starts in \(other.level) before '\(one.place.tensor ?? "")' ends, in the same steps",
      found: other.bytes.lowerBound, expected: one.bytes.upperBound)
  }
}
