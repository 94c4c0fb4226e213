import NetworkIR

/// Choices of a layer that the network model counts as one, with the least that any of them takes of everything.
///
/// They have the same operands in L3 and the same constants that are loaded besides: all, the head, or none. A model with classes has no schedule that is
/// slower than the real one, so its bound holds; a schedule that uses a class of several choices asks for splitting it.
struct ChoiceClass: Equatable, Sendable {
  /// Indices into the layer's choices, fastest first.
  let members: [Int]
  /// Of the layer alone.
  let totalCycles: Int
  /// Of the layer's own streaming.
  let l3Cycles: Int
  /// L2 bytes of slots.
  let slotBytes: Int
  /// L2 bytes of constants that must be whole in L2; 0 where there are none.
  let residentBytes: Int
  /// L2 bytes of constants that are loaded besides the layer's own streaming; 0 where there are none.
  let loadedBytes: Int
  /// L2 bytes that the output shares with an input whose place it takes.
  let sharedBytes: Int
  /// What all members have in common is read from this one.
  let sample: LayerChoice

  /// Puts choices of a step together; nil for none.
  init?(_ members: [Int], of problem: PlanningProblem, step: Int) {
    let choices = problem.choices[step]
    let sorted = members.sorted { (choices[$0].cycles.total, $0) < (choices[$1].cycles.total, $1) }
    guard let fastest = sorted.first else { return nil }
    self.members = sorted
    self.sample = choices[fastest]
    self.totalCycles = sample.cycles.total
    self.l3Cycles = sorted.map { choices[$0].cycles.l3 }.min() ?? 0
    self.slotBytes = sorted.map { roundedUpTo4(choices[$0].l2WorkBytes) }.min() ?? 0
    self.residentBytes = sorted.map { choices[$0].residentBytes }.min() ?? 0
    self.loadedBytes = sorted.map { choices[$0].loadedConstantBytes }.min() ?? 0
    self.sharedBytes = problem.sharedBytes(sample, step: step)
  }

  /// L2 bytes besides the living tensors.
  var ownBytes: Int { slotBytes + residentBytes - sharedBytes }

  /// One class per choice.
  static func singles(_ indices: [Int], of problem: PlanningProblem, step: Int) -> [ChoiceClass] {
    indices.compactMap { ChoiceClass([$0], of: problem, step: step) }
  }
}

extension LayerChoice {
  /// Bytes of constants that must be whole in L2 while the layer runs.
  var residentBytes: Int { needsResidentConstants ? roundedUpTo4(constantBytes) : 0 }

  /// Bytes that the choice holds in L2 besides the network's tensors, each of which has a place of its own.
  var ownBytes: Int { roundedUpTo4(l2WorkBytes) + residentBytes }

  /// Whether the model sees both in the same rows.
  func hasLevels(of other: LayerChoice) -> Bool {
    inputsInL3 == other.inputsInL3 && outputInL3 == other.outputInL3
      && needsResidentConstants == other.needsResidentConstants && (mode == .full) == (other.mode == .full)
      && (headChunks == 0) == (other.headChunks == 0)
  }
}
