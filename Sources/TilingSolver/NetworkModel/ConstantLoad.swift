/// Constants of a layer that some of its choices have loaded to L2 besides their own streaming: all of them, or a head of
/// one size.
///
/// From some step on, L2 holds room for them, and each step up to the layer's own loads a fraction.
struct ConstantLoad: Sendable {
  /// Whose constants.
  let layer: Int
  /// Columns of the choices that need this load.
  let choices: [(choice: ChoiceClass, column: Int)]
  /// Binary columns by step: L2 holds room for the load. The last step is the layer's own; empty where the constants are
  /// pinned in any case.
  var window: [Int: Int] = [:]
  /// Fractions loaded, by step.
  var fraction: [Int: Int] = [:]

  /// A head of streamed constants.
  var isHead: Bool { choices.contains { $0.choice.residentBytes == 0 } }
  /// Most bytes that one of the choices has loaded. Tilings pad blocks of weights differently; heads are of one size.
  var mostBytes: Int { choices.map(\.choice.loadedBytes).max() ?? 0 }
  /// Fewest bytes: what a load brings at least.
  var leastBytes: Int { choices.map(\.choice.loadedBytes).min() ?? 0 }

  /// The loads of a layer: first that of whole constants, then heads by size; none of those that no choice needs.
  static func all(of layer: Int, _ columns: [(choice: ChoiceClass, column: Int)]) -> [ConstantLoad] {
    let whole = columns.filter { $0.choice.residentBytes > 0 }
    let heads = columns.filter { $0.choice.loadedBytes > $0.choice.residentBytes }
    let sizes = Set(heads.map(\.choice.loadedBytes)).sorted()
    let groups = [whole] + sizes.map { bytes in heads.filter { $0.choice.loadedBytes == bytes } }
    return groups.filter { !$0.isEmpty }.map { ConstantLoad(layer: layer, choices: $0) }
  }
}
