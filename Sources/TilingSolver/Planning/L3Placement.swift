import Hardware
import NetworkIR

/// Where everything lies in RAM and flash: in each the weights that live there in the order of the steps, and in RAM then
/// activations that share what is left.
struct L3Placement: Equatable, Sendable {
  /// By layer, an offset in the home of its constants; nil without constants.
  let weights: [Int?]
  /// Sum of the bytes of the constants in RAM.
  let weightBytes: Int
  /// Sum of the bytes of the constants in flash.
  let flashBytes: Int
  /// Activations that RAM holds at some time, ascending.
  let tensors: [TensorID]
  /// As many as there are tensors; places below start where the weights end.
  let buffers: [LiveBuffer]
  /// The peak includes the weights in RAM.
  let assignment: AddressAssignment

  /// Places the constants and activations of a schedule.
  init(_ scheduled: ScheduledNetwork) {
    var weights: [Int?] = []
    var ends: [MemoryLevel: Int] = [:]
    for layer in scheduled.problem.steps {
      let bytes = roundedUpTo4(scheduled.choice(layer).constantBytes)
      let home = scheduled.problem.constantsHome[layer]
      weights.append(bytes > 0 ? ends[home, default: 0] : nil)
      ends[home, default: 0] += bytes
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
    let end = ends[.l3] ?? 0
    self.weightBytes = end
    self.flashBytes = ends[.flash] ?? 0
    self.tensors = tensors
    self.buffers = buffers
    self.assignment = AddressAssignment(
      offsets: shared.offsets.map { $0 + end }, peakBytes: shared.peakBytes + end)
  }

  /// Whether a chip's RAM and flash hold it all.
  func fits(_ target: Target) -> Bool {
    assignment.peakBytes <= target.availableBytes(.l3) && flashBytes <= target.availableBytes(.flash)
  }

  /// Offset of an activation; nil when RAM never holds it.
  func offset(of tensor: TensorID) -> Int? {
    tensors.firstIndex(of: tensor).map { assignment.offsets[$0] }
  }
}

extension ScheduledNetwork {
  /// The steps during which RAM holds a tensor: all of its life, or from its page-out to its last page-in.
  func l3Steps(of lifetime: TensorLifetime) -> ClosedRange<Int>? {
    if schedule.isInL3[lifetime.tensor] { return lifetime.live }
    let absences = schedule.absences[lifetime.tensor]
    guard let last = absences.max() else { return nil }
    return (lifetime.production + 1)...(last + 1)
  }
}
