import NetworkIR

/// The greatest numbers that any plan may hold: beyond them arithmetic could overflow and walks could take for ever.
///
/// They are far above every device: L3 of 1 TB, tensors of 2^31 elements.
enum Limit {
  static let bytes = 1 << 40
  static let elements = 1 << 31
  static let window = 1 << 20
  /// Bytes of the parameters of one channel.
  static let parameters = 1 << 20
  static let cycles = 1 << 48
  static let macs = 1 << 50
  static let count = 1 << 40
  static let layers = 4_096
  static let placements = 16_384
  static let copies = 16_384
  static let buffers = 16_384
  static let budgetItems = 64
  /// Rows, columns and channels that the tiles of one layer are counted along.
  static let pieces = 1 << 16
}

extension Findings {
  /// Every number of the plan within its limits; only then may the other rules compute with them.
  mutating func checkRanges(of plan: DeploymentPlan) {
    checkCounts(of: plan)
    check(plan.target.l1Bytes, 0...Limit.bytes, at: .plan, "bytes of l1")
    check(plan.target.l2Bytes, 0...Limit.bytes, at: .plan, "bytes of l2")
    check(plan.target.l3Bytes, 0...Limit.bytes, at: .plan, "bytes of l3")
    check(plan.target.cores, 1...1_024, at: .plan, "cores")
    checkRanges(of: plan.target.figures)
    check(plan.solver.predictedCycles, 0...Limit.cycles, at: .plan, "cycles that the solver predicts")
    check(plan.solver.bound, 0...Limit.cycles, at: .plan, "the solver's bound")
    for count in [plan.solver.nodes, plan.solver.rows, plan.solver.columns] {
      check(count, 0...Limit.count, at: .plan, "size of the solver's model")
    }
    for budget in plan.budgets {
      for bytes in budget.items.map(\.bytes) + [budget.capacityBytes, budget.availableBytes] {
        check(bytes, 0...Limit.bytes, at: .plan, "budgeted bytes of \(budget.level)")
      }
    }
    for tensor in plan.tensors { checkRanges(of: tensor) }
    for transfer in plan.initialTransfers { checkRanges(of: transfer, at: .tensor(transfer.tensor)) }
    for layer in plan.layers { checkRanges(of: layer) }
  }

  private mutating func checkCounts(of plan: DeploymentPlan) {
    check(plan.layers.count, 1...Limit.layers, at: .plan, "layers")
    check(plan.tensors.count, 0...Limit.placements, at: .plan, "placements of tensors")
    let copies = plan.layers.reduce(plan.initialTransfers.count) { $0 + $1.transfers.l3.count }
    check(copies, 0...Limit.copies, at: .plan, "copies from and to l3")
    let buffers = plan.layers.reduce(0) { $0 + $1.buffers.count }
    check(buffers, 0...Limit.buffers, at: .plan, "buffers")
    check(plan.budgets.count, 0...Limit.budgetItems, at: .plan, "budgets")
    for budget in plan.budgets { check(budget.items.count, 0...Limit.budgetItems, at: .plan, "items of a budget") }
  }

  private mutating func check(_ value: Int, _ range: ClosedRange<Int>, at place: Place, _ name: String) {
    expect(value, within: range, at: place, name)
  }

  private mutating func check(_ shape: Shape, at place: Place) {
    let extents = [shape.height, shape.width, shape.channels]
    for extent in extents { check(extent, 1...Limit.elements, at: place, "extent of a shape") }
    let elements = extents.reduce(Saturated(1)) { $0 * $1 }
    check(elements.value, 1...Limit.elements, at: place, "elements of a shape")
  }

  private mutating func checkRanges(of tensor: PlannedTensor) {
    let place = Place.tensor(tensor.name)
    check(tensor.shape, at: place)
    check(tensor.offset, 0...Limit.bytes, at: place, "offset")
    check(tensor.bytes, 0...Limit.bytes, at: place, "bytes")
    check(tensor.firstStep, 0...Limit.layers, at: place, "first step")
    check(tensor.lastStep, 0...Limit.layers, at: place, "last step")
  }

  private mutating func checkRanges(of transfer: L3Transfer, at place: Place) {
    check(transfer.l3Offset, 0...Limit.bytes, at: place, "l3 offset of a copy")
    check(transfer.l2Offset, 0...Limit.bytes, at: place, "l2 offset of a copy")
    check(transfer.bytes, 4...Limit.bytes, at: place, "bytes of a copy")
  }

  private mutating func checkRanges(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    check(layer.step, 0...Limit.layers, at: place, "step")
    check(layer.inputs.count, 1...2, at: place, "inputs")
    for operand in layer.inputs + [layer.output] { check(operand.shape, at: .layer(layer, tensor: operand.tensor)) }
    checkRanges(of: layer.geometry, at: place)
    for size in [
      layer.stripe.rows, layer.stripe.channels, layer.tile.height, layer.tile.width, layer.tile.outputChannels,
      layer.tile.inputChannels,
    ] {
      check(size, 1...Limit.elements, at: place, "extent of a stripe or tile")
    }
    if let constants = layer.constants {
      check(constants.bytes, 0...Limit.bytes, at: place, "bytes of constants")
      check(
        constants.parameterBytesPerChannel, 4...Limit.parameters, at: place, "parameter bytes of a channel")
      check(constants.weightBits, 0...32, at: place, "bits of a weight")
      check(constants.headChunks ?? 1, 1...PlannedConstants.mostSlots, at: place, "chunks of the head")
      let kernel = Saturated(layer.geometry.kernel.height) * layer.geometry.kernel.width
      let inputChannels = layer.inputs.first?.shape.channels ?? 1
      let weights = kernel * inputChannels * layer.output.shape.channels
      check(weights.value, 1...Limit.count, at: place, "weights")
    }
    if let requantization = layer.requantization { checkRanges(of: requantization, at: place) }
    for buffer in layer.buffers {
      check(buffer.offset, 0...Limit.bytes, at: place, "offset of the \(buffer.operand) buffer")
      check(buffer.bytes, 0...Limit.bytes, at: place, "bytes of the \(buffer.operand) buffer")
      let most = buffer.operand == .weights && buffer.level == .l2 ? PlannedConstants.mostSlots : 2
      check(buffer.count, 1...most, at: place, "slots of the \(buffer.operand) buffer")
    }
    for transfer in layer.transfers.l3 { checkRanges(of: transfer, at: .layer(layer, tensor: transfer.tensor)) }
    checkSums(of: layer, at: place)
  }

  private mutating func checkRanges(of requantization: PlannedRequantization, at place: Place) {
    let int32 = ElementType.int32.range
    check(requantization.channels, 1...Limit.elements, at: place, "channels of the requantization")
    for bound in [
      requantization.low, requantization.high, requantization.accumulatorLow, requantization.accumulatorHigh,
    ] {
      check(bound, int32, at: place, "bound of the requantization")
    }
    check(requantization.entriesPerChannel, 0...Limit.parameters, at: place, "entries of the requantization")
    check(
      requantization.cheapestForms.count, 1...RequantizationForm.allCases.count, at: place, "counts of cheapest forms")
    for count in requantization.cheapestForms {
      check(count.channels, 1...Limit.elements, at: place, "channels with one cheapest form")
    }
  }

  private mutating func checkRanges(of geometry: LayerGeometry, at place: Place) {
    for extent in [geometry.kernel, geometry.stride, geometry.dilation] {
      check(extent.height, 1...Limit.window, at: place, "extent of a window")
      check(extent.width, 1...Limit.window, at: place, "extent of a window")
    }
    let padding = geometry.padding
    for side in [padding.top, padding.left, padding.bottom, padding.right] {
      check(side, 0...Limit.window, at: place, "padding")
    }
    check(geometry.groups, 1...Limit.elements, at: place, "groups")
    check((Saturated(geometry.kernel.height) * geometry.kernel.width).value, 1...Limit.elements, at: place, "kernel")
  }

  private mutating func checkSums(of layer: PlannedLayer, at place: Place) {
    let moved = layer.transfers
    for bytes in [moved.l3ReadBytes, moved.l3WriteBytes, moved.l2l1ReadBytes, moved.l2l1WriteBytes] {
      check(bytes, 0...Limit.bytes, at: place, "moved bytes")
    }
    check(moved.dmaCommands, 0...Limit.count, at: place, "dma commands")
    check(layer.tiles, 1...Limit.count, at: place, "tiles")
    let cycles = layer.cycles
    for count in [cycles.compute, cycles.dma, cycles.l3, cycles.total] {
      check(count, 0...Limit.cycles, at: place, "cycles")
    }
    check(layer.macs, 0...Limit.macs, at: place, "macs")
  }
}
