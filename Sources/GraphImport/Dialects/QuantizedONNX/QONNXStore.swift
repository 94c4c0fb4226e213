import NetworkIR

extension QONNXLowering {
  /// Ends a layer with a quantizer: adds it and the tensor that holds its codes.
  mutating func store(
    _ pending: QONNXPending, _ quantizer: QONNXQuantizer, name: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    guard let pool = pending.pools.first else { return try store(unpooled: pending, quantizer, name: name) }
    var rest = pending
    rest.pools.removeAll()
    let before = "\(name)_before_\(pool.name)"
    engine.values[before] = .real(try store(unpooled: rest, quantizer, name: before))
    var input = before
    for (index, pool) in pending.pools.enumerated() {
      var node = pool
      node.inputs = [input]
      node.outputs = [index == pending.pools.count - 1 ? name : "\(before)_\(index)"]
      guard let value = try engine.evaluate(node, isTail: false).first else { throw QuantizedProblem(.unsupported) }
      engine.values[node.outputs[0]] = value
      input = node.outputs[0]
    }
    guard case .real(let real) = engine.values[input] else { throw QuantizedProblem(.unsupported) }
    return real
  }

  private mutating func store(
    unpooled pending: QONNXPending, _ quantizer: QONNXQuantizer, name: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    let base = pending.base
    switch base.kind {
    case .convolution(var convolution, let operand, _, let kind):
      let ranges = try engine.accumulatorRanges(convolution, operand)
      let proof = try requantization(pending, quantizer, over: ranges)
      convolution.requantization = proof
      let view = try engine.add(
        convolution, kind, operand, base, quantizer.output, proof.reachableCodes, name)
      return QuantizedReal(view: view, scale: quantizer.output)
    case .matrixProduct(var product, let first, let second, _):
      let products = QuantizedLowering.products(
        engine.builder[first.tensor].values, product.firstZeroPoint, engine.builder[second.tensor].values,
        product.secondZeroPoint)
      let largest = max(abs(products.lowerBound), abs(products.upperBound), 1)
      let depth = first.shape.channels
      guard depth <= Int(Int32.max) / largest else { throw QuantizedProblem(.accumulator, 0) }
      let range = products.lowerBound * depth...products.upperBound * depth
      let proof = try requantization(pending, quantizer, over: [range])
      product.requantization = proof
      return add(.matrixProduct(product), "matmul", [first, second], base, quantizer, proof.reachableCodes, name)
    case .average(let pooling, let operand, let input, _), .mean(let pooling, let operand, let input, _),
      .globalAverage(let pooling, let operand, let input, _):
      let (rules, _) = try rules(pending, quantizer, over: [ElementType.int32.range])
      let view = try engine.addSum(
        pooling, operand, input, rules[0], base, quantizer.output, quantizer.codes, name)
      return QuantizedReal(view: view, scale: quantizer.output)
    case .binary(let operation, let first, let second):
      return try store(operation, first, second, pending, quantizer, name: name)
    case .constant(let operation, let real, let constant, let codes, let isFirst):
      return try requantize(
        try combined(operation, real, constant, codes: codes, isFirst: isFirst, shape: base.shape), quantizer,
        name: name, node: base.node)
    case .concatenation(let parts, let axis):
      return try concatenate(parts, axis: axis, pending, quantizer, name: name)
    case .softmax: throw QuantizedProblem(.notQuantized, base.node)
    }
  }

  /// A quantizer on joined numbers: on each part by itself, before they are joined.
  private mutating func concatenate(
    _ parts: [QuantizedReal], axis: Int, _ pending: QONNXPending, _ quantizer: QONNXQuantizer, name: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    let base = pending.base
    guard pending.operators.isEmpty, quantizer.channels == 1 else { throw QuantizedProblem(.notQuantized, base.node) }
    var views: [QuantizedView] = []
    for part in parts {
      views.append(try requantize(part, quantizer, name: "\(name)_part", node: base.node).view)
    }
    var joined = try engine.joined(views, axis: axis, node: base.node, name: name)
    guard joined.layout == base.layout else { throw QuantizedProblem(.notQuantized, base.node) }
    joined.scale = quantizer.output
    return QuantizedReal(view: joined, scale: quantizer.output)
  }

  /// A pending layer whose functions were not noted, because nothing but a quantizer follows it.
  func pending(of base: QuantizedPending) throws(QuantizedProblem) -> QONNXPending {
    if let known = pendings[base.name] { return known }
    var function = QONNXFunction()
    switch base.kind {
    case .average(_, _, _, nil):
      throw QuantizedProblem(
        .window, "windows at the border average fewer elements: padding with count_include_pad of 0 is not supported")
    case .average(_, _, let input, let count?), .mean(_, _, let input, let count),
      .globalAverage(_, _, let input, let count):
      guard let scale = ExactNumber(input.scale) else { throw QuantizedProblem(.scale, input.scale, base.name) }
      function = QONNXFunction(unit: scale)
      function.divide(by: ExactNumber(count))
    case .convolution, .matrixProduct: throw QuantizedProblem(.notQuantized, base.node)
    case .binary, .constant, .softmax, .concatenation: break
    }
    return QONNXPending(base: base, functions: [function])
  }

  /// Most thresholds that the rules of one layer may have together.
  private static let mostThresholds = 1 << 22

  /// One rule for all channels where nothing differs between them, else one for each.
  private func rules(
    _ pending: QONNXPending, _ quantizer: QONNXQuantizer, over ranges: [ClosedRange<Int>]
  ) throws(QuantizedProblem) -> (rules: [RequantizationRule], ranges: [ClosedRange<Int>]) {
    let low = ranges.map(\.lowerBound).min() ?? 0
    let whole = low...(ranges.map(\.upperBound).max() ?? low)
    let count = max(pending.functions.count, quantizer.channels)
    guard count == 1 || ranges.count == count else {
      throw QuantizedProblem(.scaleCount, pending.base.name, count, ranges.count)
    }
    guard count * quantizer.codes.count <= Self.mostThresholds else {
      throw QuantizedProblem(
        .shape, "\(quantizer.codes.count) codes for each of \(count) channels are too many thresholds")
    }
    let ranges = count == 1 ? [whole] : ranges
    let rules = ranges.indices.map { channel in
      pending.functions[pending.functions.count == 1 ? 0 : channel].rule(
        quantizer, channel: channel, over: ranges[channel], clamp: quantizer.codes)
    }
    return (rules, ranges)
  }

  /// A requantization with its proof, of one rule or one for each channel.
  func requantization(
    _ pending: QONNXPending, _ quantizer: QONNXQuantizer, over ranges: [ClosedRange<Int>]
  ) throws(QuantizedProblem) -> Requantization {
    let transposed = pending.base.transposed
    let (rules, merged) = try rules(pending, quantizer, over: transposed?.joined(ranges) ?? ranges)
    return try engine.proven(
      transposed?.spread(rules) ?? rules, over: transposed?.spread(merged) ?? merged, clamp: quantizer.codes)
  }

  /// Adds a layer and its output.
  mutating func add(
    _ operation: Operation, _ kind: String, _ operands: [Operand], _ base: QuantizedPending,
    _ quantizer: QONNXQuantizer, _ values: ClosedRange<Int>, _ name: String
  ) -> QuantizedReal {
    let view = engine.add(operation, kind, operands, base, quantizer.output, values, name)
    return QuantizedReal(view: view, scale: quantizer.output)
  }
}
