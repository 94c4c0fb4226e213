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

  /// HWC, as the layer views it.
  var input: Shape
  var output: Shape
  /// Of one element, for each input.
  var inputElementBytes: [Int]
  var outputElementBytes: Int
  /// True where both inputs are one tensor, which then lies at one level.
  var inputsAreOneTensor: Bool
  var window: Extent
  var stride: Extent
  var dilation: Extent
  var padding: Padding
  var channels: Channels
  var kernel: KernelTile.Kernel
  /// 0 for layers without constants.
  var parameterBytesPerChannel: Int

  init(_ layer: Layer, in network: Network) {
    input = layer.inputs[0].shape
    output = network[layer.output].shape
    inputElementBytes = layer.inputs.map { network[$0.tensor].type.bits / 8 }
    outputElementBytes = network[layer.output].type.bits / 8
    inputsAreOneTensor = layer.inputs.count == 2 && layer.inputs[0].tensor == layer.inputs[1].tensor
    window = .one
    stride = .one
    dilation = .one
    padding = .zero
    channels = .grouped(inputsPerGroup: 1, outputsPerGroup: 1)
    parameterBytesPerChannel = 0
    switch layer.operation {
    case .convolution(let convolution):
      window = convolution.kernel
      stride = convolution.stride
      dilation = convolution.dilation
      padding = convolution.padding
      let outputsPerGroup = convolution.outputChannelsPerGroup
      if convolution.groups > 1 {
        channels = .grouped(
          inputsPerGroup: convolution.inputChannelsPerGroup, outputsPerGroup: outputsPerGroup)
      } else {
        channels = .mixed
      }
      parameterBytesPerChannel = ConstantLayout.parameterBytesPerChannel(convolution.requantization?.form)
      let isFullyConnected = convolution.groups == 1 && window == .one && input.extent == .one
      kernel =
        isFullyConnected
        ? .fullyConnected
        : convolution.isDepthwise ? .depthwise : .convolution(outputChannelsPerGroup: outputsPerGroup)
    case .pooling(let pooling):
      window = pooling.kernel
      stride = pooling.stride
      padding = pooling.padding
      kernel = .pooling
    case .addition: kernel = .addition
    case .rescale: kernel = .rescale
    case .softmax:
      channels = .whole
      kernel = .softmax
    }
  }

  var hasConstants: Bool { parameterBytesPerChannel > 0 }

  /// Input channels that feed one output channel.
  var inputChannelsPerOutput: Int {
    switch channels {
    case .mixed: input.channels
    case .grouped(let inputsPerGroup, _): inputsPerGroup
    case .whole: 1
    }
  }

  /// Output channels that a tile is a multiple of.
  var channelStep: Int {
    switch channels {
    case .mixed: 1
    case .grouped(_, let outputsPerGroup): outputsPerGroup
    case .whole: output.channels
    }
  }

  /// Input channels that a tile holds for so many input channels of a pass, or output channels of a group of channels.
  func inputChannels(forTileOf channels: Int) -> Int {
    switch self.channels {
    case .mixed: channels
    case .grouped(let inputsPerGroup, let outputsPerGroup): channels / outputsPerGroup * inputsPerGroup
    case .whole: channels
    }
  }

  /// Bytes of all constants without any padding; 0 for layers without constants.
  var leastConstantBytes: Int {
    guard hasConstants else { return 0 }
    return output.channels * parameterBytesPerChannel
      + weightBytes(outputChannels: output.channels, inputChannels: inputChannelsPerOutput)
  }

  /// Ways in which the cores may share a tile.
  var splits: [CoreSplit] { channels == .whole ? [.rows, .pixels] : [.rows, .pixels, .channels] }

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

  /// Bytes of one block of weights: `outputChannels` by the window by the input channels of one pass. Copies move exactly
  /// these; where blocks are stored each starts at a multiple of 4.
  func weightBytes(outputChannels: Int, inputChannels: Int) -> Int {
    outputChannels * window.area * inputChannels
  }
}
