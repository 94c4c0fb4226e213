import NetworkIR

extension TFLiteOperator {
  /// TRANSPOSE_CONV: weights `[output, row, column, input]`, input 2, bias 3; the shape in input 0 is that of the output.
  mutating func transposedConvolution() {
    let input = input(2)
    let output = output()
    let from = map(input)
    let to = map(output)
    let clamp = fusedRange(output)
    let stride = extent("stride_h", "stride_w")
    let padding = string("padding")
    guard let weights = weights(for: input?.type, rank: 4, channelDimension: 0) else { return }
    let bias = bias(3, for: input?.type, channels: weights.dimensions[0])
    guard let input, let output, let from, let to, let clamp, let bias, let stride, let padding else { return }
    guard weights.dimensions[0] == to.channels, weights.dimensions[3] == from.channels else {
      let channels = "\(from.channels) input and \(to.channels) output channels"
      refuse(.consistentShapes, "weights have dimensions \(weights.dimensions), but the operator has \(channels)")
      return
    }
    guard stride.height >= 1, stride.width >= 1, TFLiteOptions.paddings.contains(padding) else {
      refuse(.window, "the stride is \(stride.height)x\(stride.width), the padding \(padding)")
      return
    }
    let isSame = padding == "SAME"
    let rows = TransposedAxis(from.height, to.height, weights.dimensions[1], stride.height, isSame: isSame)
    let columns = TransposedAxis(from.width, to.width, weights.dimensions[2], stride.width, isSame: isSame)
    guard let rows, let columns,
      let whole = TransposedConvolution(rows, columns, inputChannels: from.channels, outputChannels: to.channels)
    else {
      let sizes = "\(from.height)x\(from.width) to \(to.height)x\(to.width)"
      refuse(.window, "a stride of \(stride.height)x\(stride.width) from \(sizes) is out of range")
      return
    }
    let convolution = whole.convolution(
      weights: weights.codes, type: weights.type, zeroPoints: weights.zeroPoints(channels: to.channels),
      bias: bias.values, inputZeroPoint: input.zeroPoint)
    let deep = whole.shape
    let target =
      whole.isWhole
      ? output : intermediate("phases", like: output, dimensions: [1, deep.height, deep.width, deep.channels])
    let scalings = whole.spread(scalings(input, weights, bias, output))
    guard let layer = layer(convolution, kind: "conv", input, from, target, deep, scalings, clamp) else { return }
    emit(layer)
    if !whole.isWhole { interleave(layer, whole, output) }
  }

  /// Brings phases, which are groups of channels, to their positions.
  private mutating func interleave(
    _ phases: TFLiteLayer, _ whole: TransposedConvolution, _ output: TFLiteActivation
  ) {
    guard let movement = whole.interleaving?.movement(inputs: [whole.shape], output: whole.outputShape) else {
      refuse(.window, "a stride of \(whole.rows.stride)x\(whole.columns.stride) is out of range")
      return
    }
    emit(
      TFLiteLayer(
        operation: .movement(movement.movement), kind: "move", inputs: [(phases.output.name, movement.inputs[0])],
        output: output, outputShape: movement.output, values: phases.values))
  }
}

extension TransposedAxis {
  /// nil for sizes that no activation has. Source of the padding: ComputePaddingHeightWidth of
  /// tensorflow/lite/kernels/padding.h, with the operator's output in the place of a convolution's input.
  fileprivate init?(_ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, isSame: Bool) {
    guard stride <= NetworkLimit.largestWindow, kernel <= NetworkLimit.largestWindow else { return nil }
    let steps = isSame ? (output + stride - 1) / stride : max(0, (output - kernel + stride) / stride)
    let padding = max(0, (steps - 1) * stride + kernel - output) / 2
    self.init(input: input, output: output, kernel: kernel, stride: stride, padding: padding)
  }
}
