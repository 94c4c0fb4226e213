import NetworkIR

/// Constants outside the plain order: blocks of four output channels' weights and parameters.
struct ConstantBlocks {
  private let convolution: Convolution
  private let order: ConstantOrder
  private let parameters: GroupParameters
  /// Bytes of one stored weight.
  private let weightBytes: Int

  /// Output channels of a group.
  private static let groupChannels = 4

  /// `order` is not plain; `input` is the type of the input's codes, of 8 or 16 bits.
  init(_ convolution: Convolution, order: ConstantOrder, input: ElementType) {
    self.convolution = convolution
    self.order = order
    parameters = GroupParameters(convolution, order: order)
    weightBytes = input.bits / 8
  }

  /// The block of a channel tile and one pass over input channels.
  func block(of channels: Range<Int>, inputs: Range<Int>) -> [UInt8] {
    pieces(of: channels, size: Self.groupChannels).flatMap { group in
      weights(of: group, inputs: inputs) + parameters(of: group)
    }
  }

  /// Four bytes of each of the four channels, then the next four of each, and so on.
  private func weights(of group: Range<Int>, inputs: Range<Int>) -> [UInt8] {
    let windows = group.map { window(of: $0, inputs: inputs) }
    let bytes = windows.first?.count ?? 0
    let none = [UInt8](repeating: 0, count: bytes)
    let filled = windows + [[UInt8]](repeating: none, count: Self.groupChannels - windows.count)
    return stride(from: 0, to: bytes, by: 4).flatMap { word in filled.flatMap { $0[word..<word + 4] } }
  }

  /// A window's segments one after the other, each filled up to words.
  private func window(of channel: Int, inputs: Range<Int>) -> [UInt8] {
    let kernel = convolution.kernel
    let segments =
      order == .columns
      ? WindowSegments(rowsOf: kernel)
      : WindowSegments(
        kernel: kernel, dilationWidth: convolution.dilation.width, pixelBytes: inputs.count * weightBytes)
    let window = (0..<kernel.area).flatMap { position in
      let start = (channel * kernel.area + position) * convolution.inputChannelsPerGroup
      return convolution.weights[start + inputs.lowerBound..<start + inputs.upperBound].flatMap(stored)
    }
    return pieces(of: 0..<window.count, size: segments.bytes).flatMap { segment in
      window[segment] + [UInt8](repeating: 0, count: (4 - segment.count % 4) % 4)
    }
  }

  /// A weight in as many bytes as an element of the input has, the lowest first.
  private func stored(_ weight: Int8) -> [UInt8] {
    (0..<weightBytes).map { UInt8(truncatingIfNeeded: Int(weight) >> (8 * $0)) }
  }

  /// The first words of the four channels, then their second ones, and so on.
  private func parameters(of group: Range<Int>) -> [UInt8] {
    let channels = group.map { parameters.words[$0] }
    return (0..<(channels.first?.count ?? 0)).flatMap { index in
      (0..<Self.groupChannels).flatMap { channel in
        let word = channel < channels.count ? channels[channel][index] : 0
        return withUnsafeBytes(of: word.littleEndian) { Array($0) }
      }
    }
  }
}
