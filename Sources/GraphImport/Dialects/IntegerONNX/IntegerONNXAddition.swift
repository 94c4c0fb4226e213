import NetworkIR

extension IntegerONNXLowering {
  /// One summand: a tensor of the network and the rule that scales it.
  struct Addend {
    var view: IntegerONNXView
    var requantization: Requantization
    var values: ClosedRange<Int>
  }

  /// `Add` or `Sub` of two activations, each with a factor of its own.
  mutating func addition(
    _ node: GraphNode, _ left: String, _ right: String
  ) throws(IntegerONNXProblem) -> IntegerONNXValue {
    if node.attributes["in1_rq"] != nil || node.attributes["in1_mul"] != nil {
      return try quantlabAddition(node, left, right)
    }
    let first = try addend(left)
    let second = try addend(right, isNegative: node.op == "Sub")
    return .chain(try sum(first, second, node))
  }

  /// The chain that begins with the sum of two summands.
  func sum(_ first: Addend, _ second: Addend, _ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXChain {
    guard first.view.dimensions == second.view.dimensions, first.view.shape == second.view.shape else {
      throw .shape("the summands have different dimensions, \(first.view.dimensions) and \(second.view.dimensions)")
    }
    let low = first.values.lowerBound + second.values.lowerBound
    let high = first.values.upperBound + second.values.upperBound
    let wide = ElementType.int32.range
    guard wide.contains(low), wide.contains(high) else { throw .accumulator(bound: max(abs(low), abs(high))) }
    return IntegerONNXChain(
      source: .addition(first.requantization, first.view.operand, second.requantization, second.view.operand),
      node: node.name, name: node.outputs[0], dimensions: first.view.dimensions, shape: first.view.shape,
      accumulators: [low...high])
  }

  private mutating func addend(_ name: String, isNegative: Bool = false) throws(IntegerONNXProblem) -> Addend {
    var steps: [RequantizationStep] = []
    var view: IntegerONNXView
    if case .chain(let chain) = try value(of: name), case .codes(let source) = chain.source, chain.divisor == 1,
      !chain.isRounded, chain.rules.count == 1
    {
      view = source
      steps = chain.rules[0].steps
    } else {
      view = try storedValue(of: name)
    }
    if isNegative { steps.append(.affine(scale: -1, offset: 0)) }
    return try addend(of: view, steps: steps)
  }

  /// A summand whose codes are scaled by some steps.
  func addend(of view: IntegerONNXView, steps: [RequantizationStep]) throws(IntegerONNXProblem) -> Addend {
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with an Add") }
    guard view.flattenedFrom == nil else { throw .shape("an Add behind a flattening is not supported") }
    let codes = builder[view.tensor].values
    let rule = RequantizationRule(steps)
    let wide = ElementType.int32.range
    guard let low = rule.evaluate(codes.lowerBound), let high = rule.evaluate(codes.upperBound),
      wide.contains(low), wide.contains(high)
    else { throw .factors }
    let requantization = try requantization([(steps, codes)], clamp: wide)
    return Addend(view: view, requantization: requantization, values: min(low, high)...max(low, high))
  }

  /// Quantlab's `Add` as DORY reads it: attributes say how each operand and the sum are rescaled, which ONNX ignores.
  ///
  ///     operand = clip(floor((x * in1_mul + in1_add) / 2^in1_shift), levels) where in1_rq is 1, else x
  ///     y = clip(floor((sum * out_mul + out_add) / 2^out_shift), levels) where out_rq is 1, else clip(sum, levels)
  ///
  /// Numbers 1 and 2 are the node's inputs in their order, whatever the tensors are called.
  private mutating func quantlabAddition(
    _ node: GraphNode, _ left: String, _ right: String
  ) throws(IntegerONNXProblem) -> IntegerONNXValue {
    // Stored first: `addend` sees the network as it was when its call began.
    let (leftView, rightView) = (try storedValue(of: left), try storedValue(of: right))
    let first = try addend(of: leftView, steps: quantlabSteps(node, "in1"))
    let second = try addend(of: rightView, steps: quantlabSteps(node, "in2"))
    var chain = try sum(first, second, node)
    if try node.integer("out_rq", in: 0...1) == 1 {
      let (factor, addend, divisor) = try quantlabFactors(node, "out")
      try chain.append(factors: [factor], addends: [addend])
      try chain.divide(by: divisor)
      chain.round(.floor)
    }
    let levels = try quantlabLevels(node, "out")
    return .stored(
      try store(chain, clip: Clip(lower: levels.lowerBound, upper: levels.upperBound), bits: levels.bits))
  }

  private func quantlabSteps(_ node: GraphNode, _ operand: String) throws(IntegerONNXProblem) -> [RequantizationStep] {
    guard try node.integer(operand + "_rq", in: 0...1) == 1 else { return [] }
    let (factor, addend, divisor) = try quantlabFactors(node, operand)
    return [
      .affine(scale: factor, offset: addend), .divide(by: divisor, rounding: .floor),
      .clamp(try quantlabLevels(node, operand)),
    ]
  }

  private func quantlabFactors(
    _ node: GraphNode, _ operand: String
  ) throws(IntegerONNXProblem) -> (factor: Int, addend: Int, divisor: Int) {
    (
      try node.integer(operand + "_mul", in: Self.exactFloats),
      try node.integer(operand + "_add", in: Self.exactFloats),
      1 << (try node.integer(operand + "_shift", in: 0...53))
    )
  }

  private func quantlabLevels(_ node: GraphNode, _ operand: String) throws(IntegerONNXProblem) -> ClosedRange<Int> {
    let count = try node.integer(operand + "_n_levels", in: 2...1 << 31)
    let signed = operand + "_signed"
    let isSigned = node.attributes[signed] == nil ? false : try node.integer(signed, in: 0...1) == 1
    return RequantShiftAttributes.codes(levels: count, isSigned: isSigned)
  }
}
