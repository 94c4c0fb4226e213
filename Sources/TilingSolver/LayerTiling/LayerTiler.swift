import Hardware
import NetworkIR

/// Finds, layer by layer, every choice of operand levels, stripes and tiles that is not beaten by another.
///
/// L1 belongs to one layer at a time, so the best L1 tiling for given L2 chunks can be found without looking at the other
/// layers. Layers of equal shape are solved once.
struct LayerTiler {
  private let target: Target
  private let l1Available: Int
  /// Bytes of L2 that the slots of one layer may take; choices that need more are left out.
  var l2Available: Int
  private let pins: [String: LayerPin]
  private let choicesOfCases: [Case: [LayerChoice]]
  private let casesOfLayers: [String: Case]

  /// All that the choices of a layer depend on.
  private struct Case: Hashable {
    var shape: LayerShape
    var constantHome: MemoryLevel
    /// Of a layer with pins.
    var pinnedLayer: String?
  }

  /// Solves every layer of the workload.
  ///
  /// - Parameters:
  ///   - workload: layers have different names.
  ///   - target: the chip.
  ///   - l1Available: bytes of L1 for tiles, without stacks.
  ///   - l2Available: bytes of L2 for tensors and slots, without code and reserve.
  ///   - constantHomes: by layer, `.l3` or `.flash`; nil where all constants live in the RAM.
  ///   - pins: decisions that are fixed.
  ///   - progress: called before each layer with its number and that of all layers.
  init(
    _ workload: Workload, target: Target, l1Available: Int, l2Available: Int, constantHomes: [MemoryLevel]? = nil,
    pins: Pins = Pins(), progress: (_ layer: Int, _ of: Int) -> Void = { _, _ in }
  ) {
    self.target = target
    self.l1Available = l1Available
    self.l2Available = l2Available
    self.pins = Dictionary(pins.layers.map { ($0.name, $0) }) { first, _ in first }
    let model = CostModel(target)
    var choices: [Case: [LayerChoice]] = [:]
    var cases: [String: Case] = [:]
    for (index, layer) in workload.layers.enumerated() {
      progress(index, workload.layers.count)
      let pin = self.pins[layer.name]
      let key = Case(
        shape: layer.shape, constantHome: constantHomes?[index] ?? .l3, pinnedLayer: pin?.name)
      cases[layer.name] = key
      if choices[key] == nil {
        let search = ChoiceSearch(
          key.shape, model: model, l1Bytes: l1Available, constantsRead: model.constantsRead(from: key.constantHome),
          pin: pin)
        choices[key] = search.choices()
      }
    }
    choicesOfCases = choices
    casesOfLayers = cases
  }

  /// The choices of a layer that no other choice with the same operand levels beats in total cycles, L2 bytes of slots
  /// and L3 cycles alike; empty where nothing fits.
  func choices(for layer: WorkloadLayer) -> [LayerChoice] {
    let pin = pins[layer.name]
    let slots = pin?.buffers?.first { $0.level == .l2 && $0.operand == .weights }?.count
    let isPinned = max(pin?.headChunks ?? 0, slots ?? 0) > 2 || pin?.headChunks == 2
    return allChoices(for: layer).filter { choice in
      let mayHaveHead = isPinned || choice.constantBytes > l2Available / Self.leastPartWithHead
      return choice.l2WorkBytes <= l2Available && (choice.headChunks == 0 || mayHaveHead)
    }
  }

  /// Constants of up to half of L2 have no heads: two layers' are there at once, one being used, the other being loaded,
  /// and every head makes the network model larger.
  private static let leastPartWithHead = 2

  private func allChoices(for layer: WorkloadLayer) -> [LayerChoice] {
    casesOfLayers[layer.name].flatMap { choicesOfCases[$0] } ?? []
  }
}

extension LayerTiler {
  /// Why a layer has no choice: DG0520 where it is because of its pins, DG0501 where its smallest tile does not fit L1,
  /// DG0502 where its smallest slots do not fit L2.
  func infeasibility(for layer: WorkloadLayer) -> Diagnostic {
    let smallest = allChoices(for: layer).min { $0.l2WorkBytes < $1.l2WorkBytes }
    if let pin = pins[layer.name] {
      let shortage = PinnedShortage(layer: layer, pin: pin, l1Available: l1Available, l2Available: l2Available)
      return shortage.diagnostic(smallest: smallest)
    }
    guard let smallest else { return l1Shortage(of: layer) }
    let missing = max(0, smallest.l2WorkBytes - l2Available)
    return Diagnostic(
      code: "DG0502", node: layer.source, op: layer.op,
      message: "the smallest slots take \(smallest.l2WorkBytes) B of L2 (\(smallest.buffers.list(.l2))), "
        + "\(missing) B more than the \(l2Available) B there are",
      hint: "raise the L2 size by \(missing) B")
  }

  private func l1Shortage(of layer: WorkloadLayer) -> Diagnostic {
    let buffers = ChoiceSearch(layer.shape, model: CostModel(target), l1Bytes: l1Available).smallestBuffers
    let missing = buffers.bytes - l1Available
    return Diagnostic(
      code: "DG0501", node: layer.source, op: layer.op,
      message: "the smallest tile takes \(buffers.bytes) B of L1 (\(buffers.placed(doubled: []).list(.l1))), "
        + "\(missing) B more than the \(l1Available) B there are",
      hint: "raise the L1 size by \(missing) B, or lower the stack size in the target file")
  }
}

extension [PlannedBuffer] {
  /// Buffers of a level with their bytes, for messages.
  func list(_ level: MemoryLevel) -> String {
    filter { $0.level == level }.map { "\($0.operand.rawValue) \($0.bytes * $0.count) B" }.joined(separator: ", ")
  }
}
