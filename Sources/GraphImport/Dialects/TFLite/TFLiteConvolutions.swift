import NetworkIR

extension TFLiteSupport {
  /// Operators with weights.
  static let weighted = [
    TFLiteSupport(
      "CONV_2D", "convolution; grouped where the weights take fewer channels than the input has",
      limits: weightLimits + [.window], isModelledForXNNPACK: true, lower: { $0.emit($0.convolution()) }),
    TFLiteSupport(
      "DEPTHWISE_CONV_2D", "convolution with one group for each input channel, any depth multiplier",
      limits: weightLimits + [.window], isModelledForXNNPACK: true, lower: { $0.emit($0.depthwiseConvolution()) }),
    TFLiteSupport(
      "TRANSPOSE_CONV", "convolution with as many output channels as a step has positions, then a movement",
      limits: weightLimits + [.window], isModelledForXNNPACK: true, lower: { $0.transposedConvolution() }),
    TFLiteSupport(
      "FULLY_CONNECTED", "convolution of a map with one position for each vector",
      limits: weightLimits + [.weightsFormat], isModelledForXNNPACK: true, lower: { $0.emit($0.fullyConnected()) }),
  ]

  private static let weightLimits: [TFLiteLimit] = [
    .constantWeights, .weightType, .weightZeroPoint, .weightScales, .bias, .fusedActivation, .accumulator, .leftShift,
    .exactRequantization, .sameType,
  ]
}

extension TFLiteOperator {
  /// CONV_2D: weights `[output, row, column, input of the group]`; groups follow from the input channels.
  mutating func convolution() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = map(input)
    let to = map(output)
    let clamp = fusedRange(output)
    guard let weights = weights(for: input?.type, rank: 4, channelDimension: 0) else { return nil }
    let dimensions = weights.dimensions
    let bias = bias(for: input?.type, channels: dimensions[0])
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
      inputChannels: from.channels, outputChannels: to.channels, weights: weights.codes, weightType: weights.type,
      weightZeroPoints: weights.zeroPoints(channels: to.channels), bias: bias.values,
      inputZeroPoint: input.zeroPoint, paddingValue: input.zeroPoint, requantization: nil)
    let scalings = scalings(input, weights, bias, output)
    let kind = groups == 1 ? "conv" : "dwconv"
    return layer(convolution, kind: kind, input, from, output, to, scalings, clamp)
  }

  /// DEPTHWISE_CONV_2D: weights `[1, row, column, input * multiplier + m]`.
  mutating func depthwiseConvolution() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = map(input)
    let to = map(output)
    let clamp = fusedRange(output)
    let multiplier = int("depth_multiplier")
    guard let weights = weights(for: input?.type, rank: 4, channelDimension: 3) else { return nil }
    let dimensions = weights.dimensions
    let channels = dimensions[3]
    let bias = bias(for: input?.type, channels: channels)
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
      inputChannels: from.channels, outputChannels: channels, weights: codes, weightType: weights.type,
      weightZeroPoints: weights.zeroPoints(channels: channels), bias: bias.values,
      inputZeroPoint: input.zeroPoint, paddingValue: input.zeroPoint, requantization: nil)
    let scalings = scalings(input, weights, bias, output)
    return layer(convolution, kind: "dwconv", input, from, output, to, scalings, clamp)
  }

  /// FULLY_CONNECTED: weights `[output, input]`; the input is read as vectors of that length, one behind the other.
  mutating func fullyConnected() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let clamp = fusedRange(output)
    if let format = int("weights_format"), format != 0 {
      refuse(.weightsFormat, "the weights are in format \(format), but 0 is needed")
    }
    let weights = weights(for: input?.type, rank: 2, channelDimension: 0, allowsZeroPoint: true)
    guard let weights else { return nil }
    let channels = weights.dimensions[0]
    let bias = bias(for: input?.type, channels: channels)
    guard let input, let output, let clamp, let bias else { return nil }
    let length = weights.dimensions[1]
    guard input.elements.isMultiple(of: length) else {
      refuse(.consistentShapes, "the input has \(input.elements) elements, but the weights take \(length)")
      return nil
    }
    let vectors = input.elements / length
    guard output.elements == vectors * channels else {
      let found = "the output has dimensions \(output.dimensions)"
      refuse(.consistentShapes, "\(found), but the weights give \(vectors) vectors of \(channels)")
      return nil
    }
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: length,
      outputChannels: channels, weights: weights.codes, weightType: weights.type,
      weightZeroPoints: weights.zeroPoints(channels: channels), bias: bias.values, inputZeroPoint: input.zeroPoint,
      paddingValue: input.zeroPoint, requantization: nil)
    let scalings = scalings(input, weights, bias, output, isFullyConnected: true)
    return layer(
      convolution, kind: "fc", input, Shape(height: vectors, width: 1, channels: length), output,
      Shape(height: vectors, width: 1, channels: channels), scalings, clamp)
  }

  /// Input scale times weight scale over output scale, for each weight scale.
  ///
  /// With one scale, uint8 convolutions and fully connected layers round the product of the scales to float32; source:
  /// GetQuantizedConvolutionMultipler of tensorflow/lite/kernels/kernel_util.cc. XNNPACK rounds every product and
  /// quotient so; it takes weights of 8 bits on activations of 8 bits, and leaves others to TensorFlow Lite.
  mutating func scalings(
    _ input: TFLiteActivation, _ weights: Weights, _ bias: Bias, _ output: TFLiteActivation,
    isFullyConnected: Bool = false
  ) -> [TFLiteScaling] {
    if profile == .xnnpack, input.type != .int16, weights.type == .int8 {
      return weights.scales.map { .single(input.scale * $0 / output.scale) }
    }
    if profile == .xnnpack { isModelled = false }
    let isRounded = weights.scales.count == 1 && (input.type == .uint8 || isFullyConnected)
    return weights.scales.map { scale in
      let product = isRounded ? Double(input.scale * scale) : Double(input.scale) * Double(scale)
      let factor = TFLiteMultiplier(product / Double(output.scale))
      return bias.isWide ? .reduced(factor) : .double(factor)
    }
  }

  /// Adds the requantization to a convolution and makes a layer of it.
  mutating func layer(
    _ convolution: Convolution, kind: String, _ input: TFLiteActivation, _ from: Shape, _ output: TFLiteActivation,
    _ to: Shape, _ scalings: [TFLiteScaling], _ clamp: ClosedRange<Int>
  ) -> TFLiteLayer? {
    guard haveOneType(input, output), problems.isEmpty else { return nil }
    guard var ranges = convolution.accumulatorRanges(inputs: values(0, of: input)) else {
      let found = convolution.largestSum(of: values(0, of: input))
      let message = "partial sums of \(convolution.weightsPerOutputChannel) products and the bias can reach \(found)"
      refuse(.accumulator, "\(message), above \(Int32.max)")
      return nil
    }
    if scalings.count == 1 {
      let low = ranges.map(\.lowerBound).min() ?? 0
      let high = ranges.map(\.upperBound).max() ?? 0
      ranges = [low...high]
    }
    let requantization = requantization(scalings, accumulators: ranges, zeroPoint: output.zeroPoint, clamp: clamp)
    guard let requantization else { return nil }
    for (channel, numbers) in requantization.coefficients.enumerated()
    where !ConstantLayout.holds(numbers, form: requantization.form) {
      refuse(.exactRequantization, "channel \(channel): a shift by \(numbers.shift) leaves no room for the zero point")
    }
    var convolution = convolution
    convolution.requantization = requantization
    return TFLiteLayer(
      operation: .convolution(convolution), kind: kind, inputs: [(input.name, from)], output: output,
      outputShape: to, values: requantization.codes(for: ranges))
  }

  /// Whether an operator writes the type that it reads.
  mutating func haveOneType(_ input: TFLiteActivation, _ output: TFLiteActivation) -> Bool {
    if input.type == output.type { return true }
    refuse(.sameType, "the input is \(input.type.rawValue), the output \(output.type.rawValue)")
    return false
  }
}

extension Convolution {
  /// The greatest magnitude that sums of products of codes, in any order, can reach in some channel.
  fileprivate func largestSum(of inputs: ClosedRange<Int>) -> Int {
    let largest = max(abs(inputs.lowerBound), abs(inputs.upperBound), abs(paddingValue))
    let sums = (0..<outputChannels).map { channel in
      let start = channel * weightsPerOutputChannel
      let zeroPoint = weightZeroPoint(channel: channel)
      let codes = weights[start..<start + weightsPerOutputChannel]
      let total = codes.reduce(0) { $0 + Int($1) - zeroPoint }
      return codes.reduce(0) { $0 + (abs(Int($1)) + abs(zeroPoint)) * largest }
        + abs(Int(bias[channel]) - inputZeroPoint * total)
    }
    return sums.max() ?? 0
  }
}
