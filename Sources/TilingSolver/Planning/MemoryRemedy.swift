import Hardware
import NetworkIR

/// The sizes of L1 and L2 with which a network fits that does not fit as it is: found by planning with them.
struct MemoryRemedy {
  /// Total bytes of L1; nil where what there is suffices.
  private var l1: Int?
  /// Total bytes of L2; nil where what there is suffices.
  private var l2: Int?
  /// Four bytes less of either do not suffice, the other as named.
  private var isLeast = true
  private let target: Target
  /// Amounts of L2 that are tried at most.
  private static let trials = 12
  /// Layers of the longest network that is planned again and again for the sake of a hint: one of 1024 takes 20 seconds.
  private static let mostLayers = 512

  /// Raises L1 until every layer has a tile, then L2 until there is a schedule; nil where no size was found, or the network
  /// is too long for it.
  init?(_ scheduling: NetworkScheduling) {
    guard scheduling.workload.layers.count <= Self.mostLayers else { return nil }
    target = scheduling.target
    var scheduling = scheduling
    let missing = scheduling.missingL1Bytes
    if missing > 0 {
      var larger = target
      larger.l1.bytes += missing
      l1 = larger.l1.bytes
      scheduling = NetworkScheduling(
        scheduling.workload, target: larger, objective: scheduling.objective, pins: scheduling.pins)
      if scheduling.suffices(l2Bytes: scheduling.l2Available) { return }
    }
    guard scheduling.layersWithoutChoice(l2Bytes: NetworkScheduling.endlessBytes).isEmpty,
      let smallest = try? scheduling.smallest(), let found = Self.sufficientL2(scheduling, smallest)
    else { return nil }
    l2 = target.l2.bytes - scheduling.l2Available + found.bytes
    isLeast = found.isLeast
  }

  /// An action: the options to give, and where the chip itself has less.
  var hint: String {
    let options = [l1.map { "--l1 \($0)" }, l2.map { "--l2 \($0)" }].compactMap { $0 }.joined(separator: " ")
    return "give \(options)" + (isLeast ? ", the least with which it fits" : ", with which it fits") + beyondTheChip
  }

  private var beyondTheChip: String {
    guard let chip = Target.builtin.first(where: { $0.name == target.name }) else { return "" }
    let excesses = [("L1", l1, chip.l1.bytes), ("L2", l2, chip.l2.bytes)].compactMap { name, size, bytes in
      size.flatMap { $0 > bytes ? "the \(bytes) B of \(name)" : nil }
    }
    return excesses.isEmpty ? "" : "; that is more than \(excesses.joined(separator: " and ")) that \(target.name) has"
  }

  /// Bytes of L2 with which planning was tried and succeeds, and whether four bytes less were shown or tried not to.
  ///
  /// Starts where the addresses of the smallest schedule end, and halves what remains between that and its fullest
  /// step, below which nothing fits.
  private static func sufficientL2(
    _ scheduling: NetworkScheduling, _ smallest: ScheduledNetwork
  ) -> (bytes: Int, isLeast: Bool)? {
    let fullest = smallest.problem.steps.map { smallest.l2Bytes(in: $0) }.max() ?? 0
    var insufficient = fullest - 4
    var bytes = max(L2Placement(smallest, capacity: fullest).assignment.peakBytes, fullest)
    var sufficient: Int?
    for _ in 0..<trials where bytes > insufficient && bytes != sufficient {
      if scheduling.suffices(l2Bytes: bytes) { sufficient = bytes } else { insufficient = bytes }
      bytes = sufficient.map { roundedUpTo4((insufficient + $0) / 2) } ?? roundedUpTo4(bytes + bytes / 8)
    }
    return sufficient.map { (bytes: $0, isLeast: $0 - 4 <= insufficient) }
  }
}

extension NetworkScheduling {
  /// Bytes that L1 lacks for the layer whose smallest tile needs most; 0 where every layer without pins has a tile.
  fileprivate var missingL1Bytes: Int {
    layersWithoutChoice(l2Bytes: Self.endlessBytes).map { leastBuffers(of: $0).bytes - target.availableBytes(.l1) }
      .reduce(0, max)
  }

  /// The buffers of a layer's smallest tile.
  func leastBuffers(of layer: WorkloadLayer) -> TileBuffers {
    ChoiceSearch(layer.shape, model: CostModel(target), l1Bytes: target.availableBytes(.l1)).smallestBuffers
  }
}
