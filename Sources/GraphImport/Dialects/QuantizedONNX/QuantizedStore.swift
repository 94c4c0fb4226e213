import NetworkIR

extension QuantizedPending {
  /// What one unit of the accumulator stands for, one number or one for each channel; nil where the layer has no
  /// accumulator that could be an output.
  var accumulatorScales: [Float]? {
    switch kind {
    case .convolution(_, _, let scales, _): scales
    case .matrixProduct(_, _, _, let scale): [scale]
    case .average, .mean, .globalAverage, .binary, .constant, .softmax, .concatenation: nil
    }
  }

  /// Whether no Relu or Clip follows.
  var isUnbounded: Bool { lower == -Float.infinity && upper == Float.infinity }

  /// The codes that the type, a Relu and a Clip leave.
  func clamp(_ scale: QuantizedScale) -> ClosedRange<Int> {
    let codes = scale.type.range
    let low = scale.code(of: lower) ?? codes.lowerBound
    return low...max(low, scale.code(of: upper) ?? codes.upperBound)
  }
}

extension QuantizedLowering {
  /// QuantizeLinear of what a layer computes: adds the layer and the tensor that holds its codes.
  mutating func quantize(
    _ pending: QuantizedPending, to scale: QuantizedScale, name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    let clamp = pending.clamp(scale)
    switch pending.kind {
    case .convolution(var convolution, let operand, let scales, let kind):
      let ranges = try accumulatorRanges(convolution, operand)
      let factors = scales.map { $0 / scale.scale }
      let requantization = try requantization(
        pending.transposed?.spread(factors) ?? factors, over: ranges, to: scale, clamp, name)
      convolution.requantization = requantization
      return try add(convolution, kind, operand, pending, scale, requantization.reachableCodes, name)
    case .average(let pooling, let operand, let input, let count):
      return try addAverage(pooling, operand, input, count: count, pending, scale, clamp, name)
    case .mean(let pooling, let operand, let input, let count):
      let rule = try meanRule(input, count: count, to: scale, clamp, name)
      return try addSum(pooling, operand, input, rule, pending, scale, clamp, name)
    case .globalAverage(let pooling, let operand, let input, let count):
      // The order of roundings of QLinearGlobalAveragePool.
      let factor = input.scale / (Float(count) * scale.scale)
      let rule = try rule(factor, to: scale, clamp, name)
      return try addSum(pooling, operand, input, rule, pending, scale, clamp, name)
    case .matrixProduct(var product, let first, let second, let factor):
      let range = try accumulatorRange(product, first, second)
      let requantization = try requantization([factor / scale.scale], over: [range], to: scale, clamp, name)
      product.requantization = requantization
      return add(
        .matrixProduct(product), "matmul", [first, second], pending, scale, requantization.reachableCodes, name)
    case .binary(let operation, let first, let second):
      return try quantize(operation, first, second, pending, to: scale, clamp, name: name)
    case .constant(let operation, let real, let constant, let codes, let isFirst):
      return try quantize(
        operation, real, constant, codes: codes, isFirst: isFirst, pending, to: scale, clamp, name)
    case .softmax(let operand, let input):
      let softmax = try tableSoftmax(input, to: scale, clamp, name)
      return add(.tableSoftmax(softmax), "softmax", [operand], pending, scale, clamp, name)
    case .concatenation(let parts, let axis):
      return try concatenate(parts, axis: axis, pending, to: scale, name: name)
    }
  }

  /// The accumulators themselves as an int32 tensor.
  mutating func accumulators(of pending: QuantizedPending) throws(QuantizedProblem) -> QuantizedView {
    switch pending.kind {
    case .convolution(let convolution, let operand, _, let kind):
      let ranges = try accumulatorRanges(convolution, operand)
      let low = ranges.map(\.lowerBound).min() ?? 0
      let high = ranges.map(\.upperBound).max() ?? low
      return try add(convolution, kind, operand, pending, nil, low...high, pending.name)
    case .matrixProduct(let product, let first, let second, _):
      let range = try accumulatorRange(product, first, second)
      return add(.matrixProduct(product), "matmul", [first, second], pending, nil, range, pending.name)
    case .average, .mean, .globalAverage, .binary, .constant, .softmax, .concatenation:
      throw QuantizedProblem(.notQuantized, pending.node)
    }
  }

  /// Adds a layer and its output; without a scale that is int32.
  mutating func add(
    _ operation: Operation, _ kind: String, _ operands: [Operand], _ pending: QuantizedPending,
    _ scale: QuantizedScale?, _ values: ClosedRange<Int>, _ name: String
  ) -> QuantizedView {
    let tensor = Tensor(
      name: unused(name), shape: pending.shape, type: scale?.type ?? .int32, values: values,
      origin: pending.layout.origin)
    let id = builder.add(tensor)
    builder.add(operation, kind: kind, source: pending.node, inputs: operands, output: id)
    return QuantizedView(tensor: id, layout: pending.layout, scale: scale)
  }

  /// Adds a convolution and its output; behind the phases of a transposed one, the movement that interleaves them.
  mutating func add(
    _ convolution: Convolution, _ kind: String, _ operand: Operand, _ pending: QuantizedPending,
    _ scale: QuantizedScale?, _ values: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    guard let transposed = pending.transposed, !transposed.isWhole else {
      return add(.convolution(convolution), kind, [operand], pending, scale, values, name)
    }
    var phases = pending
    phases.shape = transposed.shape
    phases.layout = CodeLayout(
      channelsFirst: [1, phases.shape.channels, phases.shape.height, phases.shape.width])
    let made = add(.convolution(convolution), kind, [operand], phases, scale, values, "\(name)_phases").tensor
    let output = Tensor(
      name: unused(name), shape: pending.shape, type: builder[made].type, values: values,
      origin: pending.layout.origin)
    guard let interleaving = transposed.interleaving,
      let id = builder.move(interleaving, from: [made], to: output, source: pending.node)
    else { throw QuantizedProblem(.movement) }
    if id == made { builder.look(at: id, as: output.origin, name: output.name) }
    return QuantizedView(tensor: id, layout: pending.layout, scale: scale)
  }
}

// MARK: - Requantization

extension QuantizedLowering {
  /// `clip(RNE(fl(fl(a) * factor)) + zeroPoint)`.
  func rule(
    _ factor: Float, to scale: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> RequantizationRule {
    let rule = RequantizationRule.singlePrecision(scale: factor, zeroPoint: scale.zeroPoint, clamp: clamp)
    guard let rule else { throw QuantizedProblem(.scale, factor, name) }
    return rule
  }

  /// One rule for each factor, or one in all where they are equal.
  func requantization(
    _ factors: [Float], over ranges: [ClosedRange<Int>], to scale: QuantizedScale, _ clamp: ClosedRange<Int>,
    _ name: String
  ) throws(QuantizedProblem) -> Requantization {
    let isUniform = factors.allSatisfy { $0 == factors[0] }
    var rules: [RequantizationRule] = []
    for factor in isUniform ? [factors[0]] : factors { rules.append(try rule(factor, to: scale, clamp, name)) }
    let low = ranges.map(\.lowerBound).min() ?? 0
    let whole = low...(ranges.map(\.upperBound).max() ?? low)
    return try proven(rules, over: isUniform ? [whole] : ranges, clamp: clamp)
  }

  /// A requantization with its proof.
  func proven(
    _ rules: [RequantizationRule], over ranges: [ClosedRange<Int>], clamp: ClosedRange<Int>
  ) throws(QuantizedProblem) -> Requantization {
    do {
      return try Requantization(rules: rules, accumulators: ranges, clamp: clamp)
    } catch {
      switch error {
      case .noExactForm(let channel, let range):
        throw QuantizedProblem(.noExactForm, channel, "\(range.lowerBound)...\(range.upperBound)")
      }
    }
  }

  func accumulatorRanges(
    _ convolution: Convolution, _ operand: Operand
  ) throws(QuantizedProblem) -> [ClosedRange<Int>] {
    let inputs = builder[operand.tensor].values
    if let ranges = convolution.accumulatorRanges(inputs: inputs) { return ranges }
    // The first channel that is too large by itself.
    let width = convolution.weightsPerOutputChannel
    let channel = (0..<convolution.outputChannels).first { channel in
      var single = convolution
      single.outputChannels = 1
      single.groups = 1
      single.weights = Array(convolution.weights[channel * width..<(channel + 1) * width])
      single.bias = [convolution.bias[channel]]
      single.weightZeroPoints = [convolution.weightZeroPoint(channel: channel)]
      single.inputChannels = convolution.inputChannelsPerGroup
      return single.accumulatorRanges(inputs: inputs) == nil
    }
    throw QuantizedProblem(.accumulator, channel ?? 0)
  }

  private func accumulatorRange(
    _ product: MatrixProduct, _ first: Operand, _ second: Operand
  ) throws(QuantizedProblem) -> ClosedRange<Int> {
    let products = Self.products(
      builder[first.tensor].values, product.firstZeroPoint, builder[second.tensor].values, product.secondZeroPoint)
    let depth = first.shape.channels
    let largest = max(abs(products.lowerBound), abs(products.upperBound))
    guard depth <= Int(Int32.max) / max(largest, 1) else { throw QuantizedProblem(.accumulator, 0) }
    return products.lowerBound * depth...products.upperBound * depth
  }

  /// What the product of two codes without their zero points can be.
  static func products(
    _ first: ClosedRange<Int>, _ firstZeroPoint: Int, _ second: ClosedRange<Int>, _ secondZeroPoint: Int
  ) -> ClosedRange<Int> {
    let ends = [first.lowerBound, first.upperBound].flatMap { one in
      [second.lowerBound, second.upperBound].map { (one - firstZeroPoint) * ($0 - secondZeroPoint) }
    }
    return (ends.min() ?? 0)...(ends.max() ?? 0)
  }
}

extension Requantization {
  /// The codes that can come out: rules are monotone, so the ends of their accumulators decide.
  var reachableCodes: ClosedRange<Int> {
    let ends = zip(rules, accumulators).flatMap { rule, range in
      [rule.evaluate(range.lowerBound), rule.evaluate(range.upperBound)].compactMap(\.self)
    }
    return (ends.min() ?? clamp.lowerBound)...(ends.max() ?? clamp.upperBound)
  }
}
