import NetworkIR

/// A buffer that a layer needs: of which size, and in how many slots at most.
struct NeededBuffer {
  var operand: PlannedBuffer.Operand
  var level: MemoryLevel
  var bytes: Int
  /// A second slot makes sense only where the content changes.
  var mostSlots: Int
}

extension TileWalk {
  /// The buffers in L1: one tile of each operand, the greatest there is; none for a direct layer.
  func l1Buffers(_ sums: TransferSums) -> [NeededBuffer] {
    guard !layer.isDirect else { return [] }
    let height = rows.joined().map(\.count).max() ?? 0
    let width = columns.map(\.count).max() ?? 0
    let channels = channels.joined().map(\.count).max() ?? 0
    let area = Saturated(height) * width
    var needed: [NeededBuffer] = []
    func add(_ operand: PlannedBuffer.Operand, bytes: Saturated, slots: Int) {
      // An input that no window touches, because all of them lie in the padding, needs no buffer.
      guard bytes.value > 0 else { return }
      needed.append(
        NeededBuffer(
          operand: operand, level: .l1, bytes: min(bytes.value, Limit.bytes).roundedUpToWord, mostSlots: slots))
    }
    for (index, input) in layer.inputs.enumerated() {
      let inputHeight = rows.joined().map { inputRows($0, of: input).count }.max() ?? 0
      let inputWidth = columns.map { inputColumns($0, of: input).count }.max() ?? 0
      let inputChannels =
        layer.isDense ? (passes.map(\.count).max() ?? 0) : layer.groupedInputChannels(of: channels)
      add(
        index == 0 ? .input0 : .input1,
        bytes: Saturated(keptRows(height, inside: inputHeight)) * keptColumns(width, inside: inputWidth)
          * input.type.pixelBytes(channels: inputChannels),
        slots: sums.inputs[index].slots)
    }
    if layer.constants != nil {
      let pass = passes.max { $0.count < $1.count } ?? 0..<0
      add(.weights, bytes: Saturated(weightBytes(0..<channels, pass: pass)), slots: sums.weights.slots)
      add(.parameters, bytes: Saturated(parameterBytes(0..<channels)), slots: sums.parameters.slots)
    }
    add(.output, bytes: area * layer.output.type.pixelBytes(channels: channels), slots: sums.output.slots)
    if passes.count > 1 { add(.accumulator, bytes: area * channels * 4, slots: 1) }
    return needed
  }

  /// The slots in L2 that operands in L3 or flash pass through.
  var l2Buffers: [NeededBuffer] {
    var needed: [NeededBuffer] = []
    let stripeSlots = min(stripes.count, 2)
    for (index, input) in layer.inputs.enumerated() where input.level == .l3 {
      let bytes = stripes.map { stripeBytes($0, of: input) }.max() ?? 0
      needed.append(
        NeededBuffer(operand: index == 0 ? .input0 : .input1, level: .l2, bytes: bytes, mostSlots: stripeSlots))
    }
    if layer.streamsConstants {
      let bytes = chunks.indices.map { constantBytes(chunk: $0) }.max() ?? 0
      let most = layer.mode == .weightsStreamed ? PlannedConstants.mostSlots : 2
      needed.append(NeededBuffer(operand: .weights, level: .l2, bytes: bytes, mostSlots: min(chunks.count, most)))
    }
    if layer.output.level == .l3 {
      let bytes = (layer.stripe.rows * layer.output.rowBytes).roundedUpToWord
      needed.append(NeededBuffer(operand: .output, level: .l2, bytes: bytes, mostSlots: stripeSlots))
    }
    return needed
  }
}

extension CopySum {
  /// Slots that can be of use.
  fileprivate var slots: Int { mostPiecesOfAChunk > 1 ? 2 : 1 }
}

extension Findings {
  /// Each operand has exactly the buffers that it needs, of exactly the size of its greatest tile, stripe or chunk.
  mutating func checkBuffers(of layer: PlannedLayer, _ walk: TileWalk) {
    var unexpected = layer.buffers
    for need in walk.l1Buffers(TransferSums(walk)) + walk.l2Buffers {
      let place = Place.layer(layer)
      let name = "\(need.operand) buffer in \(need.level)"
      let index = unexpected.firstIndex { $0.operand == need.operand && $0.level == need.level }
      guard let index else {
        report(.buffer, at: place, "no \(name)", found: 0, expected: need.bytes)
        continue
      }
      let buffer = unexpected.remove(at: index)
      expect(buffer.bytes, equals: need.bytes, .buffer, at: place, "bytes of the \(name)")
      expect(buffer.count, atMost: need.mostSlots, .buffer, at: place, "slots of the \(name) that can be of use")
    }
    for buffer in unexpected {
      let isScratch = buffer.operand == .scratch && buffer.level == .l1 && buffer.count == 1 && buffer.bytes > 0
      require(
        isScratch, .buffer, at: .layer(layer), "one \(buffer.operand) buffer in \(buffer.level) too many")
    }
    let scratches = unexpected.filter { $0.operand == .scratch }.count
    expect(scratches, atMost: 1, .buffer, at: .layer(layer), "scratch buffers")
  }

  /// The constants are as large as their layout makes them, and the parameters as long as their form.
  mutating func checkConstants(of layer: PlannedLayer, _ walk: TileWalk) {
    guard let constants = layer.constants else { return }
    let place = Place.layer(layer, tensor: constants.tensor)
    expect(
      constants.bytes, equals: walk.chunks.indices.reduce(0) { $0 + walk.constantBytes(chunk: $1) }, .constants,
      at: place, "bytes of all chunks")
    expect(
      constants.parameterBytesPerChannel, equals: leastParameterBytes(of: layer, constants), .constants, at: place,
      "parameter bytes of a channel")
    let isTable = layer.plannedOperator == .lookup
    require(
      (constants.weightBits == 0) == isTable, .constants, at: place,
      isTable ? "tables have weights" : "weights have no bits")
    checkHead(of: layer, walk)
  }

  /// Bytes of a channel's parameters as the record of the requantization has them; one word more where that is what
  /// the plan says, since only the network knows whether weights have zero points.
  private func leastParameterBytes(of layer: PlannedLayer, _ constants: PlannedConstants) -> Int {
    if layer.plannedOperator == .lookup {
      return ConstantLayout.tableBytesPerChannel(input: layer.inputs[0].type, output: layer.output.type)
    }
    if constants.order != .plain {
      return ConstantLayout.parameterBytesPerChannel(
        layer.requantization?.form, entries: layer.requantization?.entriesPerChannel ?? 0, order: constants.order)
    }
    let withZeroPoint = ConstantLayout.parameterBytesPerChannel(
      layer.requantization?.form, entries: layer.requantization?.entriesPerChannel ?? 0, hasWeightZeroPoints: true)
    return constants.parameterBytesPerChannel == withZeroPoint ? withZeroPoint : withZeroPoint - 4
  }
}
