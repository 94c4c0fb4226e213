import NetworkIR

/// What external memory holds at the start: the constants of all layers, each in its home.
struct WeightsImage {
  /// From offset 0 of RAM to the end of the last constants.
  var ram: [UInt8] = []
  /// From offset 0 of flash to the end of the last constants.
  var flash: [UInt8] = []

  /// The file `weights.bin`: what RAM holds, then what flash holds.
  var bytes: [UInt8] { ram + flash }

  /// Puts bytes at an offset of a memory that is filled up with zeros as far as needed.
  fileprivate mutating func put(_ bytes: [UInt8], in memory: MemoryLevel, at offset: Int) {
    func put(_ image: inout [UInt8]) {
      let missing = offset + bytes.count - image.count
      if missing > 0 { image += [UInt8](repeating: 0, count: missing) }
      image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    if memory == .flash { put(&flash) } else { put(&ram) }
  }
}

extension Resolution {
  /// The constants of all layers where the plan has their homes.
  mutating func weightsImage(_ layers: [ResolvedLayer]) -> WeightsImage {
    var image = WeightsImage()
    for layer in layers {
      guard let bytes = packedConstants(of: layer), let constants = layer.planned.constants else { continue }
      let home = plan.tensors.first { $0.name == constants.tensor && $0.level.isExternal }
      guard let home else {
        report("DG0602", "constants '\(constants.tensor)' have no home in l3 or flash", layer: layer.planned.name)
        continue
      }
      let room = plan.available(home.level) - bytes.count
      guard bytes.count == constants.bytes, home.offset >= 0, home.offset <= room else {
        report(
          "DG0605",
          "constants of \(bytes.count) bytes, planned as \(constants.bytes) at \(home.level.rawValue) offset "
            + "\(home.offset) of \(plan.available(home.level))", layer: layer.planned.name)
        continue
      }
      image.put(bytes, in: home.level, at: home.offset)
    }
    return image
  }
}

/// The constants of a layer in the order in which its tiles use them: for each channel chunk, for each channel tile in
/// it, the parameters of these channels, then one block of weights per input-channel tile; nil where it has none. Outside
/// the plain order the blocks hold the parameters.
func packedConstants(of layer: ResolvedLayer) -> [UInt8]? {
  switch layer.operation {
  case .convolution(let convolution): return packedConstants(of: layer, convolution: convolution)
  case .lookup(let lookup) where lookup.tables.count > 1:
    // Tables are parameters without weights: one channel after another, however they are tiled.
    let type = layer.planned.output.type.entryType
    return lookup.tables.flatMap { table in
      let bytes = type.packed(table, shape: Shape(height: 1, width: 1, channels: table.count))
      return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
  case .lookup, .addition, .multiplication, .extremum, .pairwise, .pooling, .rescale, .softmax, .tableSoftmax,
    .argumentMaximum, .matrixProduct, .movement:
    return nil
  }
}

private func packedConstants(of layer: ResolvedLayer, convolution: Convolution) -> [UInt8] {
  let order = layer.constantOrder
  let inputs = 0..<convolution.inputChannelsPerGroup
  let passes = layer.isDense ? pieces(of: inputs, size: layer.inputChannelTile) : [inputs]
  let tiles = pieces(of: 0..<convolution.outputChannels, size: layer.stripe.channels).flatMap {
    pieces(of: $0, size: layer.tile.outputChannels)
  }
  guard order == .plain else {
    let blocks = ConstantBlocks(convolution, order: order, input: layer.planned.inputs[0].type)
    return tiles.flatMap { tile in passes.flatMap { blocks.block(of: tile, inputs: $0) } }
  }
  var packing = ConstantPacking(convolution: convolution)
  for tile in tiles {
    packing.appendParameters(of: tile)
    if convolution.hasPlaneWeights {
      packing.appendPlanes(of: tile)
    } else {
      for pass in passes { packing.appendBlock(of: tile, inputs: pass) }
    }
  }
  return packing.bytes
}

/// Consecutive pieces of a range; the last is cut off at its end.
func pieces(of range: Range<Int>, size: Int) -> [Range<Int>] {
  stride(from: range.lowerBound, to: range.upperBound, by: max(size, 1)).map {
    $0..<min($0 + size, range.upperBound)
  }
}

extension Convolution {
  /// Depthwise with one output channel an input channel: weights are stored channel by channel within each kernel
  /// position, so that the kernel reads them as it reads the input.
  var hasPlaneWeights: Bool { isDepthwise && outputChannels == inputChannels }
}

/// Bytes of a convolution's constants in the plain order, as far as they are written.
private struct ConstantPacking {
  let convolution: Convolution
  var bytes: [UInt8] = []

  init(convolution: Convolution) { self.convolution = convolution }

  /// Bias with the zero point folded in, requantization, zero point of the weights; see `ConstantLayout`.
  mutating func appendParameters(of channels: Range<Int>) {
    for channel in channels {
      append(convolution.foldedBias(channel: channel))
      for word in parameterWords(convolution.requantization, channel: channel) { append(word) }
      if !convolution.weightZeroPoints.isEmpty { append(Int32(convolution.weightZeroPoint(channel: channel))) }
    }
  }

  /// `[output channel][kernel position][input channel]` of some input channels (of the group).
  mutating func appendBlock(of channels: Range<Int>, inputs: Range<Int>) {
    var block: [Int8] = []
    block.reserveCapacity(channels.count * convolution.kernel.area * inputs.count)
    for channel in channels {
      for position in 0..<convolution.kernel.area {
        let start = (channel * convolution.kernel.area + position) * convolution.inputChannelsPerGroup
        block += convolution.weights[start + inputs.lowerBound..<start + inputs.upperBound]
      }
    }
    append(block)
  }

  /// `[kernel position][channel]`.
  mutating func appendPlanes(of channels: Range<Int>) {
    append(
      (0..<convolution.kernel.area).flatMap { position in
        channels.map { convolution.weights[$0 * convolution.kernel.area + position] }
      })
  }

  private mutating func append(_ word: Int32) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A block of weights, packed with the first one in the lowest bits, filled up to a multiple of 4 bytes.
  private mutating func append(_ block: [Int8]) {
    let bits = convolution.weightType.bits
    if bits == 8 {
      bytes += block.lazy.map { UInt8(bitPattern: $0) }
    } else {
      let mask = UInt8(1) << UInt8(bits) - 1
      for first in stride(from: 0, to: block.count, by: 8 / bits) {
        let weights = block[first..<min(first + 8 / bits, block.count)]
        bytes.append(
          weights.enumerated().reduce(0) { $0 | (UInt8(bitPattern: $1.element) & mask) << UInt8($1.offset * bits) })
      }
    }
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
