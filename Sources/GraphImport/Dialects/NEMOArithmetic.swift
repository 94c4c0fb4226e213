import NetworkIR

extension NEMOLowering {
  /// `Mul`, `Add` and `Div` by constants continue a chain; `Add` of two activations begins one.
  mutating func arithmetic(_ node: GraphNode) throws(NEMOProblem) -> NEMOValue {
    guard let left = node.input(0), let right = node.input(1) else { throw .unsupported }
    switch (isConstant(left), isConstant(right)) {
    case (false, true): return try scaling(node, activation: left, constant: right)
    case (true, false) where node.op != "Div": return try scaling(node, activation: right, constant: left)
    case (false, false) where node.op == "Add": return try addition(node, left, right)
    default: throw .unsupported
    }
  }

  private mutating func scaling(
    _ node: GraphNode, activation: String, constant name: String
  ) throws(NEMOProblem) -> NEMOValue {
    let tensor = try constant(name)
    let numbers = try tensor.integers(in: Self.exactFloats)
    var chain = try growingChain(activation, node, count: numbers.count)
    guard numbers.count == 1 || isPerChannel(tensor.dimensions ?? [], of: chain.dimensions),
      (tensor.dimensions ?? []).count <= chain.dimensions.count
    else {
      throw .notPerChannel(tensor: name, dimensions: tensor.dimensions ?? [], channels: chain.shape.channels)
    }
    switch node.op {
    case "Mul": try chain.append(factors: numbers, addends: [0])
    case "Add": try chain.append(factors: [1], addends: numbers)
    default:
      guard let number = numbers.first, number > 0, numbers.allSatisfy({ $0 == number }) else {
        let least = numbers.min() ?? 0
        throw .outOfRange(tensor: name, value: Double(least), element: 0, allowed: 1...(1 << 53))
      }
      let isInteger = tensor.type != .float32 && tensor.type != .float64
      guard !isInteger || chain.divisor == 1 else { throw .fraction(divisor: chain.divisor) }
      try chain.divide(by: number)
      // ONNX divides integers towards zero.
      if isInteger { chain.round(.truncate) }
    }
    return .chain(chain)
  }

  /// The chain that one more factor or addend may be put behind; begins a new one where the value was rounded already.
  private mutating func growingChain(
    _ name: String, _ node: GraphNode, count: Int
  ) throws(NEMOProblem) -> NEMOChain {
    if case .chain(let chain) = try value(of: name), !chain.isRounded {
      switch chain.source {
      case .convolution, .codes: return chain
      // The other layers have one rule for all channels.
      case .sum, .addition:
        if count == 1 { return chain }
        guard chain.divisor == 1 else { throw .fraction(divisor: chain.divisor) }
      }
    }
    let view = try storedValue(of: name)
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    guard view.flattenedFrom == nil else { throw .shape("a \(node.op) behind a flattening is not supported") }
    return NEMOChain(
      source: .codes(view), node: node.name, name: node.outputs[0], dimensions: view.dimensions, shape: view.shape,
      accumulators: [builder[view.tensor].values])
  }

  /// Whether a constant's dimensions, aligned at the end as ONNX broadcasts, vary along the channels only.
  private func isPerChannel(_ constant: [Int], of dimensions: [Int]) -> Bool {
    guard constant.count <= dimensions.count else { return false }
    let aligned = Array(repeating: 1, count: dimensions.count - constant.count) + constant
    return aligned.indices.allSatisfy { aligned[$0] == ($0 == 1 ? dimensions[1] : 1) }
  }

  /// The sum of two activations, each with a factor of its own.
  private mutating func addition(_ node: GraphNode, _ left: String, _ right: String) throws(NEMOProblem) -> NEMOValue {
    let first = try addend(left)
    let second = try addend(right)
    guard first.view.dimensions == second.view.dimensions, first.view.shape == second.view.shape else {
      throw .shape("the summands have different dimensions, \(first.view.dimensions) and \(second.view.dimensions)")
    }
    let low = first.values.lowerBound + second.values.lowerBound
    let high = first.values.upperBound + second.values.upperBound
    let wide = ElementType.int32.range
    guard wide.contains(low), wide.contains(high) else { throw .accumulator(bound: max(abs(low), abs(high))) }
    return .chain(
      NEMOChain(
        source: .addition(
          first.requantization, first.view.operand, second.requantization, second.view.operand),
        node: node.name, name: node.outputs[0], dimensions: first.view.dimensions, shape: first.view.shape,
        accumulators: [low...high]))
  }

  /// One summand: a tensor of the network and the rule that scales it.
  private struct Addend {
    var view: NEMOView
    var requantization: Requantization
    var values: ClosedRange<Int>
  }

  private mutating func addend(_ name: String) throws(NEMOProblem) -> Addend {
    var steps: [RequantizationStep] = []
    var view: NEMOView
    if case .chain(let chain) = try value(of: name), case .codes(let source) = chain.source, chain.divisor == 1,
      !chain.isRounded, chain.rules.count == 1
    {
      view = source
      steps = chain.rules[0].steps
    } else {
      view = try storedValue(of: name)
    }
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with an Add") }
    guard view.flattenedFrom == nil else { throw .shape("an Add behind a flattening is not supported") }
    let codes = builder[view.tensor].values
    let rule = RequantizationRule(steps)
    let wide = ElementType.int32.range
    guard let low = rule.evaluate(codes.lowerBound), let high = rule.evaluate(codes.upperBound),
      wide.contains(low), wide.contains(high)
    else { throw .factors }
    let requantization = try requantization([(steps, codes)], clamp: wide)
    view.dimensions = view.paddedDimensions
    return Addend(view: view, requantization: requantization, values: min(low, high)...max(low, high))
  }

  /// `Floor`, `Cast`, `Clip` and `Relu`.
  mutating func rounding(_ node: GraphNode) throws(NEMOProblem) -> NEMOValue {
    let input = try value(of: node.input(0))
    switch node.op {
    case "Floor":
      guard case .chain(var chain) = input else { return input }
      chain.round(.floor)
      return .chain(chain)
    case "Cast": return try cast(node, input)
    default: return .stored(try clip(node, input))
    }
  }

  /// A `Cast` changes nothing but a fraction that becomes an integer; integers must fit the type.
  private func cast(_ node: GraphNode, _ input: NEMOValue) throws(NEMOProblem) -> NEMOValue {
    let type = GraphTensor.ScalarType(onnx: Int32(truncatingIfNeeded: node.int("to", default: 0)))
    var result = input
    let allowed: ClosedRange<Int>
    switch type {
    case .float32, .float64: return input
    case .int8, .uint8, .int16, .uint16, .int32:
      guard let range = ElementType(rawValue: type.rawValue)?.range else { return input }
      allowed = range
    case .uint32: allowed = 0...Int(UInt32.max)
    case .int64: allowed = Int.min...Int.max
    default: throw .attribute(name: "to", found: type.rawValue, allowed: "float or an integer type")
    }
    var values: ClosedRange<Int>
    switch input {
    case .stored(let view): values = builder[view.tensor].values
    case .chain(var chain):
      if chain.divisor > 1 { chain.name = node.outputs[0] }
      chain.round(.truncate)
      values = try chain.values()
      result = .chain(chain)
    case .refused: return input
    }
    guard allowed.contains(values.lowerBound), allowed.contains(values.upperBound) else {
      throw .valueRange(values, allowed: allowed)
    }
    return result
  }

  /// `Clip` and `Relu` end the chain that they stand behind.
  private mutating func clip(_ node: GraphNode, _ input: NEMOValue) throws(NEMOProblem) -> NEMOView {
    let bounds: Clip
    if node.op == "Relu" {
      bounds = Clip(lower: 0, upper: nil)
    } else {
      bounds = Clip(lower: try bound(node, "min", input: 1), upper: try bound(node, "max", input: 2))
    }
    if let lower = bounds.lower, let upper = bounds.upper, lower > upper {
      throw .attribute(name: "min", found: "\(lower)", allowed: "at most max, \(upper),")
    }
    var chain: NEMOChain
    switch input {
    case .chain(let found): chain = found
    case .stored, .refused: chain = try growingChain(node.input(0) ?? "", node, count: 1)
    }
    chain.name = node.outputs[0]
    return try store(chain, clip: bounds)
  }

  /// One bound of a `Clip`, an attribute or an input; nil where it is absent or beyond all integers in use.
  private func bound(_ node: GraphNode, _ name: String, input: Int) throws(NEMOProblem) -> Int? {
    if let value = node.float(name) {
      guard value.isFinite else { throw .attribute(name: name, found: "\(value)", allowed: "a finite number") }
      guard abs(value) < 0x1p53 else { return nil }
      guard let bound = Int(exactly: value) else {
        throw .attribute(name: name, found: "\(value)", allowed: "an integer")
      }
      return bound
    }
    guard let tensor = node.input(input) else { return nil }
    let numbers = try constant(tensor).integers(in: Self.exactFloats)
    guard numbers.count == 1 else { throw .attribute(name: name, found: "\(numbers)", allowed: "one number") }
    return numbers[0]
  }
}
