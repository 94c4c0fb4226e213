import Hardware
import NetworkIR

/// What the network model decides over: the choices of every layer, the lives of the tensors, memory and time.
struct PlanningProblem: Sendable {
  /// Whose layers are the steps.
  var workload: Workload
  /// One list per layer, not empty.
  var choices: [[LayerChoice]]
  /// By `TensorID`; nil for tensors that nothing writes.
  var lifetimes: [TensorLifetime?]
  /// L2 bytes that tensors, weights and slots may hold in each step: equal at first, lowered where addresses did not
  /// fit.
  var capacity: [Int]
  /// Copies of activations from RAM to L2.
  var read: BurstCycles
  /// Copies of activations from L2 to RAM.
  var write: BurstCycles
  /// By layer: where its constants are kept, `.l3` or `.flash`.
  var constantsHome: [MemoryLevel]
  /// By layer: copies of its constants to L2. RAM and flash share a bus, so that their times add up.
  var constantsRead: [BurstCycles]
  /// Whether weights may stay in L2 for good, so that no inference loads them.
  var mayPin: Bool
  /// What the user has fixed of tensors and their places.
  let pins: Pins
  /// What the pins decide.
  let schedulePins: SchedulePins
  /// The choices that there would be without pins of tensors.
  let unpinnedChoices: [[LayerChoice]]
  /// Steps before its own in which a layer's weights may be fetched. Three: with five the best plans of MobileNetV2
  /// are 0.2 % faster and take six times as long to find.
  var lookback = 3

  /// By step: the input that the output may take the place of; nil where there is none.
  let overwritable: [TensorID?]
  /// By step: what the layer takes at least, with the fastest of its choices and nothing to wait for.
  let fastestCycles: [Int]

  /// Takes one list of choices per layer; choices that put a tensor into two places at once are dropped.
  init(
    workload: Workload, choices: [[LayerChoice]], l2Bytes: Int, read: BurstCycles, write: BurstCycles, mayPin: Bool,
    pins: Pins = Pins()
  ) {
    self.constantsHome = workload.layers.map { _ in .l3 }
    self.constantsRead = workload.layers.map { _ in read }
    self.workload = workload
    self.lifetimes = TensorLifetime.all(in: workload)
    self.overwritable = Self.overwritable(in: workload, lifetimes, pins)
    let schedulePins = SchedulePins(pins, workload, lifetimes, mayPin: mayPin)
    let consistent = zip(workload.layers, choices).map { layer, choices in
      choices.filter { Self.isConsistent($0, in: layer) }
    }
    self.schedulePins = schedulePins
    self.unpinnedChoices = consistent
    self.choices = consistent.enumerated().map { step, choices in
      choices.filter { schedulePins.allows($0, of: workload.layers[step], at: step) }
    }
    self.fastestCycles = self.choices.map { $0.map(\.cycles.total).min() ?? 0 }
    self.capacity = workload.layers.map { _ in l2Bytes }
    self.read = read
    self.write = write
    self.mayPin = mayPin
    self.pins = pins
  }

  /// Takes the choices of layers whose constants have these homes, and all times from a target.
  init(
    workload: Workload, choices: [[LayerChoice]], l2Bytes: Int, target: Target, objective: Objective,
    constantHomes: ConstantHomes, pins: Pins = Pins()
  ) {
    let model = CostModel(target)
    self.init(
      workload: workload, choices: choices, l2Bytes: l2Bytes, read: model.l3Read, write: model.l3Write,
      mayPin: objective != .cold, pins: pins)
    constantsHome = constantHomes.levels
    constantsRead = constantHomes.levels.map { model.constantsRead(from: $0) }
  }

  /// One step per layer.
  var steps: Range<Int> { workload.layers.indices }

  /// The tensors that live in a step, in order of their numbers.
  func tensors(living step: Int) -> [TensorLifetime] {
    lifetimes.compactMap { $0 }.filter { $0.live.contains(step) }
  }

  /// A tensor that a layer reads twice is in one place only.
  private static func isConsistent(_ choice: LayerChoice, in layer: WorkloadLayer) -> Bool {
    layer.inputs.indices.allSatisfy { one in
      layer.inputs.indices.allSatisfy { other in
        layer.inputs[one].tensor != layer.inputs[other].tensor
          || choice.inputsInL3[one] == choice.inputsInL3[other]
      }
    }
  }

  /// Where a choice of the layer at `step` wants a tensor that the layer uses: true for L3.
  func wantsInL3(_ tensor: TensorID, _ choice: LayerChoice, step: Int) -> Bool {
    let layer = workload.layers[step]
    if layer.output == tensor { return choice.outputInL3 }
    return layer.inputs.indices.contains { layer.inputs[$0].tensor == tensor && choice.inputsInL3[$0] }
  }

  /// The tensors that a choice reads from or writes to L3.
  func tensorsInL3(_ choice: LayerChoice, step: Int) -> [TensorID] {
    let layer = workload.layers[step]
    var tensors = layer.inputs.indices.filter { choice.inputsInL3[$0] }.map { layer.inputs[$0].tensor }
    if choice.outputInL3 { tensors.append(layer.output) }
    return tensors
  }
}
