import NetworkIR

/// The kinds of layers that random networks are made of.
enum LayerKind: String, CaseIterable {
  case dense, pointwise, grouped, depthwise, multiplied, addition, maximum, average, sum, rescale, connected, raw
}

/// Builds networks layer by layer with random shapes, types, weights and requantization rules.
struct RandomNetwork {
  private(set) var network: Network
  private var random: SeededGenerator

  init(seed: Int, shape: Shape, kinds: [LayerKind]) {
    random = SeededGenerator(seed: seed)
    network = Network(name: "random", tensors: [], layers: [], inputs: [], outputs: [])
    let type = random.choice([ElementType.int8, .uint8])
    _ = addTensor(shape, type, values: type.range)
    network.inputs = [Boundary(tensor: 0, scale: 0.5, zeroPoint: 1)]
    for kind in kinds { append(kind) }
    network.outputs = [Boundary(tensor: network.tensors.count - 1)]
  }

  /// Codes for one run.
  mutating func sample() -> [[Int]] {
    network.inputs.map { boundary in
      let tensor = network[boundary.tensor]
      return (0..<tensor.shape.elements).map { _ in random.number(tensor.values) }
    }
  }

  private mutating func addTensor(_ shape: Shape, _ type: ElementType, values: ClosedRange<Int>) -> TensorID {
    let name = "t\(network.tensors.count)"
    let origin = TensorOrigin(
      dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel])
    network.tensors.append(Tensor(name: name, shape: shape, type: type, values: values, origin: origin))
    return network.tensors.count - 1
  }

  private mutating func append(
    _ operation: Operation, _ kind: LayerKind, inputs: [Operand], shape: Shape, type: ElementType,
    values: ClosedRange<Int>
  ) {
    let output = addTensor(shape, type, values: values)
    let name = "\(kind.rawValue)_\(network.layers.count)"
    network.layers.append(Layer(name: name, source: name, operation: operation, inputs: inputs, output: output))
  }

  private mutating func append(_ kind: LayerKind) {
    let last = network.tensors.count - 1
    let input = Operand(tensor: last, shape: network[last].shape)
    switch kind {
    case .addition: appendAddition()
    case .maximum, .average, .sum: appendPooling(kind, input)
    case .rescale:
      let type = random.choice([ElementType.int8, .uint8])
      let clamp = clamp(type)
      let zeroPoint = random.number(-130...300)
      let values = network[last].values
      let differences = values.lowerBound - zeroPoint...values.upperBound - zeroPoint
      guard let rule = requantization([differences], clamp) else { return }
      append(
        .rescale(rule, inputZeroPoint: zeroPoint), kind, inputs: [input], shape: input.shape, type: type, values: clamp)
    default: appendConvolution(kind, input)
    }
  }

  /// The codes of a type, cut a little at random.
  private mutating func clamp(_ type: ElementType) -> ClosedRange<Int> {
    let range = ElementType.int8.bits == type.bits ? type.range : (type.isSigned ? -1500...1500 : 0...3000)
    return range.lowerBound + random.number(0...9)...range.upperBound - random.number(0...9)
  }

  /// Rules that spread each range of accumulators over the clamp, of TensorFlow Lite's or of NEMO's kind.
  private mutating func requantization(_ ranges: [ClosedRange<Int>], _ clamp: ClosedRange<Int>) -> Requantization? {
    let doubling = random.number(0...1) == 1
    let narrow = random.number(0...2) == 0
    let rules = ranges.map { range -> RequantizationRule in
      let scale = Double(clamp.count) / Double(max(range.upperBound - range.lowerBound, 1)) * 1.3
      let zeroPoint = random.number(clamp)
      if doubling {
        return RequantizationRule([
          doublingMultiply(scale), .affine(scale: 1, offset: zeroPoint), .clamp(clamp),
        ])
      }
      let factor = random.number(narrow ? 1...3 : 100...900) * (random.number(0...4) == 0 ? -1 : 1)
      let divisor = max(Int(Double(abs(factor)) / scale), 1)
      let offset = zeroPoint * divisor + random.number(-9...9)
      return RequantizationRule([
        .affine(scale: factor, offset: offset), .divide(by: divisor, rounding: .floor), .clamp(clamp),
      ])
    }
    return try? Requantization(rules: rules, accumulators: ranges, clamp: clamp)
  }

  /// Adds the last tensor of 8 bits and the first one of its shape; where there is none other, itself.
  private mutating func appendAddition() {
    let last = network.tensors.lastIndex { $0.type.bits == 8 } ?? 0
    let input = Operand(tensor: last, shape: network[last].shape)
    let earlier = network.tensors.firstIndex { $0.shape == input.shape && $0.type.bits == 8 }
    let other = Operand(tensor: earlier ?? last, shape: input.shape)
    let type = random.choice([ElementType.int8, .uint8])
    let clamp = clamp(type)
    guard let first = operand(network[input.tensor].values), let second = operand(network[other.tensor].values)
    else { return }
    let sums = first.codes.lowerBound + second.codes.lowerBound...first.codes.upperBound + second.codes.upperBound
    let spread = Double(clamp.count) / Double(sums.count) * 1.3
    let rule = RequantizationRule([
      doublingMultiply(spread), .affine(scale: 1, offset: random.number(clamp)), .clamp(clamp),
    ])
    guard let output = try? Requantization(rules: [rule], accumulators: [sums], clamp: clamp) else { return }
    let addition = Addition(
      first: first.rule, second: second.rule, output: output, firstZeroPoint: first.zeroPoint,
      secondZeroPoint: second.zeroPoint)
    append(
      .addition(addition), .addition, inputs: [input, other], shape: input.shape, type: type, values: clamp)
  }

  /// An operand of TensorFlow Lite's kind: 20 fractional bits, times a factor of at most 1/2.
  private mutating func operand(
    _ values: ClosedRange<Int>
  ) -> (rule: Requantization, zeroPoint: Int, codes: ClosedRange<Int>)? {
    let wide = Int(Int32.min)...Int(Int32.max)
    let zeroPoint = random.number(values)
    let differences = values.lowerBound - zeroPoint...values.upperBound - zeroPoint
    let multiplier = Int32(random.number(1 << 30...(1 << 31) - 1))
    let steps: [RequantizationStep] = [
      .affine(scale: 1 << 20, offset: 0), .doublingMultiply(multiplier: multiplier, shift: -random.number(0...3)),
      .clamp(wide),
    ]
    let rule = RequantizationRule(steps)
    guard let low = rule.evaluate(differences.lowerBound), let high = rule.evaluate(differences.upperBound),
      let proven = try? Requantization(rules: [rule], accumulators: [differences], clamp: wide)
    else { return nil }
    return (proven, zeroPoint, low...high)
  }

  /// Times a factor below 1, as TensorFlow Lite does it.
  private func doublingMultiply(_ factor: Double) -> RequantizationStep {
    let multiplier = min(Double(Int32.max), (factor.significand / 2 * 0x1p31).rounded())
    return .doublingMultiply(multiplier: Int32(multiplier), shift: min(Int(factor.exponent) + 1, 0))
  }

  private mutating func appendPooling(_ kind: LayerKind, _ input: Operand) {
    let tensor = network[input.tensor]
    let kernel = Extent(
      height: random.number(1...min(3, input.shape.height)), width: random.number(1...min(3, input.shape.width)))
    let stride = Extent(height: random.number(1...2), width: random.number(1...2))
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

  private mutating func appendConvolution(_ kind: LayerKind, _ input: Operand) {
    var input = input
    var kernel = Extent(height: random.number(1...3), width: random.number(1...3))
    if kind == .connected || kind == .pointwise { kernel = .one }
    if kind == .connected {
      input.shape = Shape(height: 1, width: 1, channels: input.shape.elements)
    }
    let dilation =
      kernel == .one ? Extent.one : Extent(height: random.number(1...2), width: random.number(1...2))
    let stride = kind == .connected ? Extent.one : Extent(height: random.number(1...2), width: random.number(1...2))
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
    var convolution = Convolution(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups,
      inputChannels: input.shape.channels, outputChannels: shape.output.channels,
      weights: (0..<weightCount).map { _ in Int8(random.number(-128...127)) },
      bias: (0..<shape.output.channels).map { _ in Int32(random.number(-3000...3000)) },
      inputZeroPoint: random.number(values), paddingValue: random.number(0...1) == 0 ? 0 : random.number(values),
      requantization: nil)
    let raw = kind == .raw
    let type = raw ? ElementType.int32 : random.choice([ElementType.int8, .uint8, .uint8, .int8, .int16, .uint16])
    let clamp = clamp(type)
    guard let ranges = convolution.accumulatorRanges(inputs: values) else { return }
    if !raw {
      guard let rules = requantization(ranges, clamp) else { return }
      convolution.requantization = rules
    }
    append(.convolution(convolution), kind, inputs: [input], shape: shape.output, type: type, values: clamp)
  }

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
}
