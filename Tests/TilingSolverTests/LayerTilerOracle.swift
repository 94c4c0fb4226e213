import Hardware
import NetworkIR

@testable import TilingSolver

/// Runs a tiling tile by tile, from coordinates alone, and adds up what the cost model says of each step.
///
/// Knows nothing of kinds, terms or candidate sets: it is what the tiler's sums are compared with.
struct SteppedLayer {
  let layer: Layer
  let network: Network
  let model: CostModel

  struct Tile: Equatable {
    var outputRows: Range<Int>
    var outputColumns: Range<Int>
    var outputChannels: Range<Int>
    var inputChannels: Range<Int>
    var isLastPass: Bool
  }

  /// What the tiles of a chunk cost in sum.
  struct Outcome: Equatable {
    var total = 0
    var compute = 0
    var dma = 0
    var readBytes = 0
    var writeBytes = 0
    var commands = 0
    var tiles = 0
    var l1Bytes = 0
    var last: Tile?
  }

  var input: Shape { layer.inputs[0].shape }
  var output: Shape { network[layer.output].shape }

  private var geometry: (kernel: Extent, stride: Extent, dilation: Extent, padding: Padding) {
    switch layer.operation {
    case .convolution(let layer): (layer.kernel, layer.stride, layer.dilation, layer.padding)
    case .pooling(let layer): (layer.kernel, layer.stride, .one, layer.padding)
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup, .softmax, .tableSoftmax,
      .argumentMaximum, .matrixProduct, .movement:
      (.one, .one, .one, .zero)
    }
  }

  var convolution: Convolution? {
    if case .convolution(let convolution) = layer.operation { return convolution }
    return nil
  }

  /// How the constants are stored.
  var order: ConstantOrder {
    let (input, output) = (network[layer.inputs[0].tensor].type, network[layer.output].type)
    return convolution?.constantOrder(input: input, output: output) ?? .plain
  }

  /// Bytes of the parameters of a channel, and bits of a weight; nil without constants.
  var constants: (parameterBytes: Int, weightBits: Int)? {
    switch layer.operation {
    case .convolution(let layer):
      let bytes = ConstantLayout.parameterBytesPerChannel(
        layer.requantization?.form, entries: layer.requantization?.entriesPerChannel ?? 0,
        hasWeightZeroPoints: !layer.weightZeroPoints.isEmpty, order: order)
      return (bytes, layer.weightType.bits)
    case .lookup(let lookup) where lookup.tables.count > 1:
      // Entries of a byte or more, to whole words.
      let entries = lookup.tables[0].count
      return ((entries * max(network[layer.output].type.bits / 8, 1) + 3) / 4 * 4, 0)
    default: return nil
    }
  }

  /// True where every position needs all channels at once.
  var needsAllChannels: Bool {
    switch layer.operation {
    case .softmax, .tableSoftmax, .argumentMaximum: true
    default: false
    }
  }

  /// True where all output channels need all input channels.
  var mixesChannels: Bool { convolution?.groups == 1 }

  func inputRange(_ outputs: Range<Int>, vertical: Bool) -> Range<Int> {
    let (kernel, stride, dilation, padding) = geometry
    var needed: [Int] = []
    for output in outputs {
      // From the first tap to the last, with what lies between them.
      for offset in 0...(vertical ? (kernel.height - 1) * dilation.height : (kernel.width - 1) * dilation.width) {
        let position =
          vertical
          ? output * stride.height + offset - padding.top : output * stride.width + offset - padding.left
        if position >= 0, position < (vertical ? input.height : input.width) { needed.append(position) }
      }
    }
    guard let first = needed.min(), let last = needed.max() else { return 0..<0 }
    return first..<last + 1
  }

  private func pieces(_ range: Range<Int>, _ size: Int) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: size).map { $0..<min($0 + size, range.upperBound) }
  }

  private func tiles(rows: Range<Int>, channels: Range<Int>, _ tile: TileSize, _ order: LoopOrder) -> [Tile] {
    var tiles: [Tile] = []
    func append(_ rows: Range<Int>, _ columns: Range<Int>, _ outputs: Range<Int>) {
      guard mixesChannels else {
        let inputs: Range<Int>
        if let convolution {
          let (ins, outs) = (convolution.inputChannelsPerGroup, convolution.outputChannelsPerGroup)
          inputs = outputs.lowerBound / outs * ins..<((outputs.upperBound - 1) / outs + 1) * ins
        } else {
          inputs = needsAllChannels ? 0..<input.channels : outputs
        }
        tiles.append(
          Tile(
            outputRows: rows, outputColumns: columns, outputChannels: outputs, inputChannels: inputs, isLastPass: true))
        return
      }
      for inputs in pieces(0..<input.channels, tile.inputChannels) {
        tiles.append(
          Tile(
            outputRows: rows, outputColumns: columns, outputChannels: outputs, inputChannels: inputs,
            isLastPass: inputs.upperBound == input.channels))
      }
    }
    let rowPieces = pieces(rows, tile.height)
    let columnPieces = pieces(0..<output.width, tile.width)
    let channelPieces = pieces(channels, tile.outputChannels)
    switch order {
    case .weightStationary:
      for c in channelPieces { for r in rowPieces { for w in columnPieces { append(r, w, c) } } }
    case .inputStationary:
      for r in rowPieces { for w in columnPieces { for c in channelPieces { append(r, w, c) } } }
    }
    return tiles
  }

  /// Bytes of one pixel, which begins at a byte.
  func pixelBytes(_ tensor: TensorID, _ channels: Int) -> Int { (channels * network[tensor].type.bits + 7) / 8 }

  private func roundedUp(_ bytes: Int) -> Int { (bytes + 3) / 4 * 4 }

  /// Bytes of one block of weights, with the parameters where they are in it, without padding to a word.
  func blockBytes(outputs: Int, inputs: Int) -> Int {
    guard let convolution, let constants else { return 0 }
    guard order != .plain else { return (outputs * convolution.kernel.area * inputs * constants.weightBits + 7) / 8 }
    let tap = inputs * network[layer.inputs[0].tensor].type.bits / 8
    let isRow = order == .columns || convolution.dilation.width == 1
    let run = isRow ? convolution.kernel.width * tap : tap
    var window = roundedUp(run) * (convolution.kernel.area * tap / run)
    let gathered = roundedUp(convolution.kernel.area * tap)
    if order == .interleaved, gathered <= 128, gathered < window { window = gathered }
    return (outputs + 3) / 4 * 4 * (window + constants.parameterBytes)
  }

  /// Rows and columns of the input slot of a tile, and whether they are more than those inside the map.
  private func slotExtent(_ tile: Tile) -> Extent {
    let (kernel, stride, dilation, _) = geometry
    let inside = Extent(
      height: inputRange(tile.outputRows, vertical: true).count,
      width: inputRange(tile.outputColumns, vertical: false).count)
    guard order != .plain else { return inside }
    return Extent(
      height: (tile.outputRows.count - 1) * stride.height + (kernel.height - 1) * dilation.height + 1,
      width: (tile.outputColumns.count - 1) * stride.width + (kernel.width - 1) * dilation.width + 1)
  }

  /// Copies that a tile needs and its predecessor did not leave, and the bytes of the slot that each takes.
  private func loads(
    _ tile: Tile, after previous: Tile?
  ) -> [(PlannedBuffer.Operand, TileCopy, slotBytes: Int, changed: Bool)] {
    let rows = inputRange(tile.outputRows, vertical: true)
    let columns = inputRange(tile.outputColumns, vertical: false)
    let slot = slotExtent(tile)
    var copies: [(PlannedBuffer.Operand, TileCopy, slotBytes: Int, changed: Bool)] = []
    let sameInput =
      previous?.outputRows == tile.outputRows && previous?.outputColumns == tile.outputColumns
      && previous?.inputChannels == tile.inputChannels
    for (operand, source) in zip([PlannedBuffer.Operand.input0, .input1], layer.inputs) {
      let copy = TileCopy(
        rows: rows.count, columns: columns.count, channels: tile.inputChannels.count, mapColumns: input.width,
        mapChannels: input.channels, type: network[source.tensor].type, tileColumns: slot.width)
      copies.append(
        (operand, copy, slot.area * pixelBytes(source.tensor, tile.inputChannels.count), !sameInput))
    }
    guard let constants else { return copies }
    let outputs = tile.outputChannels.count
    let sameOutputs = previous?.outputChannels == tile.outputChannels
    if let convolution {
      let inputs = mixesChannels ? tile.inputChannels.count : convolution.inputChannelsPerGroup
      let block = blockBytes(outputs: outputs, inputs: inputs)
      let samePass = !mixesChannels || previous?.inputChannels == tile.inputChannels
      copies.append((.weights, TileCopy(contiguousBytes: block), block, !(sameOutputs && samePass)))
    }
    if order == .plain {
      let bytes = outputs * constants.parameterBytes
      copies.append((.parameters, TileCopy(contiguousBytes: bytes), bytes, !sameOutputs))
    }
    return copies
  }

  private func kernelTile(_ tile: Tile) -> KernelTile {
    let kernel: KernelTile.Kernel
    switch layer.operation {
    case .convolution(let convolution):
      if convolution.groups == 1, convolution.kernel == .one, input.extent == .one {
        kernel = .fullyConnected
      } else if convolution.isDepthwise {
        kernel = .depthwise
      } else {
        kernel = .convolution(outputChannelsPerGroup: convolution.outputChannelsPerGroup)
      }
    case .addition: kernel = .addition
    case .pooling(let pooling):
      switch pooling.kind {
      case .maximum: kernel = .pooling(.maximum)
      case .average, .singlePrecisionAverage: kernel = .pooling(.average)
      case .sum: kernel = .pooling(.sum)
      }
    case .rescale: kernel = .rescale
    case .softmax: kernel = .softmax
    case .multiplication: kernel = .multiplication
    case .extremum: kernel = .extremum
    case .pairwise: kernel = .pairwise
    case .lookup: kernel = .lookup
    case .tableSoftmax: kernel = .tableSoftmax
    case .argumentMaximum: kernel = .argumentMaximum
    case .matrixProduct: kernel = .matrixProduct
    case .movement: kernel = .movement
    }
    var inputs = mixesChannels ? tile.inputChannels.count : convolution?.inputChannelsPerGroup ?? 1
    if kernel == .argumentMaximum { inputs = input.channels }
    return KernelTile(
      kernel: kernel, window: geometry.kernel, strideHeight: geometry.stride.height, rows: tile.outputRows.count,
      columns: tile.outputColumns.count, outputChannels: tile.outputChannels.count, inputChannels: inputs,
      isLastPass: tile.isLastPass, order: order, form: requantization?.form,
      entries: requantization?.entriesPerChannel ?? 0,
      inputElementBytes: max(network[layer.inputs[0].tensor].type.bits / 8, 1), strideWidth: geometry.stride.width,
      dilation: geometry.dilation, isFirstPass: !mixesChannels || tile.inputChannels.lowerBound == 0,
      outputElementBytes: max(network[layer.output].type.bits / 8, 1),
      loop: layer.operation.wordLoop(
        inputs: layer.inputs.map { network[$0.tensor].type }, output: network[layer.output].type))
  }

  /// The rule that makes the output's codes.
  private var requantization: Requantization? {
    switch layer.operation {
    case .convolution(let convolution): convolution.requantization
    case .addition(let addition): addition.output
    case .multiplication(let multiplication): multiplication.output
    case .rescale(let rule, _): rule
    case .matrixProduct(let product): product.requantization
    case .pooling(let pooling): if case .sum(let rule, _) = pooling.kind { rule } else { nil }
    case .extremum, .pairwise, .lookup, .softmax, .tableSoftmax, .argumentMaximum, .movement: nil
    }
  }

  /// One chunk, step by step; operands in `doubled` have two slots, and L1 holds those of `before`.
  func run(
    rows: Range<Int>, channels: Range<Int>, tile size: TileSize, order: LoopOrder, split: CoreSplit,
    doubled: Set<PlannedBuffer.Operand>, after before: Tile? = nil
  ) -> Outcome {
    let steps = tiles(rows: rows, channels: channels, size, order)
    var outcome = Outcome()
    outcome.tiles = steps.count
    outcome.last = steps.last
    var singleLoads: [Int] = []
    var doubledLoads: [Int] = []
    var stores: [Int] = []
    var issues: [Int] = []
    var slots: [PlannedBuffer.Operand: Int] = [:]
    for (index, step) in steps.enumerated() {
      var (single, double, issue) = (0, 0, 0)
      for (operand, copy, bytes, changed) in loads(step, after: index > 0 ? steps[index - 1] : before) {
        slots[operand] = max(slots[operand] ?? 0, roundedUp(bytes))
        guard changed else { continue }
        let commands = copy.commands * model.target.dma.commandCycles
        let cycles = model.cycles(copy) - commands
        if doubled.contains(operand) { double += cycles } else { single += cycles }
        issue += commands
        outcome.dma += model.cycles(copy)
        outcome.readBytes += copy.bytes
        outcome.commands += copy.commands
      }
      singleLoads.append(single)
      doubledLoads.append(double)
      let elements = step.outputRows.count * step.outputColumns.count * step.outputChannels.count
      if size.inputChannels < input.channels, mixesChannels {
        slots[.accumulator] = max(slots[.accumulator] ?? 0, 4 * elements)
      }
      let pixels = step.outputRows.count * step.outputColumns.count
      let outputBytes = pixels * pixelBytes(layer.output, step.outputChannels.count)
      slots[.output] = max(slots[.output] ?? 0, roundedUp(outputBytes))
      issues.append(issue)
      guard step.isLastPass else { stores.append(0); continue }
      let copy = TileCopy(
        rows: step.outputRows.count, columns: step.outputColumns.count, channels: step.outputChannels.count,
        mapColumns: output.width, mapChannels: output.channels, type: network[layer.output].type)
      let commands = copy.commands * model.target.dma.commandCycles
      stores.append(model.cycles(copy) - commands)
      issues[index] += commands
      outcome.dma += model.cycles(copy)
      outcome.writeBytes += copy.bytes
      outcome.commands += copy.commands
    }
    let storesOverlap = doubled.contains(.output)
    outcome.total = doubledLoads[0] + (storesOverlap ? stores[steps.count - 1] : 0)
    for (index, step) in steps.enumerated() {
      let compute = model.cycles(kernelTile(step), split: split)
      let nextLoad = index + 1 < steps.count ? doubledLoads[index + 1] : 0
      let previousStore = storesOverlap && index > 0 ? stores[index - 1] : 0
      outcome.total += singleLoads[index] + max(compute, nextLoad + previousStore)
      outcome.total += (storesOverlap ? 0 : stores[index]) + issues[index] + model.target.overheads.tileCycles
      outcome.compute += compute
    }
    outcome.l1Bytes = slots.reduce(0) { $0 + $1.value * (doubled.contains($1.key) ? 2 : 1) }
    return outcome
  }
}
