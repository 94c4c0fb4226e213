import NetworkIR

/// What a hand-made plan says of an operation.
struct OperationDescription {
  var op: String
  var geometry: LayerGeometry
  /// Stripes of rows are possible.
  var isRowwise = true
  /// Each position needs all channels.
  var needsAllChannels = false
  private let operation: Operation

  init(_ layer: Layer) {
    operation = layer.operation
    let channels = layer.inputs[0].shape.channels
    geometry = LayerGeometry(kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: channels)
    switch layer.operation {
    case .convolution(let convolution):
      op = convolution.isDepthwise ? "depthwiseConvolution" : "convolution"
      geometry = LayerGeometry(
        kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
        padding: convolution.padding, groups: convolution.groups)
    case .pooling(let pooling):
      op = "maxPool"
      geometry = LayerGeometry(
        kernel: pooling.kernel, stride: pooling.stride, dilation: .one, padding: pooling.padding, groups: channels)
    case .addition: op = "addition"
    case .multiplication: op = "multiplication"
    case .extremum(let extremum): op = extremum.kind.rawValue
    case .pairwise: op = "pairwise"
    case .rescale: op = "rescale"
    case .lookup: op = "lookup"
    case .softmax: (op, needsAllChannels) = ("softmax", true)
    case .tableSoftmax: (op, needsAllChannels) = ("tableSoftmax", true)
    case .argumentMaximum: (op, needsAllChannels) = ("argumentMaximum", true)
    case .matrixProduct: (op, needsAllChannels) = ("matrixProduct", true)
    case .movement(let movement): (op, isRowwise, needsAllChannels) = ("movement", movement.isRowwise, true)
    }
    if needsAllChannels { geometry.groups = 1 }
    if case .movement = operation { geometry.isRowwise = isRowwise }
  }

  /// The order of constants; bytes of parameters for each output channel, and bits of a weight: 0 and 0 where there are no
  /// constants.
  func constants(
    input: ElementType, output: ElementType
  ) -> (order: ConstantOrder, parameterBytes: Int, weightBits: Int) {
    switch operation {
    case .convolution(let convolution):
      let rule = convolution.requantization
      let order = convolution.constantOrder(input: input, output: output)
      return (
        order,
        ConstantLayout.parameterBytesPerChannel(
          rule?.form, entries: rule?.entriesPerChannel ?? 0,
          hasWeightZeroPoints: !convolution.weightZeroPoints.isEmpty, order: order), convolution.weightType.bits
      )
    case .lookup(let lookup) where lookup.tables.count > 1:
      return (.plain, ConstantLayout.tableBytesPerChannel(input: input, output: output), 0)
    default: return (.plain, 0, 0)
    }
  }
}
