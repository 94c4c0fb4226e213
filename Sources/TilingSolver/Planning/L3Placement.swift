import NetworkIR

/// Where everything lies in L3: the weights in the order of the steps, then activations that share what is left.
struct L3Placement: Equatable, Sendable {
  /// By layer; nil without constants.
  let weights: [Int?]
  /// Sum of the bytes of all constants.
  let weightBytes: Int
  /// Activations that L3 holds at some time, ascending.
  let tensors: [TensorID]
  /// As many as there are tensors; places below start where the weights end.
  let buffers: [LiveBuffer]
  /// The peak includes the weights.
  let assignment: AddressAssignment

  /// Places the constants and activations of a schedule.
  init(_ scheduled: ScheduledNetwork) {
    var weights: [Int?] = []
    var end = 0
    for layer in scheduled.problem.steps {
      let bytes = roundedUpTo4(scheduled.choice(layer).constantBytes)
      weights.append(bytes > 0 ? end : nil)
      end += bytes
    }
    var tensors: [TensorID] = []
    var buffers: [LiveBuffer] = []
    for case let lifetime? in scheduled.problem.lifetimes {
      guard let steps = scheduled.l3Steps(of: lifetime) else { continue }
      tensors.append(lifetime.tensor)
      buffers.append(LiveBuffer(bytes: lifetime.bytes, steps: steps))
    }
    let shared = AddressAssigner(buffers).assignment(capacity: Int.max)
    self.weights = weights
    self.weightBytes = end
    self.tensors = tensors
    self.buffers = buffers
    self.assignment = AddressAssignment(
      offsets: shared.offsets.map { $0 + end }, peakBytes: shared.peakBytes + end)
  }

  /// Offset of an activation; nil when L3 never holds it.
  func offset(of tensor: TensorID) -> Int? {
    tensors.firstIndex(of: tensor).map { assignment.offsets[$0] }
  }
}

extension ScheduledNetwork {
  /// The steps during which L3 holds a tensor: all of its life, or from its page-out to its last page-in.
  func l3Steps(of lifetime: TensorLifetime) -> ClosedRange<Int>? {
    if schedule.isInL3[lifetime.tensor] { return lifetime.live }
    let absences = schedule.absences[lifetime.tensor]
    guard let last = absences.max() else { return nil }
    return (lifetime.production + 1)...(last + 1)
  }
}
