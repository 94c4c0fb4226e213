import NetworkIR

/// Where everything that a schedule keeps in L2 lies.
struct L2Placement: Equatable, Sendable {
  /// Something that occupies L2.
  enum Occupant: Hashable, Sendable {
    /// An activation, from the first of some consecutive steps in which it is resident.
    case tensor(TensorID, firstStep: Int)
    /// The constants of a layer.
    case weights(layer: Int)
    /// The slots of a streamed operand, by index into the buffers of the layer's choice.
    case slots(layer: Int, buffer: Int)
  }

  /// In the order in which they are placed; the same for equal schedules.
  var occupants: [Occupant]
  /// As many as there are occupants.
  var buffers: [LiveBuffer]
  /// Offsets in the order of the buffers.
  var assignment: AddressAssignment

  /// Places everything below `capacity` bytes if the search finds how; else the peak is higher.
  init(_ scheduled: ScheduledNetwork, capacity: Int) {
    var occupants: [Occupant] = []
    var buffers: [LiveBuffer] = []
    for case let lifetime? in scheduled.problem.lifetimes {
      for steps in scheduled.residentRuns(of: lifetime) {
        occupants.append(.tensor(lifetime.tensor, firstStep: steps.lowerBound))
        buffers.append(LiveBuffer(bytes: lifetime.bytes, steps: steps))
      }
    }
    for layer in scheduled.problem.steps {
      if let steps = scheduled.weightSteps(of: layer) {
        occupants.append(.weights(layer: layer))
        buffers.append(LiveBuffer(bytes: roundedUpTo4(scheduled.choice(layer).constantBytes), steps: steps))
      }
      for (index, buffer) in scheduled.choice(layer).buffers.enumerated() where buffer.level == .l2 {
        occupants.append(.slots(layer: layer, buffer: index))
        buffers.append(LiveBuffer(bytes: roundedUpTo4(buffer.bytes * buffer.count), steps: layer...layer))
      }
    }
    self.occupants = occupants
    self.buffers = buffers
    self.assignment = AddressAssigner(buffers).assignment(capacity: capacity)
  }

  /// Offset of an occupant; nil when the schedule does not keep it in L2.
  func offset(of occupant: Occupant) -> Int? {
    occupants.firstIndex(of: occupant).map { assignment.offsets[$0] }
  }

  /// The steps during which the topmost buffer exists: where memory has to be freed when the peak is too high.
  var topmostSteps: ClosedRange<Int>? {
    buffers.indices.first { assignment.offsets[$0] + buffers[$0].bytes == assignment.peakBytes }
      .map { buffers[$0].steps }
  }
}

extension ScheduledNetwork {
  /// The maximal runs of consecutive steps in which a tensor is in L2.
  func residentRuns(of lifetime: TensorLifetime) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    for step in lifetime.live where isResident(lifetime, in: step) {
      if let last = runs.last, last.upperBound == step - 1 {
        runs[runs.count - 1] = last.lowerBound...step
      } else {
        runs.append(step...step)
      }
    }
    return runs
  }

  /// The steps in which L2 holds the constants of a layer, wholly or partly; nil when they are streamed or missing.
  func weightSteps(of layer: Int) -> ClosedRange<Int>? {
    if schedule.isPinned[layer] { return 0...(problem.steps.upperBound - 1) }
    return schedule.window[layer].map { $0...layer }
  }
}
