import Hardware
import NetworkIR

extension LayerRecurrence {
  /// What happens in the step, as `stepCycles` adds it up: the copies that the layer waits for, then the layer beside all
  /// other copies.
  var timeline: Timeline {
    var line = Timeline()
    line.waitFor(copies(.before))
    var ownLine = layerTimeline
    ownLine.fillBus(copies(.during))
    line.append(ownLine)
    return line
  }

  /// The layer alone, with what it streams.
  private var layerTimeline: Timeline {
    var line = Timeline()
    line.spend(.layerStart, cycles: startCycles)
    if let head = layer.constants?.headChunks {
      let slots = layer.buffers.first { $0.level == .l2 && $0.operand == .weights }
      addChunks(to: &line, headChunks: head, slots: slots?.count ?? head)
    } else {
      addChunks(to: &line)
    }
    return line
  }

  /// Row stripe and channel chunk of each chunk, in their order.
  private var chunks: [(row: Int, channel: Int)] {
    division.rows.indices.flatMap { row in division.channels.indices.map { (row, $0) } }
  }

  /// As `StripePipeline.cost` does it for every layer without a head.
  private func addChunks(to line: inout Timeline) {
    let chunks = chunks
    let pipeline = pipeline
    func streams(_ index: Int, isStore: Bool, isDoubled: Bool) -> [Timeline.Copy] {
      guard chunks.indices.contains(index) else { return [] }
      return streamed.operands.filter { ($0 == .output) == isStore && doubledSlots.contains($0) == isDoubled }
        .compactMap { stream($0, chunk: chunks[index], pipeline) }
    }
    var tiles = 0
    for index in 0...chunks.count {
      // What comes and goes while the chunk before computes.
      let beside = streams(index, isStore: false, isDoubled: true) + streams(index - 2, isStore: true, isDoubled: true)
      let done = line.add(beside, at: line.clock)
      if index > 0 { tiles += append(chunks[index - 1], to: &line, tiles: tiles) }
      line.wait(.l3Wait, until: done)
      line.waitFor(streams(index - 1, isStore: true, isDoubled: false))
      line.waitFor(streams(index, isStore: false, isDoubled: false))
    }
    line.waitFor(streams(chunks.count - 1, isStore: true, isDoubled: true))
  }

  /// As `StripePipeline.cost` does it for a layer whose first chunks of constants lie in their slots.
  private func addChunks(to line: inout Timeline, headChunks: Int, slots: Int) {
    let pipeline = pipeline
    var ends: [Int] = []
    var arrival = line.clock
    var tiles = 0
    for (index, chunk) in chunks.enumerated() {
      if index >= headChunks, let copy = stream(.weights, chunk: chunk, pipeline) {
        arrival = line.add([copy], at: index >= slots ? max(arrival, ends[index - slots]) : arrival)
      }
      line.wait(.l3Wait, until: arrival)
      tiles += append(chunk, to: &line, tiles: tiles)
      ends.append(line.clock)
    }
  }

  /// What an operand moves just before a chunk, or just after it for the output.
  private func stream(
    _ operand: PlannedBuffer.Operand, chunk: (row: Int, channel: Int), _ pipeline: StripePipeline
  ) -> Timeline.Copy? {
    let bytes = pipeline.copyBytes(of: operand, rows: division.rows[chunk.row], chunk.row, chunk.channel)
    guard bytes > 0 else { return nil }
    let (activity, tensor, time) =
      switch operand {
      case .output: (TimelineEvent.Activity.streamedOutput, layer.output.tensor, model.l3Write)
      case .weights: (.streamedWeights, layer.constants?.tensor ?? "", pipeline.constantsRead)
      case .input1: (.streamedInput, layer.inputs[1].tensor, model.l3Read)
      case .input0, .parameters, .accumulator, .scratch: (.streamedInput, layer.inputs[0].tensor, model.l3Read)
      }
    return Timeline.Copy(activity: activity, tensor: tensor, bytes: bytes, cycles: time.cycles(bytes: bytes))
  }

  /// Adds the tiles of a chunk, whose first one has the number `tiles`.
  ///
  /// - Returns: how many there are.
  private func append(_ chunk: (row: Int, channel: Int), to line: inout Timeline, tiles: Int) -> Int {
    let figures = solution.figures(row: chunk.row, channel: chunk.channel, of: division)
    guard !shape.isDirect else {
      line.spend(.tileStart, cycles: model.target.overheads.tileCycles * figures.tiles, tile: tiles)
      line.spend(.kernel, cycles: figures.compute, tile: tiles)
      return figures.tiles
    }
    let grid = TileGrid(shape, division: division, tile: layer.tile)
    let chunkTiles = grid.chunks(
      of: division, layer.loopOrder, division.kindOfRows[chunk.row], division.kindOfChannels[chunk.channel]
    ).tiles
    let kept =
      division.keeps(row: chunk.row, channel: chunk.channel)
      ? shape.keptOperands(in: chunkTiles, hasOneChannelChunk: division.hasOneChannelChunk) : []
    var pipeline = TilePipeline(shape, model: model)
    _ = pipeline.prepare(chunkTiles)
    line.append(
      pipeline.timeline(
        chunkTiles, doubled: TileOperands(doubledIn: layer.buffers), split: layer.split, keeping: kept),
      tiles: tiles)
    return figures.tiles
  }

  private func copies(_ phase: L3Transfer.Phase) -> [Timeline.Copy] {
    layer.transfers.l3.filter { $0.phase == phase }.map { copy in
      let activity: TimelineEvent.Activity =
        switch copy.kind {
        case .weights: .weights
        case .pageIn: .pageIn
        case .pageOut: .pageOut
        }
      return Timeline.Copy(activity: activity, tensor: copy.tensor, bytes: copy.bytes, cycles: cycles(of: copy))
    }
  }
}
