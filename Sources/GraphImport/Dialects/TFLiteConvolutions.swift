import NetworkIR

extension TFLiteOperator {
  /// CONV_2D: weights `[output, row, column, input of the group]`; groups follow from the input channels.
  mutating func convolution() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = shape(of: input)
    let to = shape(of: output)
    let clamp = fusedRange(output)
    guard let weights = weights(rank: 4, channelDimension: 0) else { return nil }
    let dimensions = weights.dimensions
    let bias = bias(channels: dimensions[0])
    let kernel = Extent(height: dimensions[1], width: dimensions[2])
    let window = window(kernel: kernel, input: from, output: to, dilated: true)
    guard let input, let output, let from, let to, let clamp, let bias, let window else { return nil }
    let groups = from.channels / dimensions[3]
    guard groups >= 1, groups * dimensions[3] == from.channels, dimensions[0] % groups == 0,
      dimensions[0] == to.channels
    else {
      let channels = "\(from.channels) input and \(to.channels) output channels"
      refuse(.consistentShapes, "weights have dimensions \(dimensions), but the operator has \(channels)")
      return nil
    }
    let convolution = Convolution(
      kernel: kernel, stride: window.stride, dilation: window.dilation, padding: window.padding, groups: groups,
      inputChannels: from.channels, outputChannels: to.channels, weights: weights.codes, bias: bias,
      inputZeroPoint: input.zeroPoint, paddingValue: input.zeroPoint, requantization: nil)
    let factors = Self.factors(input, weights, output)
    return layer(convolution, kind: groups == 1 ? "conv" : "dwconv", from, input, output, factors, clamp)
  }

  /// DEPTHWISE_CONV_2D: weights `[1, row, column, input * multiplier + m]`.
  mutating func depthwiseConvolution() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = shape(of: input)
    let to = shape(of: output)
    let clamp = fusedRange(output)
    let multiplier = int("depth_multiplier")
    guard let weights = weights(rank: 4, channelDimension: 3) else { return nil }
    let dimensions = weights.dimensions
    let channels = dimensions[3]
    let bias = bias(channels: channels)
    let kernel = Extent(height: dimensions[1], width: dimensions[2])
    let window = window(kernel: kernel, input: from, output: to, dilated: true)
    guard let input, let output, let from, let to, let clamp, let bias, let window, let multiplier else { return nil }
    guard dimensions[0] == 1, channels == to.channels, multiplier >= 1,
      channels.isMultiple(of: multiplier), channels / multiplier == from.channels
    else {
      let found = "\(from.channels) input and \(to.channels) output channels and depth multiplier \(multiplier)"
      refuse(.consistentShapes, "weights have dimensions \(dimensions), but the operator has \(found)")
      return nil
    }
    let area = kernel.area
    let codes = (0..<channels).flatMap { channel in (0..<area).map { weights.codes[$0 * channels + channel] } }
    let convolution = Convolution(
      kernel: kernel, stride: window.stride, dilation: window.dilation, padding: window.padding, groups: from.channels,
      inputChannels: from.channels, outputChannels: channels, weights: codes, bias: bias,
      inputZeroPoint: input.zeroPoint, paddingValue: input.zeroPoint, requantization: nil)
    return layer(convolution, kind: "dwconv", from, input, output, Self.factors(input, weights, output), clamp)
  }

  /// FULLY_CONNECTED: weights `[output, input]`; the input is read as one vector.
  mutating func fullyConnected() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let to = shape(of: output)
    let clamp = fusedRange(output)
    if let format = int("weights_format"), format != 0 {
      refuse(.weightsFormat, "the weights are in format \(format), but 0 is needed")
    }
    guard let weights = weights(rank: 2, channelDimension: 0) else { return nil }
    let channels = weights.dimensions[0]
    let bias = bias(channels: channels)
    guard let input, let output, let to, let clamp, let bias else { return nil }
    let length = weights.dimensions[1]
    guard input.elements.isMultiple(of: length) else {
      refuse(.consistentShapes, "the input has \(input.elements) elements, but the weights take \(length)")
      return nil
    }
    guard input.elements == length else {
      refuse(.batch, "the input is \(input.elements / length) vectors of \(length) elements, but 1 is needed")
      return nil
    }
    guard to.channels == channels, output.elements == channels else {
      refuse(.consistentShapes, "the output has dimensions \(output.dimensions), but the weights give \(channels)")
      return nil
    }
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: length,
      outputChannels: channels, weights: weights.codes, bias: bias, inputZeroPoint: input.zeroPoint,
      paddingValue: input.zeroPoint, requantization: nil)
    // With one scale the product of the scales is rounded to float32 first; source: GetQuantizedConvolutionMultipler.
    let single = TFLiteMultiplier(Double(input.scale * weights.scales[0]) / Double(output.scale))
    let factors = weights.scales.count == 1 ? [single] : Self.factors(input, weights, output)
    let from = Shape(height: 1, width: 1, channels: length)
    return layer(convolution, kind: "fc", from, input, output, factors, clamp)
  }

  /// Input scale times weight scale over output scale, for each weight scale.
  private static func factors(
    _ input: TFLiteActivation, _ weights: Weights, _ output: TFLiteActivation
  ) -> [TFLiteMultiplier] {
    weights.scales.map { TFLiteMultiplier(Double(input.scale) * Double($0) / Double(output.scale)) }
  }

  /// Adds the requantization to a convolution and makes a layer of it.
  private mutating func layer(
    _ convolution: Convolution, kind: String, _ from: Shape, _ input: TFLiteActivation, _ output: TFLiteActivation,
    _ factors: [TFLiteMultiplier], _ clamp: ClosedRange<Int>
  ) -> TFLiteLayer? {
    guard problems.isEmpty else { return nil }
    guard var ranges = convolution.accumulatorRanges(inputs: values(0)) else {
      let terms = convolution.weightsPerOutputChannel
      refuse(.accumulator, "the sum of \(terms) products and the bias can leave the 32 bits of the accumulator")
      return nil
    }
    if factors.count == 1 {
      let low = ranges.map(\.lowerBound).min() ?? 0
      let high = ranges.map(\.upperBound).max() ?? 0
      ranges = [low...high]
    }
    let requantization = requantization(factors, accumulators: ranges, zeroPoint: output.zeroPoint, clamp: clamp)
    guard let requantization else { return nil }
    for (channel, numbers) in requantization.coefficients.enumerated()
    where !ConstantLayout.holds(numbers, form: requantization.form) {
      refuse(.exactRequantization, "channel \(channel): a shift by \(numbers.shift) leaves no room for the zero point")
    }
    var convolution = convolution
    convolution.requantization = requantization
    return TFLiteLayer(
      operation: .convolution(convolution), kind: kind, inputs: [(input.name, from)], output: output,
      values: requantization.codes(for: ranges))
  }
}
