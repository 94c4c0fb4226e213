import NetworkIR

extension IntegerONNXLowering {
  /// Bounds of a `Clip`; nil where there is none on that side.
  struct Clip {
    var lower: Int?
    var upper: Int?
  }

  /// Ends a chain: adds the layer that computes it and the tensor that holds it. `bits` is the width that the file
  /// declares for the output; below 8 it selects a packed type.
  mutating func store(_ chain: IntegerONNXChain, clip: Clip? = nil, bits: Int? = nil) throws(IntegerONNXProblem)
    -> IntegerONNXView
  {
    var chain = chain
    if chain.isBareAverage {
      notes.append(IntegerONNXNote.bareAverage.reason.diagnostic([chain.divisor], node: chain.node))
      chain.round(.floor)
    }
    guard chain.divisor == 1 else { throw .fraction(divisor: chain.divisor) }
    if case .codes(let view) = chain.source {
      if chain.isUntouched && clip == nil { return view }
      if chain.rules.count > 1 { chain.source = try pointwise(view) }
    }
    if clip == nil, let view = try storeAccumulators(chain) { return view }

    let rules = chain.rules
    let values = try chain.values()
    var clamp = values
    if let clip {
      let lower = clip.lower ?? min(values.lowerBound, clip.upper ?? values.lowerBound)
      clamp = lower...max(lower, clip.upper ?? max(values.upperBound, lower))
    }
    let codes = values.clamped(to: clamp)
    guard let type = ElementType.narrowest(holding: codes, bits: bits ?? 8) else {
      throw .valueRange(values, allowed: ElementType.int32.range)
    }
    clamp = clamp.clamped(to: type.range)
    if case .table(let view, let table) = chain.source {
      return try add(chain, table, of: view, rule: rules[0].steps + [.clamp(clamp)], type: type, values: codes)
    }
    let requantization = try requantization(chain.transposed?.spread(rules) ?? rules, clamp: clamp)
    return try add(chain, type: type, values: codes, requantization: requantization)
  }

  /// A requantization with a clamp behind each rule.
  func requantization(
    _ rules: [(steps: [RequantizationStep], accumulators: ClosedRange<Int>)], clamp: ClosedRange<Int>
  ) throws(IntegerONNXProblem) -> Requantization {
    do {
      return try Requantization(
        rules: rules.map { RequantizationRule($0.steps + [.clamp(clamp)]) },
        accumulators: rules.map(\.accumulators), clamp: clamp)
    } catch {
      switch error {
      case .noExactForm(let channel, let accumulators):
        throw .noExactForm(channel: channel, accumulators: accumulators)
      }
    }
  }

  /// A convolution that nothing but addends follow: the accumulators are the output, the addends join the bias.
  private mutating func storeAccumulators(_ chain: IntegerONNXChain) throws(IntegerONNXProblem) -> IntegerONNXView? {
    guard case .convolution(var convolution, let operand, let kind) = chain.source else { return nil }
    let channels = chain.transposed?.channels ?? Array(0..<convolution.outputChannels)
    for (channel, own) in channels.enumerated() {
      let steps = chain.steps[chain.steps.count == 1 ? 0 : own]
      if steps.isEmpty { continue }
      guard steps.count == 1, case .affine(scale: 1, let addend) = steps[0] else { return nil }
      let sum = Int(convolution.bias[channel]) + addend
      guard let bias = Int32(exactly: sum) else { throw .accumulator(bound: abs(sum)) }
      convolution.bias[channel] = bias
    }
    let accumulators = try accumulatorRanges(convolution, operand)
    let low = accumulators.map(\.lowerBound).min() ?? 0
    let high = accumulators.map(\.upperBound).max() ?? low
    var raw = chain
    raw.source = .convolution(convolution, operand, kind: kind)
    return try add(raw, type: .int32, values: low...high, requantization: nil)
  }

  /// Adds the phases of a transposed convolution, and the movement that interleaves them.
  private mutating func add(
    _ whole: TransposedConvolution, _ chain: IntegerONNXChain, type: ElementType, values: ClosedRange<Int>,
    requantization: Requantization?
  ) throws(IntegerONNXProblem) -> IntegerONNXView {
    var phases = chain
    phases.transposed = nil
    phases.shape = whole.shape
    phases.dimensions = [1, whole.shape.channels, whole.shape.height, whole.shape.width]
    phases.name = "\(chain.name)_phases"
    let made = try add(phases, type: type, values: values, requantization: requantization).tensor
    let output = Tensor(
      name: chain.name, shape: chain.shape, type: type, values: values, origin: .channelsFirst(chain.dimensions))
    guard let interleaving = whole.interleaving,
      let id = builder.move(interleaving, from: [made], to: output, source: chain.node)
    else { throw .shape("the interleaving takes more than \(Rearrangement.mostPieces) pieces") }
    if id == made { builder.look(at: id, as: output.origin, name: output.name) }
    return IntegerONNXView(tensor: id, shape: chain.shape, dimensions: chain.dimensions)
  }

  private mutating func add(
    _ chain: IntegerONNXChain, type: ElementType, values: ClosedRange<Int>, requantization: Requantization?
  ) throws(IntegerONNXProblem) -> IntegerONNXView {
    if let whole = chain.transposed, !whole.isWhole {
      return try add(whole, chain, type: type, values: values, requantization: requantization)
    }
    let tensor = Tensor(
      name: chain.name, shape: chain.shape, type: type, values: values, origin: .channelsFirst(chain.dimensions))
    let id = builder.add(tensor)
    let view = IntegerONNXView(tensor: id, shape: chain.shape, dimensions: chain.dimensions)
    if case .convolution(var convolution, let operand, let kind) = chain.source {
      convolution.requantization = requantization
      builder.add(.convolution(convolution), kind: kind, source: chain.node, inputs: [operand], output: id)
    }
    guard let requantization else { return view }
    switch chain.source {
    case .convolution, .table: break
    case .product(let left, let right):
      let product = Multiplication(output: requantization, firstZeroPoint: 0, secondZeroPoint: 0)
      builder.add(.multiplication(product), kind: "mul", source: chain.node, inputs: [left, right], output: id)
    case .sum(let kernel, let stride, let padding, let operand):
      let pooling = Pooling(kind: .sum(requantization), kernel: kernel, stride: stride, padding: padding)
      builder.add(.pooling(pooling), kind: "avgpool", source: chain.node, inputs: [operand], output: id)
    case .codes(let source):
      builder.add(
        .rescale(requantization), kind: "rescale", source: chain.node, inputs: [source.operand], output: id)
    case .addition(let first, let left, let second, let right):
      let addition = Addition(first: first, second: second, output: requantization)
      builder.add(.addition(addition), kind: "add", source: chain.node, inputs: [left, right], output: id)
    }
    return view
  }

  /// A table with what follows it worked into its entries.
  private mutating func add(
    _ chain: IntegerONNXChain, _ table: [Int], of source: IntegerONNXView, rule steps: [RequantizationStep],
    type: ElementType, values: ClosedRange<Int>
  ) throws(IntegerONNXProblem) -> IntegerONNXView {
    let rule = RequantizationRule(steps)
    var entries: [Int32] = []
    for value in table {
      guard let code = rule.evaluate(value) else { throw .factors }
      entries.append(Int32(code))
    }
    let view = try add(chain, type: type, values: values, requantization: nil)
    builder.add(
      .lookup(Lookup(tables: [entries])), kind: "lookup", source: chain.node, inputs: [source.operand],
      output: view.tensor)
    return view
  }

  /// A scaling that differs by channel: a depthwise convolution with one weight of one for each channel.
  private func pointwise(_ view: IntegerONNXView) throws(IntegerONNXProblem) -> IntegerONNXChain.Source {
    let channels = view.shape.channels
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: channels, inputChannels: channels,
      outputChannels: channels, weights: Array(repeating: 1, count: channels),
      bias: Array(repeating: 0, count: channels), inputZeroPoint: 0, paddingValue: 0, requantization: nil)
    _ = try accumulatorRanges(convolution, view.operand)
    return .convolution(convolution, view.operand, kind: "dwconv")
  }

  /// The accumulators of each output channel, or a refusal with the largest magnitude that could occur.
  func accumulatorRanges(
    _ convolution: Convolution, _ operand: Operand
  ) throws(IntegerONNXProblem) -> [ClosedRange<Int>] {
    let inputs = builder[operand.tensor].values
    if let ranges = convolution.accumulatorRanges(inputs: inputs) { return ranges }
    let largest = max(abs(inputs.lowerBound), abs(inputs.upperBound), abs(convolution.paddingValue))
    let bound = (0..<convolution.outputChannels).reduce(0) { bound, channel in
      let start = channel * convolution.weightsPerOutputChannel
      let weights = convolution.weights[start..<start + convolution.weightsPerOutputChannel]
      return max(bound, weights.reduce(abs(Int(convolution.bias[channel]))) { $0 + abs(Int($1)) * largest })
    }
    throw .accumulator(bound: bound)
  }
}

extension ElementType {
  /// As `narrowest(holding:)`, but of at least a declared width, which may be less than a byte.
  static func narrowest(holding values: ClosedRange<Int>, bits: Int) -> ElementType? {
    let packed: [ElementType] = [.uint2, .int2, .uint4, .int4]
    let fitting = packed.first { type in
      type.bits >= bits && type.range.contains(values.lowerBound) && type.range.contains(values.upperBound)
    }
    return fitting ?? narrowest(holding: values)
  }
}
