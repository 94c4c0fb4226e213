import Hardware
import NetworkIR

/// How a hand-made plan cuts and places a network; no attempt at speed.
struct PlanStyle: Sendable {
  /// How constants come to L2.
  enum Constants: Sendable { case resident, prefetched, blocking, streamed }

  var name: String
  var tile = TileSize(height: 1000, width: 1000, outputChannels: 1000, inputChannels: 100_000)
  var stripeRows = 1000
  var stripeChannels = 1000
  var constants = Constants.resident
  /// Every activation lives in L3, inputs and outputs too.
  var activationsInL3 = false
  /// Constants of every other layer live in flash.
  var flash = false
  /// Element-wise layers write over an input that nobody reads after them, where they can.
  var inPlace = false
  /// Every input of an addition's second operand is paged out after its production and in before its use.
  var pages = false
  var slots = 2
  /// Slots in L2 of streamed constants; nil: as for all others.
  var constantSlots: Int?
  /// Most chunks of streamed constants that are in their slots when the layer begins, loaded before the inference or by
  /// the step before.
  var headChunks = 0
  var order = LoopOrder.weightStationary
  var cores = 8
}

/// Plans a network one layer after another: every tensor has an address of its own, every buffer too.
struct HandPlanner {
  let network: Network
  let style: PlanStyle
  private var l2End = 0
  private var l3End = 0
  private var flashEnd = 0
  private var l1Peak = 0
  private var tensors: [PlannedTensor] = []
  private var layers: [PlannedLayer] = []
  private var initialTransfers: [L3Transfer] = []

  init(_ network: Network, style: PlanStyle) {
    self.network = network
    self.style = style
  }

  static func plan(_ network: Network, style: PlanStyle) -> DeploymentPlan {
    var planner = HandPlanner(network, style: style)
    return planner.plan()
  }

  private mutating func plan() -> DeploymentPlan {
    placeActivations()
    for step in network.layers.indices { addLayer(step) }
    let levels: [(MemoryLevel, Int)] = [(.l1, l1Peak), (.l2, l2End), (.l3, l3End), (.flash, flashEnd)]
    var chip = Target.builtin[0]
    chip.cores = style.cores
    (chip.l1.bytes, chip.l2.bytes, chip.ram.bytes) = (l1Peak, l2End, l3End)
    chip.flash?.bytes = flashEnd
    return DeploymentPlan(
      generator: "test", model: PlannedModel(name: network.name, sha256: ""),
      target: PlannedTarget(chip), objective: .latency,
      solver: SolverReport(
        status: .feasible, predictedCycles: 0, bound: 0, gap: 0, nodes: 0, rows: 0, columns: 0),
      totals: PlanTotals(),
      budgets: levels.map { MemoryBudget(level: $0.0, capacityBytes: $0.1, items: [], availableBytes: $0.1) },
      tensors: tensors, initialTransfers: initialTransfers, layers: layers)
  }

  private static func align(_ bytes: Int) -> Int { (bytes + 3) / 4 * 4 }

  private mutating func place(
    _ name: String, _ kind: PlannedTensor.Kind, _ shape: Shape, _ type: ElementType, _ level: MemoryLevel,
    at offset: Int? = nil, steps: ClosedRange<Int>
  ) -> Int {
    let bytes = Self.align(type.bytes(shape))
    let end = level == .l2 ? l2End : level == .l3 ? l3End : flashEnd
    let offset = offset ?? end
    switch level {
    case .l1: break
    case .l2: l2End = max(l2End, offset + bytes)
    case .l3: l3End = max(l3End, offset + bytes)
    case .flash: flashEnd = max(flashEnd, offset + bytes)
    }
    tensors.append(
      PlannedTensor(
        name: name, kind: kind, shape: shape, type: type, level: level, offset: offset, bytes: bytes,
        firstStep: steps.lowerBound, lastStep: steps.upperBound))
    return offset
  }

  private mutating func placeActivations() {
    let last = network.layers.count - 1
    for (id, tensor) in network.tensors.enumerated() where !isPaged(id) {
      let over = overwritten(by: id).flatMap { input in tensors.first { $0.name == network[input].name }?.offset }
      _ = place(tensor.name, .activation, tensor.shape, tensor.type, level(id), at: over, steps: 0...last)
    }
  }

  /// The input that the producer of a tensor may write over.
  private func overwritten(by tensor: TensorID) -> TensorID? {
    guard style.inPlace, !isPaged(tensor), let step = producer(tensor) else { return nil }
    let layer = network.layers[step]
    switch layer.operation {
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup: break
    default: return nil
    }
    func pixelBytes(_ tensor: TensorID) -> Int {
      network[tensor].type.pixelBytes(channels: network[layer.output].shape.channels)
    }
    return layer.inputs.map(\.tensor).first { input in
      let isReadLater = network.layers[(step + 1)...].contains { $0.inputs.contains { $0.tensor == input } }
      return !isReadLater && !isPaged(input) && pixelBytes(input) == pixelBytes(tensor)
        && (level(input), level(tensor)) == (.l2, .l2)
    }
  }

  /// Where an activation lives. What a movement takes or gives that does not go row by row is whole in L2.
  private func level(_ tensor: TensorID) -> MemoryLevel {
    let isWhole = network.layers.contains { layer in
      guard case .movement(let movement) = layer.operation, !movement.isRowwise else { return false }
      return layer.output == tensor || layer.inputs.contains { $0.tensor == tensor }
    }
    return style.activationsInL3 && !isWhole ? .l3 : .l2
  }

  private func producer(_ tensor: TensorID) -> Int? { network.layers.firstIndex { $0.output == tensor } }

  /// Inner tensors with one use, two steps or more after their production.
  private func isPaged(_ tensor: TensorID) -> Bool {
    let uses = network.layers.indices.filter { step in network.layers[step].inputs.contains { $0.tensor == tensor } }
    guard style.pages, let produced = producer(tensor), let last = uses.last else { return false }
    return last > produced + 1 && !uses.contains { $0 != last && $0 > produced + 1 }
  }

  /// The transfers that page tensors out of the way in the step after their production and back before their last use.
  private mutating func paging(_ step: Int) -> [L3Transfer] {
    var transfers: [L3Transfer] = []
    for (id, tensor) in network.tensors.enumerated() where isPaged(id) {
      guard let produced = producer(id) else { continue }
      let lastUse = network.layers.lastIndex { layer in layer.inputs.contains { $0.tensor == id } } ?? produced
      if step == produced {
        _ = place(tensor.name, .activation, tensor.shape, tensor.type, .l2, steps: produced...produced + 1)
        _ = place(tensor.name, .activation, tensor.shape, tensor.type, .l3, steps: produced...lastUse)
        _ = place(tensor.name, .activation, tensor.shape, tensor.type, .l2, steps: lastUse...lastUse)
      }
      let places = tensors.filter { $0.name == tensor.name }
      if step == produced + 1 {
        transfers.append(
          L3Transfer(
            kind: .pageOut, tensor: tensor.name, phase: .during, l3Offset: places[1].offset,
            l2Offset: places[0].offset, bytes: places[1].bytes))
      }
      if step == lastUse {
        transfers.append(
          L3Transfer(
            kind: .pageIn, tensor: tensor.name, phase: .before, l3Offset: places[1].offset,
            l2Offset: places[2].offset, bytes: places[1].bytes))
      }
    }
    return transfers
  }

  private mutating func addLayer(_ step: Int) {
    let layer = network.layers[step]
    let cut = LayerCut(network: network, layer: layer, style: style)
    var transfers = LayerTransfers()
    transfers.l3 = paging(step)
    var constants: PlannedConstants?
    if cut.constantBytes > 0 {
      let name = "\(layer.name).weights"
      let shape = Shape(height: 1, width: 1, channels: cut.constantBytes)
      let memory: MemoryLevel = style.flash && step % 2 == 1 ? .flash : .l3
      let home = place(name, .weights, shape, .uint8, memory, steps: 0...network.layers.count - 1)
      constants = PlannedConstants(
        tensor: name, order: cut.order, bytes: cut.constantBytes, parameterBytesPerChannel: cut.parameterBytes,
        weightBits: cut.weightBits, level: style.constants == .streamed ? memory : .l2)
      if style.constants != .streamed {
        let first = style.constants == .prefetched && step > 0 ? step - 1 : 0
        let offset = place(name, .weights, shape, .uint8, .l2, steps: first...step)
        load(name, memory, from: home, to: offset, bytes: cut.constantBytes, step: step, into: &transfers)
      }
    }
    let buffers = buffers(cut, of: layer)
    if style.headChunks > 0 { loadHead(cut, buffers, &constants, step: step, into: &transfers) }
    layers.append(
      PlannedLayer(
        name: layer.name, op: cut.op, step: step, mode: .full,
        inputs: layer.inputs.map {
          PlannedOperand(
            tensor: network[$0.tensor].name, shape: $0.shape, type: network[$0.tensor].type,
            level: level($0.tensor))
        },
        output: PlannedOperand(
          tensor: network[layer.output].name, shape: cut.output, type: network[layer.output].type,
          level: level(layer.output)),
        geometry: cut.geometry, constants: constants, stripe: cut.stripe, tile: cut.tile,
        loopOrder: style.order, split: cut.order == .plain ? CoreSplit.allCases[step % 3] : .grid, tiles: 0,
        buffers: buffers,
        transfers: transfers, cycles: LayerCycles(), macs: 0, requantization: nil))
  }

  /// Brings the first chunks of streamed constants to their slots, each by a copy of its own; only where nothing but the
  /// constants comes in pieces.
  private mutating func loadHead(
    _ cut: LayerCut, _ buffers: [PlannedBuffer], _ constants: inout PlannedConstants?, step: Int,
    into transfers: inout LayerTransfers
  ) {
    guard let slots = buffers.first(where: { $0.level == .l2 && $0.operand == .weights }),
      let home = tensors.last(where: { $0.name == constants?.tensor && $0.level.isExternal }),
      cut.stripe.rows == cut.output.height
    else { return }
    let head = min(style.headChunks, slots.count, cut.chunkBytes.count)
    constants?.headChunks = head
    // The slots exist from the first of these copies on.
    _ = place(
      home.name, .weights, Shape(height: 1, width: 1, channels: slots.bytes * slots.count), .uint8, .l2,
      at: slots.offset, steps: max(step - 1, 0)...step)
    var start = 0
    for chunk in 0..<head {
      let copy = L3Transfer(
        kind: .weights, tensor: home.name, phase: step > 0 ? .during : .before, memory: home.level,
        l3Offset: home.offset + start, l2Offset: slots.offset + chunk * slots.bytes, bytes: cut.chunkBytes[chunk])
      if step > 0 { layers[step - 1].transfers.l3.append(copy) } else { transfers.l3.append(copy) }
      start += cut.chunkBytes[chunk]
    }
  }

  /// Brings a layer's constants to L2 as the style says, in two parts where it prefetches.
  private mutating func load(
    _ name: String, _ memory: MemoryLevel, from l3: Int, to l2: Int, bytes: Int, step: Int,
    into transfers: inout LayerTransfers
  ) {
    func part(_ phase: L3Transfer.Phase, _ range: Range<Int>) -> L3Transfer {
      L3Transfer(
        kind: .weights, tensor: name, phase: phase, memory: memory, l3Offset: l3 + range.lowerBound,
        l2Offset: l2 + range.lowerBound, bytes: range.count)
    }
    switch style.constants {
    case .resident: initialTransfers.append(part(.before, 0..<bytes))
    case .blocking: transfers.l3.append(part(.before, 0..<bytes))
    case .prefetched where step > 0 && bytes >= 8:
      layers[step - 1].transfers.l3.append(part(.during, 0..<bytes / 8 * 4))
      transfers.l3.append(part(.before, bytes / 8 * 4..<bytes))
    case .prefetched: transfers.l3.append(part(.before, 0..<bytes))
    case .streamed: break
    }
  }

  /// One buffer after another, in L1 from 0 on and in L2 past everything placed before.
  private mutating func buffers(_ cut: LayerCut, of layer: Layer) -> [PlannedBuffer] {
    var buffers: [PlannedBuffer] = []
    var l1End = 0
    for (operand, bytes) in cut.l1Bytes {
      let count = operand == .accumulator ? 1 : style.slots
      buffers.append(
        PlannedBuffer(operand: operand, level: .l1, offset: l1End, bytes: Self.align(bytes), count: count))
      l1End += Self.align(bytes) * count
    }
    l1Peak = max(l1Peak, l1End)
    for (operand, bytes) in cut.l2Bytes {
      let streams =
        switch operand {
        case .input0: level(layer.inputs[0].tensor) == .l3
        case .input1: level(layer.inputs[1].tensor) == .l3
        case .output: level(layer.output) == .l3
        default: style.constants == .streamed
        }
      guard streams else { continue }
      let count = operand == .weights ? style.constantSlots ?? style.slots : style.slots
      buffers.append(
        PlannedBuffer(operand: operand, level: .l2, offset: l2End, bytes: Self.align(bytes), count: count))
      l2End += Self.align(bytes) * count
    }
    return buffers
  }
}
