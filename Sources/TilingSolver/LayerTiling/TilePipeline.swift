import Hardware
import NetworkIR

/// Evaluates the double-buffered pipeline of the tiles of a chunk, exactly.
///
/// Tile i loads the operands whose coordinates changed, computes, and stores its output after the last pass. Transfers of
/// operands with two slots (`L`, `S`) run while another tile computes; transfers of operands with one slot (`l`, `s`)
/// do not, and neither does giving the commands of all the tile's transfers to the DMA engine (`d`):
///
///     total = L[1] + sum over i of (l[i] + max(C[i], L[i + 1] + S[i - 1]) + s[i] + d[i] + tileCycles) + S[n]
///
/// The tables are kept between evaluations, so that evaluating allocates nothing once they have grown.
struct TilePipeline {
  let shape: LayerShape
  let model: CostModel
  let splits: [CoreSplit]

  /// Duration and volume of one transfer.
  struct Transfer {
    /// In which bytes move.
    var cycles = 0
    /// In which its commands are given.
    var issueCycles = 0
    var bytes = 0
    var commands = 0

    mutating func add(_ other: Transfer) {
      cycles += other.cycles
      issueCycles += other.issueCycles
      bytes += other.bytes
      commands += other.commands
    }
  }

  private(set) var input0: [Transfer] = []
  private(set) var input1: [Transfer] = []
  private(set) var weights: [Transfer] = []
  private(set) var parameters: [Transfer] = []
  private(set) var output: [Transfer] = []
  /// One lane for each of the shape's splits.
  private(set) var compute: [SIMD4<Int>] = []
  private var columnKinds = 0
  private var channelKinds = 0
  private(set) var passKinds = 0
  private var channelsChangeInput: [Bool] = []

  init(_ shape: LayerShape, model: CostModel) {
    self.shape = shape
    self.model = model
    splits = shape.splits
  }

  /// A bound from below of every split's total: kernels one after the other, or transfers one after the other.
  ///
  /// Fills the tables that `cost` then reads.
  mutating func prepare(_ tiles: ChunkTiles) -> Int {
    fillTables(tiles)
    var computeSums = SIMD4<Int>()
    var (transfers, issue) = (0, 0)
    for r in tiles.rows.kinds.indices {
      for c in tiles.columns.kinds.indices {
        for k in tiles.channels.kinds.indices {
          let outputs =
            tiles.rows.kindCounts[r] * tiles.columns.kindCounts[c] * tiles.channels.kindCounts[k]
          transfers += outputs * output[outputIndex(r, c, k)].cycles
          issue += outputs * output[outputIndex(r, c, k)].issueCycles
          for p in tiles.passes.kinds.indices {
            let count = outputs * tiles.passes.kindCounts[p]
            computeSums &+= count &* compute[outputIndex(r, c, k) * passKinds + p]
          }
        }
      }
    }
    let least = splits.indices.reduce(Int.max) { min($0, computeSums[$1]) }
    return max(least, transfers) + issue + tiles.count * model.target.overheads.tileCycles
  }

  /// Evaluates the recurrence over the tiles that were prepared last.
  /// The operands in `doubled` have two slots.
  func cost(_ tiles: ChunkTiles, doubled: TileOperands) -> ChunkCost {
    var cost = ChunkCost()
    let tileCycles = model.target.overheads.tileCycles
    let doubledStore = doubled.contains(.output)
    var steps = SIMD4<Int>()
    var serial = loadCycles(tiles.first, arrived: [.rows, .columns, .channels, .passes], doubled)
    if doubledStore { serial += output[outputIndex(tiles.last)].cycles }
    tiles.forEach { weight, tile, before, arrived, after, left in
      let load = self.load(tile, arrived: arrived)
      let store = tiles.passes.kinds[tile.pass].isLastPass ? output[outputIndex(tile)] : Transfer()
      let singleLoad = load.cycles - loadCycles(tile, arrived: arrived, doubled)
      var overlapped = after.map { loadCycles($0, arrived: left, doubled) } ?? 0
      if doubledStore, let before, tiles.passes.kinds[before.pass].isLastPass {
        overlapped += output[outputIndex(before)].cycles
      }
      let issue = load.issueCycles + store.issueCycles
      serial += weight * (tileCycles + issue + singleLoad + (doubledStore ? 0 : store.cycles))
      let durations = compute[outputIndex(tile) * passKinds + tile.pass]
      steps &+= weight &* pointwiseMax(durations, SIMD4(repeating: overlapped))
      cost.dma += weight * (load.cycles + store.cycles + issue)
      cost.readBytes += weight * load.bytes
      cost.writeBytes += weight * store.bytes
      cost.dmaCommands += weight * (load.commands + store.commands)
    }
    cost.totals = steps &+ serial
    return cost
  }

  /// The cost of a chunk, given that of all its transfers, whose first tile finds the operands `kept` in L1.
  func cost(_ cost: ChunkCost, of tiles: ChunkTiles, keeping kept: TileOperands) -> ChunkCost {
    let tile = tiles.first
    var load = Transfer()
    if kept.contains(.input0) { load.add(input0[inputIndex(tile)]) }
    if kept.contains(.input1) { load.add(input1[inputIndex(tile)]) }
    if kept.contains(.weights) { load.add(weights[tile.channels * passKinds + tile.pass]) }
    if kept.contains(.parameters) { load.add(parameters[tile.channels]) }
    var cost = cost
    let cycles = load.cycles + load.issueCycles
    cost.dma -= cycles
    cost.readBytes -= load.bytes
    cost.dmaCommands -= load.commands
    // The first load is never overlapped, with two slots or one.
    cost.totals &-= SIMD4(repeating: cycles)
    return cost
  }

  /// Kernel cycles of the chunk prepared last.
  func computeCycles(_ tiles: ChunkTiles, split: CoreSplit) -> Int {
    let offset = splits.firstIndex(of: split) ?? 0
    var sum = 0
    tiles.forEach { weight, tile, _, _, _, _ in
      sum += weight * compute[outputIndex(tile) * passKinds + tile.pass][offset]
    }
    return sum
  }

  private func outputIndex(_ rows: Int, _ columns: Int, _ channels: Int) -> Int {
    (rows * columnKinds + columns) * channelKinds + channels
  }

  func outputIndex(_ tile: ChunkTiles.Step) -> Int { outputIndex(tile.rows, tile.columns, tile.channels) }

  func inputIndex(_ tile: ChunkTiles.Step) -> Int {
    let isMixed = shape.channels == .mixed
    return (tile.rows * columnKinds + tile.columns) * (isMixed ? passKinds : channelKinds)
      + (isMixed ? tile.pass : tile.channels)
  }

  /// Whether the inputs of a tile are others than before it.
  @inline(__always)
  func changesInput(_ tile: ChunkTiles.Step, arrived: ChunkTiles.Axes) -> Bool {
    !arrived.isDisjoint(with: [.rows, .columns, .passes])
      || arrived.contains(.channels) && channelsChangeInput[tile.channels]
  }

  /// Loads of the operands that changed.
  @inline(__always)
  private func load(_ tile: ChunkTiles.Step, arrived: ChunkTiles.Axes) -> Transfer {
    var sum = Transfer()
    if changesInput(tile, arrived: arrived) {
      sum.add(input0[inputIndex(tile)])
      if !input1.isEmpty { sum.add(input1[inputIndex(tile)]) }
    }
    guard shape.hasConstants else { return sum }
    if !arrived.isDisjoint(with: [.channels, .passes]) { sum.add(weights[tile.channels * passKinds + tile.pass]) }
    if arrived.contains(.channels) { sum.add(parameters[tile.channels]) }
    return sum
  }

  /// Time to load the operands of `operands` that changed.
  @inline(__always)
  private func loadCycles(
    _ tile: ChunkTiles.Step, arrived: ChunkTiles.Axes, _ operands: TileOperands
  ) -> Int {
    var cycles = 0
    if changesInput(tile, arrived: arrived) {
      if operands.contains(.input0) { cycles += input0[inputIndex(tile)].cycles }
      if operands.contains(.input1) { cycles += input1[inputIndex(tile)].cycles }
    }
    if operands.contains(.weights), !arrived.isDisjoint(with: [.channels, .passes]) {
      cycles += weights[tile.channels * passKinds + tile.pass].cycles
    }
    if operands.contains(.parameters), arrived.contains(.channels) { cycles += parameters[tile.channels].cycles }
    return cycles
  }
}

extension TilePipeline {
  private mutating func fillTables(_ tiles: ChunkTiles) {
    columnKinds = tiles.columns.kinds.count
    channelKinds = tiles.channels.kinds.count
    passKinds = tiles.passes.kinds.count
    channelsChangeInput.removeAll(keepingCapacity: true)
    for channels in tiles.channels.kinds { channelsChangeInput.append(channels.changesInput) }
    fillInputs(tiles)
    fillConstants(tiles)
    output.removeAll(keepingCapacity: true)
    compute.removeAll(keepingCapacity: true)
    for rows in tiles.rows.kinds {
      for columns in tiles.columns.kinds {
        for channels in tiles.channels.kinds {
          let copy = TileCopy(
            rows: rows.outputSize, columns: columns.outputSize, channels: channels.outputSize,
            mapColumns: shape.output.width, mapChannels: shape.output.channels, type: shape.outputType)
          output.append(transfer(copy))
          for pass in tiles.passes.kinds {
            let tile = shape.kernelTile(
              rows: rows.outputSize, columns: columns.outputSize, outputChannels: channels.outputSize,
              inputChannels: shape.channels == .mixed ? pass.outputSize : shape.inputChannelsPerOutput,
              isFirstPass: pass.isFirstPass, isLastPass: pass.isLastPass)
            var durations = SIMD4<Int>()
            for (lane, split) in splits.enumerated() { durations[lane] = model.cycles(tile, split: split) }
            compute.append(durations)
          }
        }
      }
    }
  }

  private mutating func fillInputs(_ tiles: ChunkTiles) {
    input0.removeAll(keepingCapacity: true)
    input1.removeAll(keepingCapacity: true)
    let channelKinds = shape.channels == .mixed ? tiles.passes.kinds : tiles.channels.kinds
    for rows in tiles.rows.kinds {
      for columns in tiles.columns.kinds {
        for kind in channelKinds {
          let channels = shape.inputChannels(forTileOf: kind.outputSize)
          for (operand, type) in shape.inputTypes.enumerated() {
            let copy = TileCopy(
              rows: rows.inputSize, columns: columns.inputSize, channels: channels, mapColumns: shape.input.width,
              mapChannels: shape.input.channels, type: type,
              tileColumns: shape.slotColumns(tileWidth: columns.outputSize, inside: columns.inputSize))
            if operand == 0 { input0.append(transfer(copy)) } else { input1.append(transfer(copy)) }
          }
        }
      }
    }
  }

  private mutating func fillConstants(_ tiles: ChunkTiles) {
    weights.removeAll(keepingCapacity: true)
    parameters.removeAll(keepingCapacity: true)
    guard shape.hasConstants else { return }
    for channels in tiles.channels.kinds {
      let bytes = shape.parameterBytes(outputChannels: channels.outputSize)
      parameters.append(transfer(TileCopy(contiguousBytes: bytes)))
      for pass in tiles.passes.kinds {
        let inputChannels = shape.channels == .mixed ? pass.outputSize : shape.inputChannelsPerOutput
        let block = shape.weightBytes(outputChannels: channels.outputSize, inputChannels: inputChannels)
        weights.append(transfer(TileCopy(contiguousBytes: block)))
      }
    }
  }

  private func transfer(_ copy: TileCopy) -> Transfer {
    Transfer(
      cycles: model.moveCycles(copy), issueCycles: model.issueCycles(copy), bytes: copy.bytes, commands: copy.commands)
  }
}
