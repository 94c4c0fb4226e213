import NetworkIR

extension Resolution {
  /// The bytes of L3 from offset 0 to the end of the last layer's constants.
  mutating func weightsImage(_ layers: [ResolvedLayer]) -> [UInt8] {
    var image: [UInt8] = []
    for layer in layers {
      guard case .convolution(let convolution) = layer.operation else { continue }
      guard let constants = layer.planned.constants else {
        report("DG0603", "no constants for a convolution", layer: layer.planned.name)
        continue
      }
      let home = plan.tensors.first { $0.name == constants.tensor && $0.level == .l3 }
      guard let home else {
        report("DG0602", "constants '\(constants.tensor)' have no place in l3", layer: layer.planned.name)
        continue
      }
      let bytes = packedConstants(of: layer, convolution: convolution)
      guard bytes.count == constants.bytes, home.offset >= 0, home.offset <= plan.target.l3Bytes else {
        report(
          "DG0605", "constants of \(bytes.count) bytes, planned as \(constants.bytes) at l3 offset \(home.offset)",
          layer: layer.planned.name)
        continue
      }
      let missing = home.offset + bytes.count - image.count
      if missing > 0 { image += [UInt8](repeating: 0, count: missing) }
      image.replaceSubrange(home.offset..<home.offset + bytes.count, with: bytes)
    }
    return image
  }
}

/// The constants of a convolution in the order in which its tiles use them: for each channel chunk, for each channel
/// tile in it, the parameters of these channels, then one block of weights per input-channel tile.
func packedConstants(of layer: ResolvedLayer, convolution: Convolution) -> [UInt8] {
  var packing = ConstantPacking(convolution: convolution)
  for chunk in pieces(of: 0..<convolution.outputChannels, size: layer.stripe.channels) {
    for tile in pieces(of: chunk, size: layer.tile.outputChannels) {
      packing.appendParameters(of: tile)
      if layer.isDense {
        for inputs in pieces(of: 0..<convolution.inputChannels, size: layer.inputChannelTile) {
          packing.appendBlock(of: tile, inputs: inputs)
        }
      } else if convolution.hasPlaneWeights {
        packing.appendPlanes(of: tile)
      } else {
        packing.appendBlock(of: tile, inputs: 0..<convolution.inputChannelsPerGroup)
      }
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

/// Bytes of a layer's constants as far as they are written.
private struct ConstantPacking {
  let convolution: Convolution
  var bytes: [UInt8] = []

  init(convolution: Convolution) { self.convolution = convolution }

  /// Bias with the zero point folded in, and requantization coefficients; see `ConstantLayout`.
  mutating func appendParameters(of channels: Range<Int>) {
    for channel in channels {
      append(convolution.foldedBias(channel: channel))
      guard let requantization = convolution.requantization else { continue }
      let coefficients = requantization.coefficients(channel: channel)
      append(coefficients.multiplier)
      switch requantization.form {
      case .rq32: append(Int32(truncatingIfNeeded: coefficients.offset))
      case .rq64, .rq64s:
        append(Int32(truncatingIfNeeded: coefficients.offset))
        append(Int32(truncatingIfNeeded: coefficients.offset >> 32))
      }
      append(Int32(coefficients.shift))
    }
  }

  /// `[output channel][kernel position][input channel]` of some input channels (of the group).
  mutating func appendBlock(of channels: Range<Int>, inputs: Range<Int>) {
    for channel in channels {
      for position in 0..<convolution.kernel.area {
        let start = (channel * convolution.kernel.area + position) * convolution.inputChannelsPerGroup
        for input in inputs { bytes.append(UInt8(bitPattern: convolution.weights[start + input])) }
      }
    }
    align()
  }

  /// `[kernel position][channel]`.
  mutating func appendPlanes(of channels: Range<Int>) {
    for position in 0..<convolution.kernel.area {
      for channel in channels {
        bytes.append(UInt8(bitPattern: convolution.weights[channel * convolution.kernel.area + position]))
      }
    }
    align()
  }

  private mutating func append(_ word: Int32) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Blocks start at multiples of 4 bytes.
  private mutating func align() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
