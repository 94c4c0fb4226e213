import Hardware
import NetworkIR

/// Which operands of a layer pass through L2 slots, and which of them have two.
struct StreamedOperands: Equatable {
  /// One per input.
  var inputs: [Bool]
  var output: Bool
  var constants: Bool

  /// In L3 order of `PlannedBuffer.Operand`: the operands that stream.
  var operands: [PlannedBuffer.Operand] {
    var operands: [PlannedBuffer.Operand] = []
    if inputs[0] { operands.append(.input0) }
    if inputs.count > 1, inputs[1] { operands.append(.input1) }
    if constants { operands.append(.weights) }
    if output { operands.append(.output) }
    return operands
  }

  var mode: LayerMode {
    let stripesActivations = inputs.contains(true) || output
    return stripesActivations
      ? (constants ? .bothStreamed : .activationsStriped) : (constants ? .weightsStreamed : .full)
  }
}

/// Evaluates the pipeline of a layer's L2 chunks: the same recurrence as for L1 tiles, with L3 transfers.
///
/// Inputs come once a row stripe, before its first channel chunk; the output leaves once a row stripe, after its last one;
/// constants come with every chunk, or once where one chunk has all channels. Each operand is one copy.
struct StripePipeline {
  let shape: LayerShape
  let model: CostModel
  /// Of copies of constants to L2.
  let constantsRead: BurstCycles
  let division: LayerDivision
  let solution: TileSolution
  /// Constants of each channel chunk.
  private let chunkConstantBytes: [Int]

  /// `constantsRead` is nil where constants come from the RAM.
  init(
    _ shape: LayerShape, model: CostModel, constantsRead: BurstCycles? = nil, division: LayerDivision,
    solution: TileSolution
  ) {
    self.shape = shape
    self.model = model
    self.constantsRead = constantsRead ?? model.l3Read
    self.division = division
    self.solution = solution
    let bytesOfKinds = division.channelKinds.map {
      shape.constantBytes(channels: $0.range.count, tile: solution.tile)
    }
    chunkConstantBytes = division.kindOfChannels.map { bytesOfKinds[$0] }
  }

  /// All constants of the layer with their padding.
  var constantBytes: Int { chunkConstantBytes.reduce(0, +) }

  /// Bytes that the copy of one row stripe of an input moves: whole words around the stripe's rows.
  ///
  /// Both ends are moved outwards to multiples of 4, because L3 transfers must be aligned; the stripe then starts up to
  /// 3 bytes into its slot.
  func inputBytes(_ input: Int, rows: Range<Int>) -> Int {
    let needed = shape.inputRows(for: rows)
    guard !needed.isEmpty else { return 0 }
    let rowBytes = shape.inputRowBytes(input)
    return (needed.upperBound * rowBytes).roundedUp(to: 4) - needed.lowerBound * rowBytes / 4 * 4
  }

  /// True where every stripe of the output starts at a multiple of 4 bytes: rounding would overwrite its neighbours.
  var allowsOutputInL3: Bool { division.rows.count == 1 || division.stripe.rows * shape.outputRowBytes % 4 == 0 }

  /// Pieces in which an operand passes through L2.
  func pieces(of operand: PlannedBuffer.Operand) -> Int {
    guard operand == .weights else { return division.rows.count }
    return division.channels.count == 1 ? 1 : division.rows.count * division.channels.count
  }

  /// L2 bytes of one slot of an operand.
  func slotBytes(of operand: PlannedBuffer.Operand) -> Int {
    switch operand {
    case .input0: division.rows.reduce(0) { max($0, inputBytes(0, rows: $1)) }
    case .input1: division.rows.reduce(0) { max($0, inputBytes(1, rows: $1)) }
    case .weights: chunkConstantBytes.reduce(0, max)
    case .output: (min(division.stripe.rows, shape.output.height) * shape.outputRowBytes).roundedUp(to: 4)
    case .parameters, .accumulator, .scratch: 0
    }
  }

  /// Whether fetching all constants takes longer than the chunks, so that the layer waits for them.
  var waitsForConstants: Bool {
    chunkConstantBytes.reduce(0) { $0 + constantsRead.cycles(bytes: $1) } > solution.cycles
  }

  /// Whether constants can have a head of this many chunks: some chunk must be left to stream, and the head lies in L2
  /// as it does in its home where all its chunks are as large as the slots.
  func allowsHead(of chunks: Int) -> Bool {
    division.rows.count == 1 && chunks < chunkConstantBytes.count
      && chunkConstantBytes.prefix(chunks).allSatisfy { $0 == slotBytes(of: .weights) && $0 % 4 == 0 }
  }

  /// Evaluates a layer that streams nothing but constants and whose first chunks lie in the slots when it begins.
  ///
  /// As soon as a chunk is done, its slot is filled with the next one that is not there; copies go one after the other.
  func cost(headChunks: Int, slots: Int) -> (cycles: LayerCycles, transfers: LayerTransfers) {
    var (cycles, moved) = tileCost
    var ends: [Int] = []
    var arrival = 0
    for (channelIndex, bytes) in chunkConstantBytes.enumerated() {
      if channelIndex >= headChunks {
        let copy = constantsRead.cycles(bytes: bytes)
        let isFree = channelIndex >= slots ? ends[channelIndex - slots] : 0
        arrival = max(arrival, isFree) + copy
        cycles.l3 += copy
        moved.l3ReadBytes += bytes
      }
      let chunk = solution.figures(row: 0, channel: channelIndex, of: division).cycles
      ends.append(max(ends.last ?? 0, arrival) + chunk)
    }
    cycles.total += ends.last ?? 0
    return (cycles, moved)
  }

  /// What the tiles take and move, and the start of the layer.
  private var tileCost: (cycles: LayerCycles, transfers: LayerTransfers) {
    var cycles = LayerCycles()
    var moved = LayerTransfers()
    moved.l2l1ReadBytes = solution.readBytes
    moved.l2l1WriteBytes = solution.writeBytes
    moved.dmaCommands = solution.dmaCommands
    cycles.compute = solution.compute
    cycles.dma = solution.dma
    cycles.total = model.target.overheads.layerCycles
    return (cycles, moved)
  }

  /// Transfers between L3 and L2 around one chunk.
  private struct ChunkTransfers {
    var doubledLoad = 0
    var singleLoad = 0
    var doubledStore = 0
    var singleStore = 0
  }

  /// Evaluates the recurrence over the chunks one by one.
  /// The operands in `doubled` have two slots; the transfers hold L3 bytes and what the tiles move.
  func cost(
    _ streamed: StreamedOperands, doubled: Set<PlannedBuffer.Operand>
  ) -> (cycles: LayerCycles, transfers: LayerTransfers) {
    var (cycles, moved) = tileCost
    // A chunk's maximum can be added once the load of the next one is known. Until then it is pending.
    var pendingChunk = 0
    var storeOfPending = 0
    var storeBeforePending = 0
    for (rowIndex, rows) in division.rows.enumerated() {
      for channelIndex in division.channels.indices {
        var transfers = ChunkTransfers()
        for operand in streamed.operands {
          let bytes = copyBytes(of: operand, rows: rows, rowIndex, channelIndex)
          guard bytes > 0 else { continue }
          let isDoubled = doubled.contains(operand)
          if operand == .output {
            let time = model.l3Write.cycles(bytes: bytes)
            if isDoubled { transfers.doubledStore += time } else { transfers.singleStore += time }
            moved.l3WriteBytes += bytes
          } else {
            let time = (operand == .weights ? constantsRead : model.l3Read).cycles(bytes: bytes)
            if isDoubled { transfers.doubledLoad += time } else { transfers.singleLoad += time }
            moved.l3ReadBytes += bytes
          }
        }
        cycles.l3 +=
          transfers.doubledLoad + transfers.singleLoad + transfers.doubledStore + transfers.singleStore
        cycles.total += max(pendingChunk, transfers.doubledLoad + storeBeforePending)
        cycles.total += transfers.singleLoad + transfers.singleStore
        pendingChunk = solution.figures(row: rowIndex, channel: channelIndex, of: division).cycles
        storeBeforePending = storeOfPending
        storeOfPending = transfers.doubledStore
      }
    }
    cycles.total += max(pendingChunk, storeBeforePending) + storeOfPending
    return (cycles, moved)
  }

  /// Bytes that an operand moves just before a chunk, or just after it for the output.
  func copyBytes(
    of operand: PlannedBuffer.Operand, rows: Range<Int>, _ rowIndex: Int, _ channelIndex: Int
  ) -> Int {
    switch operand {
    case .input0: channelIndex == 0 ? inputBytes(0, rows: rows) : 0
    case .input1: channelIndex == 0 ? inputBytes(1, rows: rows) : 0
    case .weights: division.channels.count > 1 || rowIndex == 0 ? chunkConstantBytes[channelIndex] : 0
    case .output:
      channelIndex == division.channels.count - 1 ? (rows.count * shape.outputRowBytes).roundedUp(to: 4) : 0
    case .parameters, .accumulator, .scratch: 0
    }
  }
}
