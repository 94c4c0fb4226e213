import NetworkIR

/// Convolutions and pools with random windows.
extension RandomNetwork {
  mutating func appendConvolution(_ kind: LayerKind) {
    var input = kind == .connected ? latestBytes() : latest()
    var kernel = Extent(height: random.number(1...3), width: random.number(1...(isBytewise ? 5 : 3)))
    if kind == .connected || kind == .pointwise { kernel = .one }
    if kind == .connected {
      input.shape = Shape(height: 1, width: 1, channels: input.shape.elements)
    }
    let dilation =
      kernel == .one ? Extent.one : Extent(height: random.number(1...2), width: random.number(1...2))
    let stride = kind == .connected ? Extent.one : Extent(height: step(), width: step())
    let reach = Extent(
      height: (kernel.height - 1) * dilation.height + 1, width: (kernel.width - 1) * dilation.width + 1)
    let padding = Padding(
      top: max(random.number(0...reach.height - 1), reach.height - input.shape.height),
      left: max(random.number(0...reach.width - 1), reach.width - input.shape.width),
      bottom: random.number(0...reach.height - 1), right: random.number(0...reach.width - 1))
    let shape = convolutionShape(kind, input.shape, reach, stride, padding)
    let groups = shape.groups
    let weightCount = shape.output.channels * kernel.area * (input.shape.channels / groups)
    let values = network[input.tensor].values
    let weightType = isBytewise ? .int8 : random.choice([ElementType.int8, .int8, .int4, .int2])
    let hasZeroPoints = !isBytewise && random.number(0...2) == 0
    var convolution = Convolution(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups,
      inputChannels: input.shape.channels, outputChannels: shape.output.channels,
      weights: (0..<weightCount).map { _ in Int8(random.number(weightType.range)) }, weightType: weightType,
      weightZeroPoints: hasZeroPoints ? (0..<shape.output.channels).map { _ in random.number(weightType.range) } : [],
      bias: (0..<shape.output.channels).map { _ in Int32(random.number(-3000...3000)) },
      inputZeroPoint: random.number(values), paddingValue: random.number(0...1) == 0 ? 0 : random.number(values),
      requantization: nil)
    let raw = kind == .raw
    let type = raw ? ElementType.int32 : anyType()
    let clamp = clamp(type)
    guard let ranges = convolution.accumulatorRanges(inputs: values) else { return }
    if !raw {
      guard let rules = requantization(ranges, clamp) else { return }
      convolution.requantization = rules
    }
    append(.convolution(convolution), kind, inputs: [input], shape: shape.output, type: type, values: clamp)
  }

  /// Mostly 1, so that maps do not vanish.
  private mutating func step() -> Int { random.number(0...4) == 0 ? 2 : 1 }

  private mutating func convolutionShape(
    _ kind: LayerKind, _ input: Shape, _ reach: Extent, _ stride: Extent, _ padding: Padding
  ) -> (output: Shape, groups: Int) {
    var groups = 1
    var channels = random.number(3...21)
    switch kind {
    case .depthwise: (groups, channels) = (input.channels, input.channels)
    case .multiplied: (groups, channels) = (input.channels, input.channels * 2)
    case .grouped:
      groups = input.channels % 3 == 0 ? 3 : input.channels % 2 == 0 ? 2 : input.channels
      channels = groups * random.number(1...4)
    default: break
    }
    let output = Shape(
      height: (input.height + padding.top + padding.bottom - reach.height) / stride.height + 1,
      width: (input.width + padding.left + padding.right - reach.width) / stride.width + 1, channels: channels)
    return (output, groups)
  }

  mutating func appendPooling(_ kind: LayerKind) {
    let input = latest()
    let tensor = network[input.tensor]
    let kernel = Extent(
      height: random.number(1...min(3, input.shape.height)), width: random.number(1...min(3, input.shape.width)))
    let stride = Extent(height: step(), width: step())
    let padding = Padding(
      top: random.number(0...kernel.height - 1), left: random.number(0...kernel.width - 1), bottom: 0, right: 0)
    let shape = Shape(
      height: (input.shape.height + padding.top - kernel.height) / stride.height + 1,
      width: (input.shape.width + padding.left - kernel.width) / stride.width + 1, channels: input.shape.channels)
    var type = tensor.type
    var values = tensor.values
    let pool: Pooling.Kind
    switch kind {
    case .maximum: pool = .maximum(clamp: values)
    case .average: pool = .average(clamp: values)
    case .floatAverage:
      pool = .singlePrecisionAverage(floatAverage(input: tensor.type, divisor: kernel.area))
      (type, values) = (.int8, -128...127)
    default:
      type = .uint8
      let zeroPoint = random.number(-130...300)
      let low = values.lowerBound - zeroPoint
      let high = values.upperBound - zeroPoint
      let sums = min(0, low * kernel.area)...max(0, high * kernel.area)
      values = 0...255
      guard let rule = requantization([sums], values) else { return }
      pool = .sum(rule, inputZeroPoint: zeroPoint)
    }
    append(
      .pooling(Pooling(kind: pool, kernel: kernel, stride: stride, padding: padding)), kind, inputs: [input],
      shape: shape, type: type, values: values)
  }
  /// Mostly of scales with few bits, so that many sums are exactly between two codes; either divisor.
  private mutating func floatAverage(input: ElementType, divisor: Int) -> SinglePrecisionAverage {
    let unit = Float(random.choice([1, 3, 205, 11_184_811])) / Float(random.choice([8, 1000, 16_777_216]))
    let ratio = Float(random.choice([1, 2, 0.5, 3, 0.7]))
    return SinglePrecisionAverage(
      inputScale: unit.bitPattern, inputZeroPoint: random.number(input.range),
      outputScale: (unit * ratio * (input.bits > 8 ? 300 : 1)).bitPattern, outputZeroPoint: random.number(-128...127),
      divisor: random.number(0...1) == 0 ? nil : divisor, clamp: -128...127)
  }
}
