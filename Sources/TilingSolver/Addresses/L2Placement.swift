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
  private(set) var occupants: [Occupant] = []
  /// By occupant, its buffer: an output that takes the place of an input has the input's.
  private(set) var bufferOfOccupant: [Int] = []
  /// What is placed.
  private(set) var buffers: [LiveBuffer] = []
  /// Offsets in the order of the buffers.
  private(set) var assignment = AddressAssignment(offsets: [], peakBytes: 0)

  /// Places everything below `capacity` bytes if the search finds how; else the peak is higher.
  init(_ scheduled: ScheduledNetwork, capacity: Int) {
    // In the order of production, so that what is overwritten has its buffer already.
    let lifetimes = scheduled.problem.lifetimes.compactMap { $0 }.sorted {
      ($0.production, $0.tensor) < ($1.production, $1.tensor)
    }
    let pins = scheduled.problem.pins
    for lifetime in lifetimes {
      let name = scheduled.problem.workload[lifetime.tensor].name
      for steps in scheduled.residentRuns(of: lifetime) {
        let occupant = Occupant.tensor(lifetime.tensor, firstStep: steps.lowerBound)
        let offset = pins.l2Offset(of: name, in: steps)
        // What is pinned to another place than the input's has bytes of its own.
        if let buffer = bufferOverwritten(by: lifetime, from: steps.lowerBound, scheduled),
          offset == nil || buffers[buffer].offset == nil || buffers[buffer].offset == offset
        {
          occupants.append(occupant)
          bufferOfOccupant.append(buffer)
          buffers[buffer].steps = buffers[buffer].steps.lowerBound...steps.upperBound
          if let offset { buffers[buffer].offset = offset }
        } else {
          add(occupant, bytes: lifetime.bytes, steps, offset: offset)
        }
      }
    }
    for layer in scheduled.problem.steps {
      let planned = scheduled.problem.workload.layers[layer]
      let choice = scheduled.choice(layer)
      let weightSteps = scheduled.weightSteps(of: layer)
      let weightOffset = weightSteps.flatMap { pins.l2Offset(of: planned.constantsName, in: $0) }
      if let weightSteps, choice.needsResidentConstants {
        add(.weights(layer: layer), bytes: choice.residentBytes, weightSteps, offset: weightOffset)
      }
      for (index, buffer) in choice.buffers.enumerated() where buffer.level == .l2 {
        // The slots of a head exist since it is loaded.
        let hasHead = buffer.operand == .weights && choice.headChunks > 0
        add(
          .slots(layer: layer, buffer: index), bytes: roundedUpTo4(buffer.bytes * buffer.count),
          hasHead ? weightSteps ?? layer...layer : layer...layer,
          offset: pins.slotOffset(of: buffer.operand, layer: planned.name) ?? (hasHead ? weightOffset : nil))
      }
    }
    assignment = AddressAssigner(buffers).assignment(capacity: capacity)
  }

  private mutating func add(_ occupant: Occupant, bytes: Int, _ steps: ClosedRange<Int>, offset: Int?) {
    occupants.append(occupant)
    bufferOfOccupant.append(buffers.count)
    buffers.append(LiveBuffer(bytes: bytes, steps: steps, offset: offset))
  }

  /// The buffer of the input whose place a tensor takes in the step that writes it.
  private func bufferOverwritten(
    by lifetime: TensorLifetime, from step: Int, _ scheduled: ScheduledNetwork
  ) -> Int? {
    guard step == lifetime.production,
      let input = scheduled.problem.overwritten(by: scheduled.choice(step), step: step),
      let run = scheduled.problem.lifetimes[input].map(scheduled.residentRuns)?.last
    else { return nil }
    return occupants.firstIndex(of: .tensor(input, firstStep: run.lowerBound)).map { bufferOfOccupant[$0] }
  }

  /// Offset of an occupant; nil when the schedule does not keep it in L2.
  func offset(of occupant: Occupant) -> Int? {
    occupants.firstIndex(of: occupant).map { assignment.offsets[bufferOfOccupant[$0]] }
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

  /// The steps in which L2 holds the constants of a layer or their head, wholly or partly; nil where it does not.
  func weightSteps(of layer: Int) -> ClosedRange<Int>? {
    if schedule.isPinned[layer] { return 0...(problem.steps.upperBound - 1) }
    return schedule.window[layer].map { $0...layer }
  }
}
