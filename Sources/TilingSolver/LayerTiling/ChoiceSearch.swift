import Hardware
import NetworkIR

/// Finds the choices of one layer over all L2 chunks and operand levels.
struct ChoiceSearch {
  private let shape: LayerShape
  private let model: CostModel
  private let l1Bytes: Int
  private let constantsRead: BurstCycles
  private let pin: ChoicePin
  private let layerPin: LayerPin?

  /// - Parameters:
  ///   - shape: of the layer.
  ///   - model: of the chip.
  ///   - l1Bytes: for tiles.
  ///   - constantsRead: of copies of constants from where they live to L2; nil: from the RAM.
  ///   - pin: what is fixed of the layer; nil for nothing.
  init(_ shape: LayerShape, model: CostModel, l1Bytes: Int, constantsRead: BurstCycles? = nil, pin: LayerPin? = nil) {
    self.shape = shape
    self.model = model
    self.l1Bytes = l1Bytes
    self.constantsRead = constantsRead ?? model.l3Read
    self.pin = ChoicePin(pin)
    layerPin = pin
  }

  /// Buffers of the tile that needs least bytes, whatever is pinned, for the message that not even it fits.
  var smallestBuffers: TileBuffers {
    let tile = TileSize(
      height: 1, width: 1, outputChannels: shape.output.channels, inputChannels: shape.input.channels)
    return TilePin().smallestBuffers(of: shape) ?? TileBuffers(shape, tile: tile, inputRows: 1, inputColumns: 1)
  }

  /// Stripes that the edges cut off in more ways than this are left out: only windows that reach over many stripes make
  /// so many, and the time of the search grows with them. What is pinned is tried all the same.
  private static let mostRowKinds = 32

  /// Choices that are not beaten, in the order of modes, from few chunks to many.
  func choices() -> [LayerChoice] {
    var front = ChoiceFront()
    var seed: TileSize?
    let channelSizes = pin.channels(shape)
    let rowSizes = pin.rows(shape)
    for (channelIndex, channels) in channelSizes.enumerated() {
      for (rowIndex, rows) in rowSizes.enumerated() {
        // Stripes and chunks multiply: together, every second size of each makes steps as fine as either does alone.
        let isCoarseChunk = channelIndex % 2 == 0 || channelIndex == channelSizes.count - 1
        let isCoarseStripe = rowIndex % 2 == 0 || rowIndex == rowSizes.count - 1
        guard channelIndex == 0 || rowIndex == 0 || isCoarseChunk && isCoarseStripe else { continue }
        let division = LayerDivision(shape, stripe: StripeSize(rows: rows, channels: channels))
        guard division.rowKinds.count <= Self.mostRowKinds || rowSizes.count == 1 else { continue }
        guard let solution = solution(of: division, seed: seed) else { continue }
        seed = solution.tile
        let pipeline = StripePipeline(
          shape, model: model, constantsRead: constantsRead, division: division, solution: solution)
        for streamed in streams(pipeline) where pin.allows(streamed) {
          for doubled in pin.doubled(of: streamed.operands.filter { pipeline.pieces(of: $0) > 1 })
          where pin.allowsNoHead {
            front.insert(choice(pipeline, streamed, doubled: doubled))
          }
          guard streamed.mode == .weightsStreamed else { continue }
          let headSlots = pin.headSlots(
            waitsForConstants: pipeline.waitsForConstants, chunks: division.channels.count)
          for slots in headSlots where pipeline.allowsHead(of: slots) {
            front.insert(choice(pipeline, streamed, headChunks: slots))
          }
        }
      }
    }
    return front.choices
  }

  private func solution(of division: LayerDivision, seed: TileSize?) -> TileSolution? {
    if shape.isDirect {
      let solution = TileSolution(direct: shape, division: division, model: model)
      return TilePin(layerPin).allows(solution) ? solution : nil
    }
    var search = TileSearch(shape, division: division, model: model, l1Bytes: l1Bytes, pin: layerPin)
    return search.solve(seed: seed)
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

  private func choice(
    _ pipeline: StripePipeline, _ streamed: StreamedOperands, doubled: Set<PlannedBuffer.Operand> = [],
    headChunks: Int = 0
  ) -> LayerChoice {
    let solution = pipeline.solution
    let cost =
      headChunks > 0
      ? pipeline.cost(headChunks: headChunks, slots: headChunks) : pipeline.cost(streamed, doubled: doubled)
    let slots = streamed.operands.map { operand in
      PlannedBuffer(
        operand: operand, level: .l2, offset: 0, bytes: pipeline.slotBytes(of: operand),
        count: headChunks > 0 ? headChunks : doubled.contains(operand) ? 2 : 1)
    }
    return LayerChoice(
      mode: streamed.mode, inputsInL3: streamed.inputs, outputInL3: streamed.output, stripe: pipeline.division.stripe,
      tile: solution.tile, loopOrder: solution.order, split: solution.split, buffers: solution.buffers + slots,
      constantBytes: pipeline.constantBytes, cycles: cost.cycles, transfers: cost.transfers, tiles: solution.tiles,
      headChunks: headChunks)
  }
}
