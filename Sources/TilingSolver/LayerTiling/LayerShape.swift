import Hardware
import NetworkIR

/// All that the tiling of a layer depends on: layers of equal shape have equal choices.
struct LayerShape: Hashable {
  /// How output channels depend on input channels.
  enum Channels: Hashable {
    /// Every output channel needs every input channel; input channels may come in several passes.
    case mixed
    /// Groups of channels that do not mix; a tile holds whole groups, or equal parts of one.
    case grouped(inputsPerGroup: Int, outputsPerGroup: Int)
    /// Every position needs all of its channels at once.
    case whole
  }

  /// Where the layer computes.
  enum Place: Hashable {
    /// On tiles in L1.
    case tiles
    /// On its operands in L2; row by row where the rows of all operands correspond, so that it can run in stripes.
    case direct(isRowwise: Bool)
  }

  /// HWC, as the layer views them; equal but for direct layers.
  var inputs: [Shape]
  var output: Shape
  var inputTypes: [ElementType]
  var outputType: ElementType
  /// True where both inputs are one tensor, which then lies at one level.
  var inputsAreOneTensor: Bool
  var window = Extent.one
  var stride = Extent.one
  var dilation = Extent.one
  var padding = Padding.zero
  var channels = Channels.grouped(inputsPerGroup: 1, outputsPerGroup: 1)
  var place = Place.tiles
  var kernel: KernelTile.Kernel
  /// 0 for layers without constants.
  var parameterBytesPerChannel = 0
  /// 0 where the constants are parameters alone.
  var weightBits = 0
  /// How the constants are stored.
  var order = ConstantOrder.plain
  /// Of the requantization; nil without one.
  var form: RequantizationForm?
  /// Room for exceptions or thresholds in each channel.
  var entries = 0
  /// Of an element-wise layer that is computed by words of four elements.
  var loop: WordLoop?

  /// A layer without constants; those that have some set `parameterBytesPerChannel`, `weightBits` and `order`.
  ///
  /// `op` is one of those that `PlannedLayer.op` lists.
  init(
    op: String, geometry: LayerGeometry, inputs: [Shape], output: Shape, inputTypes: [ElementType],
    outputType: ElementType
  ) {
    self.inputs = inputs
    self.output = output
    self.inputTypes = inputTypes
    self.outputType = outputType
    inputsAreOneTensor = false
    window = geometry.kernel
    stride = geometry.stride
    dilation = geometry.dilation
    padding = geometry.padding
    switch op {
    case "convolution", "depthwiseConvolution", "fullyConnected":
      let groups = max(geometry.groups, 1)
      let outputsPerGroup = output.channels / groups
      if groups > 1 {
        channels = .grouped(inputsPerGroup: inputs[0].channels / groups, outputsPerGroup: outputsPerGroup)
      } else {
        channels = .mixed
      }
      kernel =
        switch op {
        case "fullyConnected": .fullyConnected
        case "depthwiseConvolution": .depthwise
        default: .convolution(outputChannelsPerGroup: outputsPerGroup)
        }
    case "maxPool": kernel = .pooling(.maximum)
    case "averagePool": kernel = .pooling(.average)
    case "sumPool": kernel = .pooling(.sum)
    case "lookup": kernel = .lookup
    case "addition": kernel = .addition
    case "multiplication": kernel = .multiplication
    case "maximum", "minimum": kernel = .extremum
    case "pairwise": kernel = .pairwise
    case "softmax": (kernel, channels) = (.softmax, .whole)
    case "tableSoftmax": (kernel, channels) = (.tableSoftmax, .whole)
    case "argumentMaximum": (kernel, channels) = (.argumentMaximum, .whole)
    case "movement":
      (kernel, channels, place) = (.movement, .whole, .direct(isRowwise: geometry.isRowwise ?? false))
    case "matrixProduct": (kernel, channels, place) = (.matrixProduct, .whole, .direct(isRowwise: false))
    default: kernel = .rescale
    }
  }

  /// The first input.
  var input: Shape { inputs[0] }

  var isDirect: Bool { place != .tiles }

  /// Whether the layer can run in stripes of rows.
  var allowsStripes: Bool { place != .direct(isRowwise: false) }

  var hasConstants: Bool { parameterBytesPerChannel > 0 }

  var hasWeights: Bool { weightBits > 0 }

  /// Whether parameters are an operand of their own.
  var hasParameters: Bool { hasConstants && !order.isGrouped }

  /// Input channels that feed one output channel.
  var inputChannelsPerOutput: Int {
    switch channels {
    case .mixed: input.channels
    case .grouped(let inputsPerGroup, _): inputsPerGroup
    // What a maximum is sought among, or the summands of a product; a softmax counts elements.
    case .whole: kernel == .argumentMaximum || kernel == .matrixProduct ? input.channels : 1
    }
  }

  /// Output channels that a tile is a multiple of, unless it has them all or a part of a group: whole groups, whole
  /// bytes of input and output, and what the order of the constants asks for. May be more than there are.
  var channelStep: Int {
    // Outside the plain order elements are bytes, and groups have one output channel.
    guard !order.isGrouped else { return order.channelStep }
    switch channels {
    case .mixed: return outputType.elementsPerByte
    case .grouped(let inputsPerGroup, let outputsPerGroup):
      let outputGroups = outputType.groups(of: outputsPerGroup)
      // All are powers of two, so that the greatest is a multiple of the others.
      return outputsPerGroup * inputTypes.reduce(outputGroups) { max($0, $1.groups(of: inputsPerGroup)) }
    case .whole: return output.channels
    }
  }

  /// The least multiple of `channelStep` and of the four channels that kernels compute at a time.
  var channelBlock: Int {
    let step = channelStep
    return step % 4 == 0 ? step : step % 2 == 0 ? 2 * step : 4 * step
  }

  /// Output channels of a group of which a tile may hold a part; nil where groups are not divided.
  ///
  /// A part begins at whole bytes of the output, and the group's input at whole bytes.
  var dividedGroup: Int? {
    guard case .grouped(let inputsPerGroup, let outputsPerGroup) = channels, hasWeights, outputsPerGroup > 1,
      inputTypes.allSatisfy({ $0.groups(of: inputsPerGroup) == 1 })
    else { return nil }
    return outputsPerGroup
  }

  /// Whether a tile or chunk may have `size` of `channels` output channels.
  func allowsChannels(_ size: Int, of channels: Int) -> Bool {
    if size == channels || size % channelStep == 0 { return size <= channels }
    guard let group = dividedGroup else { return false }
    return min(group, channels) % size == 0 && size % outputType.elementsPerByte == 0
  }

  /// Whether the same input channels feed an output channel and the one before it.
  func continuesInput(atChannel channel: Int) -> Bool {
    switch channels {
    case .mixed, .whole: true
    case .grouped(_, let outputsPerGroup): channel % outputsPerGroup != 0
    }
  }

  /// Input channels that a pass is a multiple of, unless it has them all.
  var passStep: Int { inputTypes.reduce(1) { max($0, $1.elementsPerByte) } }

  /// Input channels that a tile holds for so many input channels of a pass, or output channels of a group of channels.
  func inputChannels(forTileOf channels: Int) -> Int {
    switch self.channels {
    case .mixed: channels
    case .grouped(let inputsPerGroup, let outputsPerGroup): channels.dividedUp(by: outputsPerGroup) * inputsPerGroup
    case .whole: input.channels
    }
  }

  /// Bytes of all constants without any padding; 0 for layers without constants.
  var leastConstantBytes: Int {
    guard hasConstants else { return 0 }
    let weights = output.channels * window.area * inputChannelsPerOutput
    return output.channels * parameterBytesPerChannel + (weights * weightBits).dividedUp(by: 8)
  }

  /// Bytes of one row of an input.
  func inputRowBytes(_ input: Int) -> Int {
    inputs[input].width * inputTypes[input].pixelBytes(channels: inputs[input].channels)
  }

  /// Bytes of one row of the output.
  var outputRowBytes: Int { output.width * outputType.pixelBytes(channels: output.channels) }

  /// Ways in which the cores may share a tile.
  var splits: [CoreSplit] {
    guard !order.isGrouped else { return [.grid] }
    return channels == .whole && kernel != .matrixProduct ? [.rows, .pixels] : [.rows, .pixels, .channels]
  }

  /// Bytes of one block of weights: `outputChannels` by the window by the input channels of one pass, packed; outside the
  /// plain order with the parameters. Copies move exactly these; where blocks are stored each starts at a multiple of 4.
  func weightBytes(outputChannels: Int, inputChannels: Int) -> Int {
    let weights = ConstantLayout.storedWeightsPerChannel(
      order, kernel: window, dilationWidth: dilation.width, inputChannels: inputChannels, input: inputTypes[0])
    guard order.isGrouped else { return (outputChannels * weights * weightBits).dividedUp(by: 8) }
    return outputChannels.roundedUp(to: order.channelStep) * (weights + parameterBytesPerChannel)
  }

  /// Bytes of the parameters of a channel tile that are stored and copied apart from its weights.
  func parameterBytes(outputChannels: Int) -> Int {
    hasParameters ? outputChannels * parameterBytesPerChannel : 0
  }
}

extension LayerShape {
  /// Rows of the input slot of tiles of `height` output rows, of which at most `inside` lie inside the map.
  func slotRows(tileHeight height: Int, inside: Int) -> Int {
    order.isGrouped ? (height - 1) * stride.height + (window.height - 1) * dilation.height + 1 : inside
  }

  /// Columns of the input slot of tiles of `width` output columns, of which at most `inside` lie inside the map.
  func slotColumns(tileWidth width: Int, inside: Int) -> Int {
    order.isGrouped ? (width - 1) * stride.width + (window.width - 1) * dilation.width + 1 : inside
  }
}

extension LayerShape {
  /// Input rows, inside the map, that output rows need.
  func inputRows(for rows: Range<Int>) -> Range<Int> {
    covered(rows, window.height, stride.height, dilation.height, before: padding.top, size: input.height)
  }

  /// Input columns, inside the map, that output columns need.
  func inputColumns(for columns: Range<Int>) -> Range<Int> {
    covered(columns, window.width, stride.width, dilation.width, before: padding.left, size: input.width)
  }

  private func covered(
    _ outputs: Range<Int>, _ taps: Int, _ stride: Int, _ dilation: Int, before: Int, size: Int
  ) -> Range<Int> {
    let start = outputs.lowerBound * stride - before
    let end = (outputs.upperBound - 1) * stride - before + (taps - 1) * dilation + 1
    let first = min(max(0, start), size)
    return first..<max(first, min(end, size))
  }
}

extension ElementType {
  /// The least number of groups of `channels` that fill whole bytes.
  fileprivate func groups(of channels: Int) -> Int {
    let parts = elementsPerByte
    return parts >> min(parts.trailingZeroBitCount, channels.trailingZeroBitCount)
  }
}
