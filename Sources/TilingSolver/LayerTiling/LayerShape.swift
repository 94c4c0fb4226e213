import Hardware
import NetworkIR

/// All that the tiling of a layer depends on: layers of equal shape have equal choices.
struct LayerShape: Hashable {
  /// How output channels depend on input channels.
  enum Channels: Hashable {
    /// Every output channel needs every input channel; input channels may come in several passes.
    case mixed
    /// Groups of channels that do not mix; a tile holds whole groups.
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

  init(_ layer: Layer, in network: Network) {
    inputs = layer.inputs.map(\.shape)
    output = network[layer.output].shape
    inputTypes = layer.inputs.map { network[$0.tensor].type }
    outputType = network[layer.output].type
    inputsAreOneTensor = layer.inputs.count == 2 && layer.inputs[0].tensor == layer.inputs[1].tensor
    switch layer.operation {
    case .convolution(let convolution):
      kernel = Self.kernel(of: convolution, on: inputs[0])
      takeConstants(of: convolution)
    case .pooling(let pooling):
      window = pooling.kernel
      stride = pooling.stride
      padding = pooling.padding
      kernel = .pooling
    case .lookup(let lookup):
      kernel = .lookup
      if lookup.tables.count > 1 {
        parameterBytesPerChannel = ConstantLayout.tableBytesPerChannel(input: inputTypes[0], output: outputType)
      }
    case .addition: kernel = .addition
    case .multiplication: kernel = .multiplication
    case .extremum: kernel = .extremum
    case .pairwise: kernel = .pairwise
    case .rescale: kernel = .rescale
    case .softmax: (kernel, channels) = (.softmax, .whole)
    case .tableSoftmax: (kernel, channels) = (.tableSoftmax, .whole)
    case .argumentMaximum: (kernel, channels) = (.argumentMaximum, .whole)
    case .movement(let movement):
      (kernel, channels, place) = (.movement, .whole, .direct(isRowwise: movement.isRowwise))
    case .matrixProduct: (kernel, channels, place) = (.matrixProduct, .whole, .direct(isRowwise: false))
    }
  }

  private static func kernel(of convolution: Convolution, on input: Shape) -> KernelTile.Kernel {
    let isDot = convolution.groups == 1 && convolution.kernel == .one && input.extent == .one
    if isDot { return .fullyConnected }
    return convolution.isDepthwise
      ? .depthwise : .convolution(outputChannelsPerGroup: convolution.outputChannelsPerGroup)
  }

  private mutating func takeConstants(of convolution: Convolution) {
    window = convolution.kernel
    stride = convolution.stride
    dilation = convolution.dilation
    padding = convolution.padding
    channels =
      convolution.groups > 1
      ? .grouped(
        inputsPerGroup: convolution.inputChannelsPerGroup, outputsPerGroup: convolution.outputChannelsPerGroup)
      : .mixed
    parameterBytesPerChannel = ConstantLayout.parameterBytesPerChannel(
      convolution.requantization?.form, entries: convolution.requantization?.entriesPerChannel ?? 0,
      hasWeightZeroPoints: !convolution.weightZeroPoints.isEmpty)
    weightBits = convolution.weightType.bits
  }

  /// The first input.
  var input: Shape { inputs[0] }

  var isDirect: Bool { place != .tiles }

  /// Whether the layer can run in stripes of rows.
  var allowsStripes: Bool { place != .direct(isRowwise: false) }

  var hasConstants: Bool { parameterBytesPerChannel > 0 }

  var hasWeights: Bool { weightBits > 0 }

  /// Input channels that feed one output channel.
  var inputChannelsPerOutput: Int {
    switch channels {
    case .mixed: input.channels
    case .grouped(let inputsPerGroup, _): inputsPerGroup
    // What a maximum is sought among, or the summands of a product; a softmax counts elements.
    case .whole: kernel == .argumentMaximum || kernel == .matrixProduct ? input.channels : 1
    }
  }

  /// Output channels that a tile is a multiple of, unless it has them all: whole groups, and whole bytes of input and
  /// output. May be more than there are.
  var channelStep: Int {
    switch channels {
    case .mixed: return outputType.elementsPerByte
    case .grouped(let inputsPerGroup, let outputsPerGroup):
      let outputGroups = outputType.groups(of: outputsPerGroup)
      // All are powers of two, so that the greatest is a multiple of the others.
      return outputsPerGroup * inputTypes.reduce(outputGroups) { max($0, $1.groups(of: inputsPerGroup)) }
    case .whole: return output.channels
    }
  }

  /// Input channels that a pass is a multiple of, unless it has them all.
  var passStep: Int { inputTypes.reduce(1) { max($0, $1.elementsPerByte) } }

  /// Input channels that a tile holds for so many input channels of a pass, or output channels of a group of channels.
  func inputChannels(forTileOf channels: Int) -> Int {
    switch self.channels {
    case .mixed: channels
    case .grouped(let inputsPerGroup, let outputsPerGroup): channels / outputsPerGroup * inputsPerGroup
    case .whole: input.channels
    }
  }

  /// Bytes of all constants without any padding; 0 for layers without constants.
  var leastConstantBytes: Int {
    guard hasConstants else { return 0 }
    return output.channels * parameterBytesPerChannel
      + weightBytes(outputChannels: output.channels, inputChannels: inputChannelsPerOutput)
  }

  /// Bytes of one row of an input.
  func inputRowBytes(_ input: Int) -> Int {
    inputs[input].width * inputTypes[input].pixelBytes(channels: inputs[input].channels)
  }

  /// Bytes of one row of the output.
  var outputRowBytes: Int { output.width * outputType.pixelBytes(channels: output.channels) }

  /// Ways in which the cores may share a tile.
  var splits: [CoreSplit] {
    channels == .whole && kernel != .matrixProduct ? [.rows, .pixels] : [.rows, .pixels, .channels]
  }

  /// Bytes of one block of weights: `outputChannels` by the window by the input channels of one pass, packed. Copies
  /// move exactly these; where blocks are stored each starts at a multiple of 4.
  func weightBytes(outputChannels: Int, inputChannels: Int) -> Int {
    (outputChannels * window.area * inputChannels * weightBits).dividedUp(by: 8)
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
