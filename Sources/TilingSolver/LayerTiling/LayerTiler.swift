import Hardware
import NetworkIR

/// Finds, layer by layer, every choice of operand levels, stripes and tiles that is not beaten by another.
///
/// L1 belongs to one layer at a time, so the best L1 tiling for given L2 chunks can be found without looking at the other
/// layers. Layers of equal shape are solved once.
struct LayerTiler {
  private let network: Network
  private let target: Target
  private let l1Available: Int
  /// Bytes of L2 that the slots of one layer may take; choices that need more are left out.
  var l2Available: Int
  private let choicesOfShapes: [LayerShape: [LayerChoice]]

  /// Solves every layer of the network.
  ///
  /// `l1Available` are the bytes of L1 for tiles, without stacks; `l2Available` the bytes of L2 for tensors and slots,
  /// without code and reserve.
  init(network: Network, target: Target, l1Available: Int, l2Available: Int) {
    self.network = network
    self.target = target
    self.l1Available = l1Available
    self.l2Available = l2Available
    let model = CostModel(target)
    var choices: [LayerShape: [LayerChoice]] = [:]
    for layer in network.layers {
      let shape = LayerShape(layer, in: network)
      if choices[shape] == nil {
        choices[shape] = ChoiceSearch(shape, model: model, l1Bytes: l1Available).choices()
      }
    }
    choicesOfShapes = choices
  }

  /// The choices of a layer that no other choice with the same operand levels beats in total cycles, L2 bytes of slots
  /// and L3 cycles alike; empty where nothing fits.
  func choices(for layer: Layer) -> [LayerChoice] {
    let choices = choicesOfShapes[LayerShape(layer, in: network)] ?? []
    return choices.filter { $0.l2WorkBytes <= l2Available }
  }

  /// Why a layer has no choice: DG0501 where its smallest tile does not fit L1, DG0502 where its smallest slots do not
  /// fit L2.
  func infeasibility(for layer: Layer) -> Diagnostic {
    let shape = LayerShape(layer, in: network)
    let choices = choicesOfShapes[shape] ?? []
    guard let smallest = choices.min(by: { $0.l2WorkBytes < $1.l2WorkBytes }) else {
      return l1Shortage(of: layer, shape)
    }
    let missing = max(0, smallest.l2WorkBytes - l2Available)
    return Diagnostic(
      code: "DG0502", node: layer.name, op: LayerDescription(layer).op,
      message: "the smallest slots take \(smallest.l2WorkBytes) B of L2 (\(Self.list(smallest.buffers, .l2))), "
        + "\(missing) B more than the \(l2Available) B there are",
      hint: "raise the L2 size by \(missing) B")
  }

  private func l1Shortage(of layer: Layer, _ shape: LayerShape) -> Diagnostic {
    let buffers = ChoiceSearch(shape, model: CostModel(target), l1Bytes: l1Available).smallestBuffers
    let missing = buffers.bytes - l1Available
    return Diagnostic(
      code: "DG0501", node: layer.name, op: LayerDescription(layer).op,
      message: "the smallest tile takes \(buffers.bytes) B of L1 (\(Self.list(buffers.placed(doubled: []), .l1))), "
        + "\(missing) B more than the \(l1Available) B there are",
      hint: "raise the L1 size by \(missing) B, or lower the stack size in the target file")
  }

  private static func list(_ buffers: [PlannedBuffer], _ level: MemoryLevel) -> String {
    buffers.filter { $0.level == level }.map { "\($0.operand.rawValue) \($0.bytes * $0.count) B" }
      .joined(separator: ", ")
  }
}
