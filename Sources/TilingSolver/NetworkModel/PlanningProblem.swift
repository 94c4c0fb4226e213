import Hardware
import NetworkIR

/// What the network model decides over: the choices of every layer, the lives of the tensors, memory and time.
struct PlanningProblem: Sendable {
  /// Whose layers are the steps.
  var network: Network
  /// One list per layer, not empty.
  var choices: [[LayerChoice]]
  /// By `TensorID`; nil for tensors that nothing writes.
  var lifetimes: [TensorLifetime?]
  /// L2 bytes that tensors, weights and slots may hold in each step: equal at first, lowered where addresses did not
  /// fit.
  var capacity: [Int]
  /// Copies from L3 to L2.
  var read: BurstCycles
  /// Copies from L2 to L3.
  var write: BurstCycles
  /// Whether weights may stay in L2 for good, so that no inference loads them.
  var mayPin: Bool
  /// Steps before its own in which a layer's weights may be fetched. Three: with five the best plans of MobileNetV2
  /// are 0.2 % faster and take six times as long to find.
  var lookback = 3

  /// By step: what the layer takes at least, with the fastest of its choices and nothing to wait for.
  let fastestCycles: [Int]

  /// Takes one list of choices per layer; choices that put a tensor into two places at once are dropped.
  init(
    network: Network, choices: [[LayerChoice]], l2Bytes: Int, read: BurstCycles, write: BurstCycles, mayPin: Bool
  ) {
    self.network = network
    self.lifetimes = TensorLifetime.all(in: network)
    self.choices = zip(network.layers, choices).map { layer, choices in
      choices.filter { Self.isConsistent($0, in: layer) }
    }
    self.fastestCycles = self.choices.map { $0.map(\.cycles.total).min() ?? 0 }
    self.capacity = network.layers.map { _ in l2Bytes }
    self.read = read
    self.write = write
    self.mayPin = mayPin
  }

  /// One step per layer.
  var steps: Range<Int> { network.layers.indices }

  /// The tensors that live in a step, in order of their numbers.
  func tensors(living step: Int) -> [TensorLifetime] {
    lifetimes.compactMap { $0 }.filter { $0.live.contains(step) }
  }

  /// A tensor that a layer reads twice is in one place only.
  private static func isConsistent(_ choice: LayerChoice, in layer: Layer) -> Bool {
    layer.inputs.indices.allSatisfy { one in
      layer.inputs.indices.allSatisfy { other in
        layer.inputs[one].tensor != layer.inputs[other].tensor
          || choice.inputsInL3[one] == choice.inputsInL3[other]
      }
    }
  }

  /// Where a choice of the layer at `step` wants a tensor that the layer uses: true for L3.
  func wantsInL3(_ tensor: TensorID, _ choice: LayerChoice, step: Int) -> Bool {
    let layer = network.layers[step]
    if layer.output == tensor { return choice.outputInL3 }
    return layer.inputs.indices.contains { layer.inputs[$0].tensor == tensor && choice.inputsInL3[$0] }
  }

  /// The tensors that a choice reads from or writes to L3.
  func tensorsInL3(_ choice: LayerChoice, step: Int) -> [TensorID] {
    let layer = network.layers[step]
    var tensors = layer.inputs.indices.filter { choice.inputsInL3[$0] }.map { layer.inputs[$0].tensor }
    if choice.outputInL3 { tensors.append(layer.output) }
    return tensors
  }
}
