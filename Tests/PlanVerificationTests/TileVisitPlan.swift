import NetworkIR

extension TileVisit {
  private typealias B = PlanBuilding

  private func rounded(_ bytes: Int) -> Int { (bytes + 3) / 4 * 4 }

  private var inputBytes: Int { rounded(input.extent.area * pixelBytes(input.channels, inputType)) }
  private var outputBytes: Int { rounded(output.extent.area * pixelBytes(output.channels, outputType)) }
  private var constantBytes: Int { chunks.reduce(0) { $0 + constantBytes($1) } }

  /// Bytes of the input that come from L3 for each stripe.
  private var stripeBytes: [Int] {
    let rowBytes = input.width * pixelBytes(input.channels, inputType)
    return stripes.map { stripe in
      let rows = inputRows(stripe)
      guard let first = rows.first, let last = rows.last else { return 0 }
      return rounded((last + 1) * rowBytes) - first * rowBytes / 4 * 4
    }
  }

  /// Buffers one after the other, two slots where the operand changes.
  private var buffers: (l1: [PlannedBuffer], l2: [PlannedBuffer]) {
    var l1: [PlannedBuffer] = []
    for operand in PlannedBuffer.Operand.allCases {
      guard let bytes = largest[operand], bytes > 0 else { continue }
      let end = l1.last.map { $0.offset + $0.bytes * $0.count } ?? 0
      l1.append(B.buffer(operand, at: end, rounded(bytes), slots: (changes[operand] ?? 0) > 1 ? 2 : 1))
    }
    var l2: [PlannedBuffer] = []
    func add(_ operand: PlannedBuffer.Operand, _ bytes: Int, slots: Int) {
      let end = l2.last.map { $0.offset + $0.bytes * $0.count } ?? constantBytes + inputBytes + outputBytes
      l2.append(B.buffer(operand, at: end, bytes, slots: slots, .l2))
    }
    if streams.input { add(.input0, stripeBytes.max() ?? 0, slots: min(stripes.count, 2)) }
    if streams.constants { add(.weights, chunks.map(constantBytes).max() ?? 0, slots: min(chunks.count, 2)) }
    if streams.output {
      let rowBytes = output.width * pixelBytes(output.channels, outputType)
      add(.output, rounded(stripe.rows * rowBytes), slots: min(stripes.count, 2))
    }
    return (l1, l2)
  }

  /// Moved between L2 and L1, and between L3 or flash and L2.
  private var transfers: LayerTransfers {
    let tiledPixelBytes = chunks.flatMap { pieces($0, tile.outputChannels) }.reduce(0) {
      $0 + pixelBytes($1.count, outputType)
    }
    let constants = streams.constants ? constantBytes * (chunks.count == 1 ? 1 : stripes.count) : 0
    return B.moved(
      read: read, written: output.extent.area * tiledPixelBytes, commands: copies,
      l3Read: (streams.input ? stripeBytes.reduce(0, +) : 0) + constants, l3Written: streams.output ? outputBytes : 0)
  }

  private func layer(_ buffers: [PlannedBuffer]) -> PlannedLayer {
    var rule = B.rule(.rq32, channels: output.channels)
    (rule.low, rule.high) = (0, 1)
    let transfers = transfers
    var cycles = B.cycles(l3: transfers.l3ReadBytes + transfers.l3WriteBytes)
    cycles.total = max(cycles.total, cycles.l3)
    let modes: [LayerMode] = [.full, .activationsStriped, .weightsStreamed, .bothStreamed]
    return PlannedLayer(
      name: "conv_00", op: !isDense && inputsPerGroup == 1 ? "depthwiseConvolution" : "convolution", step: 0,
      mode: modes[(streams.input || streams.output ? 1 : 0) + (streams.constants ? 2 : 0)],
      inputs: [B.operand("x", input, inputType, streams.input ? .l3 : .l2)],
      output: B.operand("y", output, outputType, streams.output ? .l3 : .l2), geometry: geometry,
      constants: PlannedConstants(
        tensor: "conv_00.weights", order: constantOrder, bytes: constantBytes, parameterBytesPerChannel: parameterBytes,
        weightBits: weightBits, level: streams.constants ? .flash : .l2),
      stripe: stripe, tile: tile, loopOrder: order, split: constantOrder == .plain ? .rows : .grid, tiles: tiles,
      buffers: buffers, transfers: transfers,
      cycles: cycles,
      macs: output.elements * geometry.kernel.area * inputsPerGroup, requantization: rule)
  }

  /// The layer with constants in flash, and in L2 for good what is not streamed.
  var plan: DeploymentPlan {
    let (inputEnd, outputEnd) = (constantBytes + inputBytes, constantBytes + inputBytes + outputBytes)
    let buffers = buffers
    var tensors = [
      B.tensor(
        "x", .input, input, inputType, streams.input ? .l3 : .l2, at: constantBytes..<inputEnd, steps: 0...0),
      B.tensor("y", .output, output, outputType, streams.output ? .l3 : .l2, at: inputEnd..<outputEnd, steps: 0...0),
      B.weights("conv_00", constantBytes, .flash, at: 0, steps: 0...0),
    ]
    var load: [L3Transfer] = []
    if !streams.constants {
      tensors.append(B.weights("conv_00", constantBytes, .l2, at: 0, steps: 0...0))
      load.append(
        L3Transfer(
          kind: .weights, tensor: "conv_00.weights", phase: .before, memory: .flash, l3Offset: 0, l2Offset: 0,
          bytes: constantBytes))
    }
    func end(_ buffers: [PlannedBuffer]) -> Int { buffers.map { $0.offset + $0.bytes * $0.count }.max() ?? 0 }
    let l2Peak = max(end(buffers.l2), tensors.filter { $0.level == .l2 }.map { $0.offset + $0.bytes }.max() ?? 0)
    return B.plan(
      name: "random", l1: end(buffers.l1), l2: l2Peak, l3: outputEnd, flash: constantBytes, tensors: tensors,
      initialTransfers: load, layers: [layer(buffers.l1 + buffers.l2)], l1Peak: end(buffers.l1), l2Peak: l2Peak)
  }
}
