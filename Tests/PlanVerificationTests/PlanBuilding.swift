import Hardware
import NetworkIR

/// Writes plans by hand: every number that a rule derives is a literal of the caller; only sums are added up here.
enum PlanBuilding {
  static func plan(
    name: String, l1: Int, l2: Int, l3: Int, flash: Int? = nil, tensors: [PlannedTensor],
    initialTransfers: [L3Transfer] = [],
    layers: [PlannedLayer], l1Peak: Int, l2Peak: Int, tables: Int = 0
  ) -> DeploymentPlan {
    var totals = PlanTotals()
    for layer in layers {
      totals.macs += layer.macs
      totals.predictedCycles += layer.cycles.total
      totals.l3ReadBytes += layer.transfers.l3ReadBytes
      totals.l3WriteBytes += layer.transfers.l3WriteBytes
      totals.l2l1ReadBytes += layer.transfers.l2l1ReadBytes
      totals.l2l1WriteBytes += layer.transfers.l2l1WriteBytes
      totals.dmaCommands += layer.transfers.dmaCommands
    }
    totals.l1PeakBytes = l1Peak
    totals.l2PeakBytes = l2Peak
    let cycles = totals.predictedCycles
    return DeploymentPlan(
      generator: "test 1", model: PlannedModel(name: name, sha256: String(repeating: "0a", count: 32)),
      target: PlannedTarget(chip(l1: l1 + 68, l2: l2 + 56 + tables, l3: l3, flash: flash)),
      objective: .latency,
      solver: SolverReport(
        status: .optimal, predictedCycles: cycles, bound: cycles - 1, gap: 1 / Double(cycles), nodes: 3, rows: 20,
        columns: 40),
      totals: totals,
      budgets: [
        MemoryBudget(
          level: .l1, capacityBytes: l1 + 68,
          items: [MemoryBudget.Item(name: "stacks", bytes: 64), MemoryBudget.Item(name: "sdk", bytes: 4)],
          availableBytes: l1),
        MemoryBudget(
          level: .l2, capacityBytes: l2 + 56 + tables,
          items: [
            MemoryBudget.Item(name: "code", bytes: 32), MemoryBudget.Item(name: "tables", bytes: tables),
            MemoryBudget.Item(name: "sdk", bytes: 8), MemoryBudget.Item(name: "reserve", bytes: 16),
          ],
          availableBytes: l2),
        MemoryBudget(level: .l3, capacityBytes: l3, items: [], availableBytes: l3),
      ] + (flash.map { [MemoryBudget(level: .flash, capacityBytes: $0, items: [], availableBytes: $0)] } ?? []),
      tensors: tensors, initialTransfers: initialTransfers, layers: layers)
  }

  /// A chip of 8 cores with stacks of 8 bytes, 12 for its software and 16 for the application; sizes in bytes.
  private static func chip(l1: Int, l2: Int, l3: Int, flash: Int?) -> Target {
    var chip = Target.builtin[0]
    chip.name = "tiny"
    chip.cores = 8
    (chip.l1.bytes, chip.l1.masterStackBytes, chip.l1.workerStackBytes, chip.l1.sdkReserveBytes) = (l1, 8, 8, 4)
    (chip.l2.bytes, chip.l2.sdkReserveBytes, chip.l2.userReserveBytes) = (l2, 8, 16)
    chip.ram.bytes = l3
    if let flash { chip.flash?.bytes = flash } else { chip.flash = nil }
    return chip
  }

  static func tensor(
    _ name: String, _ kind: PlannedTensor.Kind, _ shape: Shape, _ type: ElementType = .uint8,
    _ level: MemoryLevel = .l2, at bytes: Range<Int>, steps: ClosedRange<Int>
  ) -> PlannedTensor {
    PlannedTensor(
      name: name, kind: kind, shape: shape, type: type, level: level, offset: bytes.lowerBound, bytes: bytes.count,
      firstStep: steps.lowerBound, lastStep: steps.upperBound)
  }

  static func weights(
    _ layer: String, _ bytes: Int, _ level: MemoryLevel, at offset: Int, steps: ClosedRange<Int>
  ) -> PlannedTensor {
    tensor(
      "\(layer).weights", .weights, Shape(height: 1, width: 1, channels: bytes), .uint8, level,
      at: offset..<offset + bytes, steps: steps)
  }

  static func operand(
    _ tensor: String, _ shape: Shape, _ type: ElementType = .uint8, _ level: MemoryLevel = .l2
  ) -> PlannedOperand {
    PlannedOperand(tensor: tensor, shape: shape, type: type, level: level)
  }

  static func buffer(
    _ operand: PlannedBuffer.Operand, at offset: Int, _ bytes: Int, slots: Int = 1, _ level: MemoryLevel = .l1
  ) -> PlannedBuffer {
    PlannedBuffer(operand: operand, level: level, offset: offset, bytes: bytes, count: slots)
  }

  static func window(
    kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int, isRowwise: Bool? = nil
  ) -> LayerGeometry {
    LayerGeometry(
      kernel: Extent(height: kernel, width: kernel), stride: Extent(height: stride, width: stride), dilation: .one,
      padding: Padding(top: padding, left: padding, bottom: padding, right: padding), groups: groups,
      isRowwise: isRowwise)
  }

  /// Bytes `read` from L2 to L1 and `written` back; `l3Read` and `l3Written` include the layer's streaming.
  static func moved(
    read: Int, written: Int, commands: Int, l3Read: Int = 0, l3Written: Int = 0, _ transfers: [L3Transfer] = []
  ) -> LayerTransfers {
    var moved = LayerTransfers()
    moved.l3 = transfers
    moved.l2l1ReadBytes = read
    moved.l2l1WriteBytes = written
    moved.dmaCommands = commands
    moved.l3ReadBytes = l3Read
    moved.l3WriteBytes = l3Written
    return moved
  }

  /// A prediction that holds together: L3 at one byte a cycle.
  static func cycles(l3: Int = 0, dma: Int = 300) -> LayerCycles {
    var cycles = LayerCycles()
    cycles.compute = 1_000
    cycles.dma = dma
    cycles.l3 = l3
    cycles.total = 1_400
    return cycles
  }

  /// Proven for accumulators from 0 to 255, where the simplest form would do in all channels.
  static func rule(_ form: RequantizationForm, channels: Int, entries: Int = 0) -> PlannedRequantization {
    PlannedRequantization(
      form: form, exact: true, channels: channels, low: 0, high: 255, accumulatorLow: 0, accumulatorHigh: 255,
      entriesPerChannel: entries, cheapestForms: [.init(form: .rq32, channels: channels)])
  }
}
