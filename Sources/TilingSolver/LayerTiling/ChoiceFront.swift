import NetworkIR

/// Choices of which none is beaten by another with the same operand levels.
struct ChoiceFront {
  private(set) var choices: [LayerChoice] = []

  /// Adds a choice unless another one is as good, and removes those that it beats.
  mutating func insert(_ choice: LayerChoice) {
    if choices.contains(where: { Self.isAsGood($0, as: choice) }) { return }
    choices.removeAll { Self.isAsGood(choice, as: $0) }
    choices.append(choice)
  }

  /// True where `first` needs no more than `second` of anything that the network model counts: time, time of L3, bytes of
  /// slots, and of constants that are loaded besides.
  private static func isAsGood(_ first: LayerChoice, as second: LayerChoice) -> Bool {
    first.mode == second.mode && first.inputsInL3 == second.inputsInL3 && first.outputInL3 == second.outputInL3
      && first.cycles.total <= second.cycles.total && first.l2WorkBytes <= second.l2WorkBytes
      && first.cycles.l3 <= second.cycles.l3
      && first.loadedConstantBytes <= second.loadedConstantBytes
  }
}
