import NetworkIR

/// The entries of a plan's tensors, to be found by name, level and step.
struct Placements {
  let tensors: [PlannedTensor]
  /// Positions in `tensors`, ascending.
  private let byName: [String: [Int]]

  init(_ tensors: [PlannedTensor]) {
    self.tensors = tensors
    byName = Dictionary(grouping: tensors.indices) { tensors[$0].name }
  }

  subscript(position: Int) -> PlannedTensor { tensors[position] }

  /// Every name once, in alphabetical order.
  var names: [String] { byName.keys.sorted() }

  /// The entries of a tensor.
  func positions(of name: String) -> [Int] { byName[name] ?? [] }

  /// Where a level holds a tensor during a step; nil where it does not.
  func position(of name: String, in level: MemoryLevel, step: Int) -> Int? {
    positions(of: name).first { tensors[$0].level == level && tensors[$0].isHeld(in: step) }
  }
}
