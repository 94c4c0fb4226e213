import NetworkIR

extension QuantizedLowering {
  /// A float function of one activation: part of the clamp of the layer before it, or of a table.
  mutating func function(_ node: GraphNode, _ function: QuantizedFunction) throws(QuantizedProblem) -> QuantizedValue {
    if function == .clip, case .codes(let view) = try value(node.input(0)) { return .codes(try limited(view, node)) }
    let parameters = try parameters(node, function)
    if case .pending(var pending) = try value(node.input(0)) {
      let bounds: (lower: Float, upper: Float)
      switch function {
      case .relu: bounds = (0, .infinity)
      case .clip: bounds = (parameters.lower, parameters.upper)
      default: throw QuantizedProblem(.fusedActivation, node.plainOp, pending.node)
      }
      // A clamp behind a clamp.
      pending.lower = min(max(pending.lower, bounds.lower), bounds.upper)
      pending.upper = min(max(pending.upper, bounds.lower), bounds.upper)
      pending.name = node.outputs.first ?? ""
      return .pending(pending)
    }
    let real = try narrow(real(node, 0))
    return .real(real.mapped { $0.map { function($0, parameters) } })
  }

  /// `PRelu`: the slope is one number, or one for each channel.
  mutating func parametricRelu(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let real = try narrow(real(node, 0))
    let (slopes, dimensions) = try floats(node, 1)
    let spread = try spread(node, real.view, dimensions)
    return .real(
      try real.combined(with: spread.order.map { slopes[$0] }, spread) { $0 >= 0 ? $0 : $1 * $0 })
  }

  /// `QLinearLeakyRelu` and `QLinearSigmoid`.
  mutating func codeFunction(
    _ node: GraphNode, _ function: QuantizedFunction
  ) throws(QuantizedProblem) -> QuantizedValue {
    let view = try codes(node, 0)
    let input = try scale(node, scale: 1, zeroPoint: 2, type: builder[view.tensor].type)
    let output = try scale(node, scale: 3, zeroPoint: 4, type: nil)
    let parameters = try parameters(node, function)
    let real = try narrow(QuantizedReal(view: view, scale: input)).mapped { $0.map { function($0, parameters) } }
    return .codes(try quantize(real, to: output, name: node.outputs.first ?? "", node: node.name))
  }

  /// One activation and a constant, in float32.
  mutating func numbers(
    _ node: GraphNode, _ operands: [QuantizedValue]
  ) throws(QuantizedProblem) -> QuantizedValue {
    let activation = operands.firstIndex { if case .real = $0 { true } else { false } }
    guard let activation, case .real(let found) = operands[activation] else {
      throw QuantizedProblem(.float, node.input(0) ?? "")
    }
    guard let operation = Self.arithmetic(node.plainOp) else { throw QuantizedProblem(.unsupported) }
    let real = try narrow(found)
    let (constants, dimensions) = try floats(node, 1 - activation)
    let spread = try spread(node, real.view, dimensions)
    let numbers = spread.order.map { constants[$0] }
    return .real(
      try real.combined(with: numbers, spread) { activation == 0 ? operation($0, $1) : operation($1, $0) })
  }

  /// Two functions of the same codes, in float32, as in `x * sigmoid(x)`.
  mutating func numbers(
    _ node: GraphNode, _ first: QuantizedReal, _ second: QuantizedReal
  ) throws(QuantizedProblem) -> QuantizedValue {
    guard let operation = Self.arithmetic(node.plainOp) else { throw QuantizedProblem(.unsupported) }
    let (one, other) = (try narrow(first), try narrow(second))
    let tables = [one.numbers, other.numbers]
    guard one.shape == other.shape || one.shape == nil || other.shape == nil else {
      throw QuantizedProblem(.unsupported)
    }
    let count = max(tables[0].count, tables[1].count)
    var result = one
    result.shape = one.shape ?? other.shape
    result.tables = (0..<count).map { channel in
      let pair = tables.map { $0[$0.count == 1 ? 0 : channel] }
      return zip(pair[0], pair[1]).map { operation($0, $1) }
    }
    return .real(result)
  }

  private static func arithmetic(_ op: String) -> ((Float, Float) -> Float)? {
    switch op {
    case "Add": { $0 + $1 }
    case "Sub": { $0 - $1 }
    case "Mul": { $0 * $1 }
    case "Div": { $0 / $1 }
    case "Max": { max($0, $1) }
    case "Min": { min($0, $1) }
    default: nil
    }
  }

  /// Only codes of 8 bits or fewer have tables.
  func narrow(_ real: QuantizedReal) throws(QuantizedProblem) -> QuantizedReal {
    guard real.scale.type.bits <= 8 else { throw QuantizedProblem(.precision, real.scale.type.rawValue) }
    return real
  }

  private mutating func floats(
    _ node: GraphNode, _ index: Int
  ) throws(QuantizedProblem) -> (numbers: [Float], dimensions: [Int]) {
    let name = node.input(index) ?? ""
    switch try value(name) {
    case .dequantizedConstant(let constant): return (constant.numbers, constant.dimensions)
    case .constant(let constant):
      guard let floats = constant.floats else {
        throw QuantizedProblem(.constantType, "constant", name, constant.type.rawValue, "a float type")
      }
      return (floats, constant.dimensions)
    default: throw QuantizedProblem(.notConstant, "operand", name)
    }
  }

  private mutating func parameters(
    _ node: GraphNode, _ function: QuantizedFunction
  ) throws(QuantizedProblem) -> QuantizedFunction.Parameters {
    var parameters = QuantizedFunction.Parameters(
      alpha: node.float("alpha"), beta: node.float("beta"), gamma: node.float("gamma"))
    parameters.approximation = node.string("approximate") ?? "none"
    guard function == .clip else { return parameters }
    parameters.lower = try bound(node, "min", input: 1) ?? -.infinity
    parameters.upper = try bound(node, "max", input: 2) ?? .infinity
    guard parameters.lower <= parameters.upper else {
      throw QuantizedProblem(.attribute, "min", parameters.lower, "at most max, \(parameters.upper),")
    }
    return parameters
  }

  /// One bound of a `Clip`, an attribute or an input, which may stand behind a DequantizeLinear; nil where it is absent.
  private mutating func bound(_ node: GraphNode, _ name: String, input: Int) throws(QuantizedProblem) -> Float? {
    if let value = node.float(name) { return value }
    guard node.input(input) != nil else { return nil }
    let numbers = try floats(node, input).numbers
    guard numbers.count == 1 else { throw QuantizedProblem(.attribute, name, "\(numbers)", "one number") }
    return numbers[0]
  }
}

// MARK: - Constants along one dimension

extension QuantizedLowering {
  /// How the elements of a constant meet those of an activation.
  struct Spread {
    var view: QuantizedView
    /// The shape whose channels the constant runs along; nil for a single number.
    var shape: Shape?
    /// For each channel, or for all, the element of the constant.
    var order: [Int]
  }

  /// Channels that a table of their own may have: more take more memory than any target has.
  static let mostTables = 1 << 14

  /// Finds the one dimension along which a constant varies, and brings it innermost.
  mutating func spread(
    _ node: GraphNode, _ view: QuantizedView, _ constant: [Int]
  ) throws(QuantizedProblem) -> Spread {
    let rank = view.dimensions.count
    if constant.allSatisfy({ $0 == 1 }), constant.count <= rank { return Spread(view: view, order: [0]) }
    let wide = Array(repeating: 1, count: max(rank - constant.count, 0)) + constant
    let varying = wide.indices.filter { wide[$0] != 1 }
    guard wide.count == rank, varying.count == 1, wide[varying[0]] == view.dimensions[varying[0]] else {
      throw QuantizedProblem(
        .shape, "a constant of dimensions \(constant) must be one number or vary along one of \(view.dimensions)")
    }
    let channels = view.dimensions[varying[0]]
    guard channels <= Self.mostTables else {
      throw QuantizedProblem(.shape, "\(channels) tables are needed, but at most \(Self.mostTables) are supported")
    }
    let innermost = try innermost(view, axis: varying[0], node: node.name)
    return Spread(view: innermost.view, shape: innermost.operand.shape, order: innermost.order)
  }
}

extension QuantizedReal {
  /// Another function of the same codes.
  func mapped(_ change: ([Float]) -> [Float]) -> QuantizedReal {
    var result = self
    result.tables = numbers.map(change)
    return result
  }

  /// A function with one number, or one for each channel of the spread's shape.
  fileprivate func combined(
    with constants: [Float], _ spread: QuantizedLowering.Spread, _ operation: (Float, Float) -> Float
  ) throws(QuantizedProblem) -> QuantizedReal {
    let numbers = numbers
    guard numbers.count == 1 || constants.count == 1 || shape == spread.shape else {
      throw QuantizedProblem(.shape, "constants vary along different dimensions of one function")
    }
    var result = self
    result.view = spread.view
    result.shape = spread.shape ?? shape
    result.tables = (0..<max(numbers.count, constants.count)).map { channel in
      let constant = constants[constants.count == 1 ? 0 : channel]
      return numbers[numbers.count == 1 ? 0 : channel].map { operation($0, constant) }
    }
    return result
  }
}
