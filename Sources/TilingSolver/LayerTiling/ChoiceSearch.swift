import Hardware
import NetworkIR

/// Finds the choices of one layer over all L2 chunks and operand levels.
struct ChoiceSearch {
  private let shape: LayerShape
  private let model: CostModel
  private let l1Bytes: Int

  init(_ shape: LayerShape, model: CostModel, l1Bytes: Int) {
    self.shape = shape
    self.model = model
    self.l1Bytes = l1Bytes
  }

  /// Stripes that the edges cut off in more ways than this are left out: only windows that reach over many stripes make
  /// so many, and the time of the search grows with them.
  private static let mostRowKinds = 32

  /// Choices that are not beaten, in the order of modes, from few chunks to many.
  func choices() -> [LayerChoice] {
    var front = ChoiceFront()
    var seed: TileSize?
    let channelSizes = chunkChannels
    let rowSizes = stripeRows
    for (channelIndex, channels) in channelSizes.enumerated() {
      for (rowIndex, rows) in rowSizes.enumerated() {
        // Stripes and chunks multiply: together, every second size of each makes steps as fine as either does alone.
        let isCoarseChunk = channelIndex % 2 == 0 || channelIndex == channelSizes.count - 1
        let isCoarseStripe = rowIndex % 2 == 0 || rowIndex == rowSizes.count - 1
        guard channelIndex == 0 || rowIndex == 0 || isCoarseChunk && isCoarseStripe else { continue }
        let division = LayerDivision(shape, stripe: StripeSize(rows: rows, channels: channels))
        guard division.rows.count == 1 || division.rowKinds.count <= Self.mostRowKinds else { continue }
        guard let solution = solution(of: division, seed: seed) else { continue }
        seed = solution.tile
        let pipeline = StripePipeline(shape, model: model, division: division, solution: solution)
        for streamed in streams(pipeline) {
          for choice in choices(pipeline, streamed) { front.insert(choice) }
        }
      }
    }
    return front.choices
  }

  private func solution(of division: LayerDivision, seed: TileSize?) -> TileSolution? {
    if shape.isDirect { return TileSolution(direct: shape, division: division, model: model) }
    var search = TileSearch(shape, division: division, model: model, l1Bytes: l1Bytes)
    return search.solve(seed: seed)
  }

  /// Buffers of the smallest tile, for the message that not even it fits.
  var smallestBuffers: TileBuffers {
    let channels = min(shape.channelStep, shape.output.channels)
    let inputChannels =
      shape.channels == .mixed && shape.hasConstants
      ? min(shape.passStep, shape.input.channels) : shape.inputChannels(forTileOf: channels)
    let tile = TileSize(height: 1, width: 1, outputChannels: channels, inputChannels: inputChannels)
    let rows = TileAxis(0..<shape.output.height, tileSize: 1, input: shape.inputRows)
    let columns = TileAxis(0..<shape.output.width, tileSize: 1, input: shape.inputColumns)
    return TileBuffers(shape, tile: tile, inputRows: rows.largestInput, inputColumns: columns.largestInput)
  }

  /// Rows of a stripe: the map in 1, 2, 4, 8 ... nearly equal parts down to one row, and the next larger ones
  /// whose output starts at multiples of 4 bytes.
  private var stripeRows: [Int] {
    let height = shape.output.height
    guard shape.allowsStripes else { return [height] }
    let rowBytes = shape.outputRowBytes
    let alignment = rowBytes % 4 == 0 ? 1 : rowBytes % 2 == 0 ? 2 : 4
    var found: Set<Int> = [height]
    for rows in parts(of: height, step: 1) {
      found.insert(rows)
      let aligned = rows.roundedUp(to: alignment)
      if aligned < height { found.insert(aligned) }
    }
    return found.sorted(by: >)
  }

  /// Channels of a chunk: all, and for layers with constants the same parts down to one block of four.
  private var chunkChannels: [Int] {
    let channels = shape.output.channels
    guard shape.hasConstants else { return [channels] }
    let step = shape.channelStep % 4 == 0 ? shape.channelStep : 4 * shape.channelStep
    return Set(parts(of: channels, step: step) + [channels]).sorted(by: >)
  }

  private func parts(of size: Int, step: Int) -> [Int] {
    var found: Set<Int> = [min(size, step)]
    var parts = 2
    while parts < size {
      found.insert(min(size, size.dividedUp(by: parts).roundedUp(to: step)))
      parts *= 2
    }
    return found.sorted(by: >)
  }

  /// The sets of operands that can stream in these chunks.
  private func streams(_ pipeline: StripePipeline) -> [StreamedOperands] {
    let division = pipeline.division
    let streamsConstants = division.channels.count > 1
    // A layer that can't run in stripes has no slots for whole operands either: they are paged.
    guard shape.allowsStripes else {
      return [StreamedOperands(inputs: shape.inputs.map { _ in false }, output: false, constants: false)]
    }
    let inputSets: [[Bool]] =
      shape.inputs.count == 1
      ? [[false], [true]]
      : shape.inputsAreOneTensor
        ? [[false, false], [true, true]] : [[false, false], [true, false], [false, true], [true, true]]
    var found: [StreamedOperands] = []
    for inputs in inputSets {
      // An input that no window touches has no bytes to stream.
      guard inputs.indices.allSatisfy({ !inputs[$0] || pipeline.slotBytes(of: $0 == 0 ? .input0 : .input1) > 0 })
      else { continue }
      for output in pipeline.allowsOutputInL3 ? [false, true] : [false] {
        // Row stripes without an activation in L3 only cost time.
        guard inputs.contains(true) || output || division.rows.count == 1 else { continue }
        found.append(StreamedOperands(inputs: inputs, output: output, constants: streamsConstants))
      }
    }
    return found
  }

  /// Two slots for every operand that comes in several pieces, or one for each.
  private func choices(_ pipeline: StripePipeline, _ streamed: StreamedOperands) -> [LayerChoice] {
    let changing = streamed.operands.filter { pipeline.pieces(of: $0) > 1 }
    return (changing.isEmpty ? [[]] : [Set(changing), []]).map { choice(pipeline, streamed, doubled: $0) }
  }

  private func choice(
    _ pipeline: StripePipeline, _ streamed: StreamedOperands, doubled: Set<PlannedBuffer.Operand>
  ) -> LayerChoice {
    let solution = pipeline.solution
    let cost = pipeline.cost(streamed, doubled: doubled)
    let slots = streamed.operands.map { operand in
      PlannedBuffer(
        operand: operand, level: .l2, offset: 0, bytes: pipeline.slotBytes(of: operand),
        count: doubled.contains(operand) ? 2 : 1)
    }
    let stripesActivations = streamed.inputs.contains(true) || streamed.output
    let mode: LayerMode =
      stripesActivations
      ? (streamed.constants ? .bothStreamed : .activationsStriped) : (streamed.constants ? .weightsStreamed : .full)
    return LayerChoice(
      mode: mode, inputsInL3: streamed.inputs, outputInL3: streamed.output, stripe: pipeline.division.stripe,
      tile: solution.tile, loopOrder: solution.order, split: solution.split, buffers: solution.buffers + slots,
      constantBytes: pipeline.constantBytes, cycles: cost.cycles, transfers: cost.transfers, tiles: solution.tiles)
  }
}

/// Choices of which none is beaten by another with the same operand levels.
struct ChoiceFront {
  private(set) var choices: [LayerChoice] = []

  /// Adds a choice unless another one is as good, and removes those that it beats.
  mutating func insert(_ choice: LayerChoice) {
    if choices.contains(where: { Self.isAsGood($0, as: choice) }) { return }
    choices.removeAll { Self.isAsGood(choice, as: $0) }
    choices.append(choice)
  }

  /// True where `first` needs no more than `second` of anything that the network model counts.
  private static func isAsGood(_ first: LayerChoice, as second: LayerChoice) -> Bool {
    first.mode == second.mode && first.inputsInL3 == second.inputsInL3 && first.outputInL3 == second.outputInL3
      && first.cycles.total <= second.cycles.total && first.l2WorkBytes <= second.l2WorkBytes
      && first.cycles.l3 <= second.cycles.l3
  }
}
