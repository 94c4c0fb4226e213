/// How the constants of a layer lie in memory, and with that which kernel reads them.
package enum ConstantOrder: String, Codable, Sendable, CaseIterable {
  /// The parameters of a channel tile, then its weights; everything that the other orders do not take.
  case plain
  /// Weights of four output channels by turns, four bytes each, with their parameters behind them: dense convolutions.
  /// Each weight is as wide as an element of the input.
  case interleaved
  /// The same with the rows of each channel's window: depthwise convolutions, computed in strips of output columns.
  case columns

  /// Whether weights and parameters of four output channels at a time are one operand, and windows are read from tiles
  /// that hold their padding.
  package var isGrouped: Bool { self != .plain }

  /// Output channels that chunks and tiles are multiples of, unless they end with the last channel.
  package var channelStep: Int { isGrouped ? 4 : 1 }
}

extension Convolution {
  /// The order in which the constants of this convolution are stored.
  ///
  /// - Parameters:
  ///   - input: type of the input's codes.
  ///   - output: type of the output's codes.
  /// - Returns: the order of the fastest kernel that computes it.
  package func constantOrder(input: ElementType, output: ElementType) -> ConstantOrder {
    let bytes: [ElementType] = [.int8, .uint8]
    let hasOutput = requantization == nil ? output == .int32 : bytes.contains(output)
    let hasPadding = padding == .zero || input.range.contains(paddingValue)
    guard weightType == .int8, weightZeroPoints.isEmpty, input.bits == 8 || input.bits == 16, hasOutput, hasPadding,
      requantization?.form != .rq32c || hasSmallProducts(input)
    else { return .plain }
    if groups == 1 { return hasFewSegments ? .interleaved : .plain }
    let hasRows = kernel != .one && kernel.height <= 8 && kernel.width <= 8
    return isDepthwise && outputChannels == inputChannels && hasRows && input.bits == 8 ? .columns : .plain
  }

  /// Most segments of a window that the kernel for dense convolutions keeps track of.
  package static let mostSegments = 64

  private var hasFewSegments: Bool {
    let segments = kernel.width == 1 || dilation.width == 1 ? kernel.height : kernel.area
    return segments <= Self.mostSegments
  }

  /// Whether the products of each channel add up to 32 bits without the bias, too, as bounds of the sum take for granted.
  private func hasSmallProducts(_ input: ElementType) -> Bool {
    let most = Int(Int32.max) / max(-input.range.lowerBound, input.range.upperBound)
    return Swift.stride(from: 0, to: weights.count, by: max(weightsPerOutputChannel, 1)).allSatisfy { start in
      weights[start..<start + weightsPerOutputChannel].reduce(0) { $0 + abs(Int($1)) } <= most
    }
  }
}

/// The window of one output channel as it is stored outside the plain order: segments of consecutive bytes, each filled
/// up to a multiple of 4 bytes.
package struct WindowSegments: Equatable, Sendable {
  /// Longest window, in bytes, that the kernel for dense convolutions gathers into one segment.
  package static let mostGatheredBytes = 128

  /// Segments of the window.
  package let count: Int
  /// Bytes of one segment, without filling.
  package let bytes: Int
  /// Whether the window is one segment although it is not consecutive in the input tile, because that takes fewer bytes.
  package let isGathered: Bool

  /// The window in the columns order: its rows.
  package init(rowsOf kernel: Extent) { (count, bytes, isGathered) = (kernel.height, kernel.width, false) }

  /// The window in the interleaved order: runs of consecutive bytes of the input tile, or all in one.
  ///
  /// - Parameters:
  ///   - kernel: extent of the window.
  ///   - dilationWidth: columns from one tap to the next.
  ///   - pixelBytes: of the input channels of one pass at one position.
  package init(kernel: Extent, dilationWidth: Int, pixelBytes: Int) {
    let hasWholeRows = kernel.width == 1 || dilationWidth == 1
    let direct = (
      count: hasWholeRows ? kernel.height : kernel.area, bytes: (hasWholeRows ? kernel.width : 1) * pixelBytes
    )
    let window = kernel.area * pixelBytes
    let gathered = window.roundedUpToWord
    isGathered = gathered < direct.count * direct.bytes.roundedUpToWord && gathered <= Self.mostGatheredBytes
    (count, bytes) = isGathered ? (1, window) : direct
  }

  /// Bytes of the window's weights, with the filling.
  package var storedBytes: Int { count * bytes.roundedUpToWord }
}

extension Int {
  /// The next multiple of 4, or the number itself.
  fileprivate var roundedUpToWord: Int { (self + 3) / 4 * 4 }
}

extension ConstantLayout {
  /// Weights of one output channel in one block as they are stored, which are bytes outside the plain order.
  ///
  /// - Parameters:
  ///   - order: of the constants.
  ///   - kernel: extent of the window.
  ///   - dilationWidth: columns from one tap to the next.
  ///   - inputChannels: of the pass, or of a group.
  ///   - input: type of the input's codes.
  /// - Returns: the bytes, a multiple of 4; in the plain order the number of weights.
  package static func storedWeightsPerChannel(
    _ order: ConstantOrder, kernel: Extent, dilationWidth: Int, inputChannels: Int, input: ElementType
  ) -> Int {
    switch order {
    case .plain: kernel.area * inputChannels
    case .interleaved:
      WindowSegments(
        kernel: kernel, dilationWidth: dilationWidth, pixelBytes: input.pixelBytes(channels: inputChannels)
      ).storedBytes
    case .columns: WindowSegments(rowsOf: kernel).storedBytes
    }
  }
}
