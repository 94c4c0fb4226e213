import NetworkIR

/// Something of a planned layer that a comparison shows in words of its own.
struct LayerAspect: Sendable {
  let name: String
  let value: @Sendable (PlannedLayer) -> PlanComparison.Value
  /// Makes the second layer equal to the first in everything that `value` shows.
  let copy: @Sendable (PlannedLayer, inout PlannedLayer) -> Void

  /// In the order in which they are shown.
  static let all = [
    LayerAspect(name: "step", value: { .number($0.step) }, copy: { $1.step = $0.step }),
    LayerAspect(name: "mode", value: { .text($0.mode.rawValue) }, copy: { $1.mode = $0.mode }),
    LayerAspect(
      name: "L2 chunk", value: { .text("\($0.stripe.rows) rows of \($0.stripe.channels) channels") },
      copy: { $1.stripe = $0.stripe }),
    LayerAspect(
      name: "tile",
      value: {
        .text("\($0.tile.height)x\($0.tile.width)x\($0.tile.outputChannels) from \($0.tile.inputChannels) channels")
      },
      copy: { $1.tile = $0.tile }),
    LayerAspect(name: "tiles", value: { .number($0.tiles) }, copy: { $1.tiles = $0.tiles }),
    LayerAspect(name: "order", value: { .text($0.loopOrder.rawValue) }, copy: { $1.loopOrder = $0.loopOrder }),
    LayerAspect(name: "split", value: { .text($0.split.rawValue) }, copy: { $1.split = $0.split }),
    LayerAspect(name: "L1 buffers", value: { slots($0, .l1) }, copy: { $1.buffers = $0.buffers }),
    LayerAspect(name: "L2 slots", value: { slots($0, .l2) }, copy: { $1.buffers = $0.buffers }),
    LayerAspect(name: "cycles", value: { .number($0.cycles.total) }, copy: { $1.cycles.total = $0.cycles.total }),
    LayerAspect(
      name: "kernel cycles", value: { .number($0.cycles.compute) }, copy: { $1.cycles.compute = $0.cycles.compute }),
    LayerAspect(
      name: "L2-L1 transfer cycles", value: { .number($0.cycles.dma) }, copy: { $1.cycles.dma = $0.cycles.dma }),
    LayerAspect(name: "L3 transfer cycles", value: { .number($0.cycles.l3) }, copy: { $1.cycles.l3 = $0.cycles.l3 }),
    LayerAspect(
      name: "bytes from L2 to L1", value: { .number($0.transfers.l2l1ReadBytes) },
      copy: { $1.transfers.l2l1ReadBytes = $0.transfers.l2l1ReadBytes }),
    LayerAspect(
      name: "bytes from L1 to L2", value: { .number($0.transfers.l2l1WriteBytes) },
      copy: { $1.transfers.l2l1WriteBytes = $0.transfers.l2l1WriteBytes }),
    LayerAspect(
      name: "DMA commands", value: { .number($0.transfers.dmaCommands) },
      copy: { $1.transfers.dmaCommands = $0.transfers.dmaCommands }),
    LayerAspect(
      name: "bytes from L3", value: { .number($0.transfers.l3ReadBytes) },
      copy: { $1.transfers.l3ReadBytes = $0.transfers.l3ReadBytes }),
    LayerAspect(
      name: "bytes to L3", value: { .number($0.transfers.l3WriteBytes) },
      copy: { $1.transfers.l3WriteBytes = $0.transfers.l3WriteBytes }),
    LayerAspect(name: "copies in its step", value: { copies($0) }, copy: { $1.transfers.l3 = $0.transfers.l3 }),
  ]

  private static func slots(_ layer: PlannedLayer, _ level: MemoryLevel) -> PlanComparison.Value {
    let buffers = layer.buffers.filter { $0.level == level }
      .map { "\($0.operand.rawValue) \($0.count) x \($0.bytes) B at \($0.offset)" }
    return .text(buffers.isEmpty ? "none" : buffers.joined(separator: ", "))
  }

  private static func copies(_ layer: PlannedLayer) -> PlanComparison.Value {
    let copies = layer.transfers.l3.map { copy in
      "\(copy.kind.rawValue) \(copy.tensor) \(copy.bytes) B \(copy.phase.rawValue) "
        + "(l3 \(copy.l3Offset), l2 \(copy.l2Offset))"
    }
    return .text(copies.isEmpty ? "none" : copies.joined(separator: ", "))
  }
}
