import Hardware
import NetworkIR

/// Where the constants of each layer are kept: in RAM, or in flash, which is only read.
struct ConstantHomes: Equatable, Sendable {
  /// By layer: `.l3` or `.flash`.
  private(set) var levels: [MemoryLevel]

  /// Keeps constants in RAM while they fit beside the activations of the fullest step; for the objective `cold`, all of
  /// them in flash, since the first result waits for them to come from there.
  ///
  /// Where RAM is too small, those go to flash first whose reads get least longer by it, of these the largest. Then, in
  /// the order of the steps, those come back that still fit. A pin of constants to `.l3` or `.flash` goes before all this.
  init(_ workload: Workload, target: Target, objective: Objective, pins: Pins = Pins()) {
    levels = workload.layers.map { _ in .l3 }
    let pinned = workload.layers.map { layer in
      pins.tensors.first { $0.name == layer.constantsName && $0.level.isExternal }?.level
    }
    for (layer, level) in pinned.enumerated() { levels[layer] = level ?? .l3 }
    guard target.flash != nil else { return }
    let movable = levels.indices.filter { workload.layers[$0].shape.hasConstants && pinned[$0] == nil }
    if objective == .cold {
      for layer in movable { levels[layer] = .flash }
    } else {
      moveToFlash(movable, workload, target)
    }
  }

  private mutating func moveToFlash(_ movable: [Int], _ workload: Workload, _ target: Target) {
    let bytes = workload.layers.map { Self.mostBytes(of: $0) }
    let available = target.availableBytes(.l3) - TensorLifetime.mostLiveBytes(in: workload)
    var inRAM = levels.indices.reduce(0) { levels[$1] == .l3 ? $0 + bytes[$1] : $0 }
    var inFlash = levels.indices.reduce(0) { levels[$1] == .flash ? $0 + bytes[$1] : $0 }
    let model = CostModel(target)
    let ranking = movable.map { layer in
      let slower =
        model.constantsRead(from: .flash).cycles(bytes: bytes[layer])
        - model.constantsRead(from: .l3).cycles(bytes: bytes[layer])
      return (slower: max(slower, 0), size: -bytes[layer], layer: layer)
    }
    for (_, _, layer) in ranking.sorted(by: { $0 < $1 }) where inRAM > available {
      guard inFlash + bytes[layer] <= target.availableBytes(.flash) else { continue }
      levels[layer] = .flash
      inRAM -= bytes[layer]
      inFlash += bytes[layer]
    }
    for layer in movable where levels[layer] == .flash && inRAM + bytes[layer] <= available {
      levels[layer] = .l3
      inRAM += bytes[layer]
    }
  }

  /// Bytes of a layer's constants with the padding that a tiling may add: parameters and weights of each channel to
  /// multiples of 4; where parameters come with every pass, those of a second one.
  private static func mostBytes(of layer: WorkloadLayer) -> Int {
    let shape = layer.shape
    guard shape.hasConstants else { return 0 }
    let channels = shape.output.channels
    guard shape.order.isGrouped else { return roundedUpTo4(shape.leastConstantBytes) + 8 * channels }
    return shape.weightBytes(outputChannels: channels, inputChannels: shape.inputChannelsPerOutput)
      + channels * shape.parameterBytesPerChannel
  }
}
