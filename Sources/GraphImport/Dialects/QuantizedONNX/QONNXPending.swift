import NetworkIR

/// A layer whose codes wait for a quantizer, and what the file computes of its accumulators before that.
struct QONNXPending: Sendable {
  /// The layer, and the layout of its output.
  var base: QuantizedPending
  /// Of the accumulators, or of the sum of two activations in numbers: one for all channels, or one for each.
  var functions: [QONNXFunction]
  /// What follows the layer, for the report where nothing quantizes it.
  var operators: [String] = []
  /// Maximum poolings among them: the greatest number has the greatest code, so that codes are pooled instead.
  var pools: [GraphNode] = []

  /// The functions as data for the border; nil where they are no linear functions of doubles.
  var affineTail: AffineTail? {
    guard pools.isEmpty, functions.allSatisfy(\.isAffine), [1, base.shape.channels].contains(functions.count)
    else { return nil }
    let tail = AffineTail(
      scales: functions.map(\.slope), offsets: functions.map(\.offset),
      offsetMagnitudes: functions.map(\.offsetMagnitude), operators: operators.count)
    let isFinite = (tail.scales + tail.offsetMagnitudes).allSatisfy(\.isFinite)
    return isFinite ? tail : nil
  }

  /// Applies a step to every channel, after giving each a function of its own where `count` is not 1.
  mutating func append(
    count: Int = 1, _ node: GraphNode, _ step: (inout QONNXFunction, Int) -> Void
  ) throws(QuantizedProblem) {
    if functions.count == 1, count > 1 { functions = Array(repeating: functions[0], count: count) }
    for channel in functions.indices {
      let wasFalling = functions[channel].isFalling
      step(&functions[channel], channel)
      guard functions[channel].isShort else {
        throw QuantizedProblem(
          .shape, "the factors in front of the quantizer are longer than \(QONNXFunction.mostBits) bits")
      }
      guard pools.isEmpty || functions[channel].isFalling == wasFalling else {
        throw QuantizedProblem(.notQuantized, pools[0].name)
      }
    }
    operators.append(node.plainOp)
    base.name = node.outputs.first ?? base.name
  }
}

extension QONNXLowering {
  /// A convolution or product of dequantized codes; a float bias is left to the function of its accumulators.
  mutating func layer(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    var bare = node
    bare.inputs = Array(node.inputs.prefix(2))
    let first = try engine.dequantized(node, 0)
    let value = try engine.evaluate(bare, isTail: false)
    guard case .pending(let base)? = value.first, let input = ExactNumber(first.scale.scale),
      let alpha = ExactNumber(node.plainOp == "Gemm" ? node.float("alpha") ?? 1 : 1)
    else { throw QuantizedProblem(.unsupported) }
    var units: [ExactNumber] = []
    for scale in try secondScales(node) {
      guard let scale = ExactNumber(scale) else { throw QuantizedProblem(.scale, "infinite", node.input(1) ?? "") }
      units.append(input * scale * alpha)
    }
    var pending = QONNXPending(base: base, functions: units.map { QONNXFunction(unit: $0) })
    if node.plainOp != "MatMul", node.input(2) != nil {
      let axis = node.plainOp.hasPrefix("Conv") ? 1 : nil
      let bias = try channelNumbers(node, 2, of: base, axis: axis)
      try pending.append(count: bias.count, node) { function, channel in
        function.append(factor: .one, addend: bias[bias.count == 1 ? 0 : channel])
      }
      pending.operators = ["Add of the bias"]
    }
    return remember(pending, as: node)
  }

  /// What one step of the second operand's codes stands for, for each output or for all.
  private mutating func secondScales(_ node: GraphNode) throws(QuantizedProblem) -> [Float] {
    switch try engine.value(node.input(1)) {
    case .real(let real): [real.scale.scale]
    case .dequantizedConstant(let constant) where node.plainOp == "ConvTranspose":
      try engine.ordinary(constant, node, 1).scales
    case .dequantizedConstant(let constant): constant.scales
    default: throw QuantizedProblem(.floatWeights, node.input(1) ?? "")
    }
  }

  /// An operator on numbers that are known from accumulators.
  mutating func follow(_ node: GraphNode, _ name: String) throws(QuantizedProblem) -> QuantizedValue {
    guard var pending = pendings[name] else { throw QuantizedProblem(.unsupported) }
    guard let known = QONNXOperator(node) else { throw QuantizedProblem(.notQuantized, pending.base.node) }
    switch known {
    case .relu: try pending.append(node) { function, _ in function.clip(.zero, nil) }
    case .clip:
      let bounds = [try bound(node, "min", 1), try bound(node, "max", 2)]
      if let lower = bounds[0], let upper = bounds[1], (upper - lower).signum < 0 {
        throw QuantizedProblem(.attribute, "min", lower.approximation, "at most max")
      }
      try pending.append(node) { function, _ in function.clip(bounds[0], bounds[1]) }
    case .leakyRelu:
      let slope = try slope(node.float("alpha") ?? 0.01)
      try pending.append(node) { function, _ in function.leak(slope: slope) }
    case .parametricRelu:
      var slopes: [ExactNumber] = []
      for number in try channelFloats(node, 1, of: pending.base, axis: nil) { slopes.append(try slope(number)) }
      try pending.append(count: slopes.count, node) { function, channel in
        function.leak(slope: slopes[slopes.count == 1 ? 0 : channel])
      }
    case .negative: try pending.append(node) { function, _ in function.append(factor: -.one, addend: .zero) }
    case .add, .subtract, .multiply, .divide: try arithmetic(&pending, node, name)
    case .normalisation: try normalise(&pending, node)
    case .maximumPooling:
      pending.pools.append(node)
      pending.operators.append(node.plainOp)
    case .identity, .dropout: break
    case .reshape, .flatten, .squeeze, .unsqueeze, .transpose:
      guard pending.pools.isEmpty, case .pending(let base)? = try engine.evaluate(node, isTail: false).first else {
        throw QuantizedProblem(.notQuantized, pending.base.node)
      }
      pending.base = base
    case .quant, .intQuant, .bipolarQuant, .trunc, .multiThreshold: throw QuantizedProblem(.unsupported)
    }
    return remember(pending, as: node)
  }

  /// Notes the functions of a layer under the name of a node's output.
  func named(_ pending: QONNXPending, _ node: GraphNode) -> QONNXPending {
    var result = pending
    result.base.name = node.outputs.first ?? ""
    return result
  }

  mutating func remember(_ pending: QONNXPending, as node: GraphNode) -> QuantizedValue {
    let pending = named(pending, node)
    pendings[pending.base.name] = pending
    return .pending(pending.base)
  }

  private func slope(_ number: Float) throws(QuantizedProblem) -> ExactNumber {
    guard number >= 0, let slope = ExactNumber(number) else {
      throw QuantizedProblem(.attribute, "alpha", number, "a number from 0 on")
    }
    return slope
  }

  private mutating func bound(
    _ node: GraphNode, _ name: String, _ index: Int
  ) throws(QuantizedProblem) -> ExactNumber? {
    var number = node.float(name)
    if number == nil { number = try engine.constant(node, index, name)?.floats?.first }
    // An infinite bound is none.
    return number.flatMap { ExactNumber($0) }
  }

  private mutating func arithmetic(
    _ pending: inout QONNXPending, _ node: GraphNode, _ name: String
  ) throws(QuantizedProblem) {
    let isFirst = node.input(0) == name
    let numbers = try channelNumbers(node, isFirst ? 1 : 0, of: pending.base, axis: nil)
    guard node.plainOp != "Div" || isFirst && numbers.allSatisfy({ $0.signum != 0 }) else {
      throw QuantizedProblem(.shape, "only the division by a constant that is not 0 is supported here")
    }
    try pending.append(count: numbers.count, node) { function, channel in
      let number = numbers[numbers.count == 1 ? 0 : channel]
      switch node.plainOp {
      case "Add": function.append(factor: .one, addend: number)
      case "Sub": function.append(factor: isFirst ? .one : -.one, addend: isFirst ? -number : number)
      case "Mul": function.append(factor: number, addend: .zero)
      default: function.divide(by: number)
      }
    }
  }

  /// `(x - mean) * (scale / sqrt(variance + epsilon)) + bias`: the quotient is rounded to a double, all else is exact.
  private mutating func normalise(_ pending: inout QONNXPending, _ node: GraphNode) throws(QuantizedProblem) {
    let parameters = try (1...4).map { index throws(QuantizedProblem) in
      try channelFloats(node, index, of: pending.base, axis: 1)
    }
    let epsilon = Double(node.float("epsilon") ?? 1e-5)
    let count = parameters.map(\.count).max() ?? 1
    func number(_ index: Int, _ channel: Int) -> Double {
      Double(parameters[index][parameters[index].count == 1 ? 0 : channel])
    }
    var steps: [(mean: ExactNumber, factor: ExactNumber, bias: ExactNumber)] = []
    for channel in 0..<count {
      guard let mean = ExactNumber(number(2, channel)), let bias = ExactNumber(number(1, channel)),
        let factor = ExactNumber(number(0, channel) / (number(3, channel) + epsilon).squareRoot())
      else { throw QuantizedProblem(.shape, "channel \(channel) of the normalisation has no finite factor") }
      steps.append((mean, factor, bias))
    }
    try pending.append(count: count, node) { function, channel in
      let step = steps[steps.count == 1 ? 0 : channel]
      function.append(factor: .one, addend: -step.mean)
      function.append(factor: step.factor, addend: step.bias)
    }
  }

  // MARK: - Constants by channel

  /// As `channelFloats`, exactly.
  private mutating func channelNumbers(
    _ node: GraphNode, _ index: Int, of base: QuantizedPending, axis: Int?
  ) throws(QuantizedProblem) -> [ExactNumber] {
    var numbers: [ExactNumber] = []
    for float in try channelFloats(node, index, of: base, axis: axis) {
      guard let number = ExactNumber(float) else {
        throw QuantizedProblem(.shape, "constant '\(node.input(index) ?? "")' holds \(float), which is no number")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The floats of a constant input: one for all channels of a layer, or one for each in the order of the layer. A vector
  /// runs along `axis`; nil: it is aligned at the end, as ONNX broadcasts.
  mutating func channelFloats(
    _ node: GraphNode, _ index: Int, of base: QuantizedPending, axis: Int?
  ) throws(QuantizedProblem) -> [Float] {
    let name = node.input(index) ?? ""
    let (floats, given) = try floats(name)
    guard floats.count != 1 else { return floats }
    let rank = base.layout.dimensions.count
    var dimensions = given
    if let axis, given.count == 1 {
      dimensions = Array(repeating: 1, count: max(rank - axis, 1))
      dimensions[0] = given[0]
    }
    let varying = dimensions.indices.filter { dimensions[$0] != 1 }
    let channels = base.shape.channels
    guard dimensions.count <= rank, varying.count == 1, floats.count == channels,
      base.layout.dimensions[varying[0] + rank - dimensions.count] == channels
    else {
      throw QuantizedProblem(
        .shape,
        "constant '\(name)' of dimensions \(given) is neither one number nor one for each of \(channels) channels")
    }
    var result = floats
    for (number, channel) in base.layout.offsets(along: varying[0] + rank - dimensions.count).enumerated() {
      guard floats.indices.contains(channel) else {
        throw QuantizedProblem(.shape, "constant '\(name)' does not vary along the channels of the layer before")
      }
      result[channel] = floats[number]
    }
    return result
  }
}
