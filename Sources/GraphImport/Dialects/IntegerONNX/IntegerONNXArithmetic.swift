import NetworkIR

extension IntegerONNXLowering {
  /// `Mul`, `Add`, `Sub` and `Div` by constants continue a chain; of two activations they begin one.
  mutating func arithmetic(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    guard let left = node.input(0), let right = node.input(1) else { throw .unsupported }
    switch (isConstant(left), isConstant(right)) {
    case (false, true): return try scaling(node, activation: left, constant: right)
    case (true, false) where ["Add", "Mul"].contains(node.op):
      return try scaling(node, activation: right, constant: left)
    case (true, false) where node.op == "Sub":
      return try scaling(node, activation: right, constant: left, isReversed: true)
    case (false, false) where ["Add", "Sub"].contains(node.op): return try addition(node, left, right)
    case (false, false) where node.op == "Mul": return try multiplication(node, left, right)
    default: throw .unsupported
    }
  }

  private mutating func scaling(
    _ node: GraphNode, activation: String, constant name: String, isReversed: Bool = false
  ) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let tensor = try constant(name)
    let (numbers, denominator) = try tensor.fractions(in: Self.exactFloats, mayHaveFractions: node.op != "Div")
    var chain = try growingChain(activation, node, count: numbers.count)
    guard numbers.count == 1 || isPerChannel(tensor.dimensions ?? [], of: chain.dimensions),
      (tensor.dimensions ?? []).count <= chain.dimensions.count
    else {
      throw .notPerChannel(tensor: name, dimensions: tensor.dimensions ?? [], channels: chain.shape.channels)
    }
    switch node.op {
    case "Mul":
      try chain.append(factors: numbers, addends: [0])
      try chain.divide(by: denominator)
    case "Add": try chain.append(addends: numbers, denominator: denominator)
    case "Sub":
      if isReversed { try chain.append(factors: [-1], addends: [0]) }
      try chain.append(addends: isReversed ? numbers : numbers.map { -$0 }, denominator: denominator)
    default: try divide(&chain, by: numbers, of: tensor)
    }
    return .chain(chain)
  }

  private func divide(
    _ chain: inout IntegerONNXChain, by numbers: [Int], of tensor: GraphTensor
  ) throws(IntegerONNXProblem) {
    guard let number = numbers.first, number > 0, numbers.allSatisfy({ $0 == number }) else {
      let least = numbers.min() ?? 0
      throw .outOfRange(tensor: tensor.name, value: Double(least), element: 0, allowed: 1...(1 << 53))
    }
    let isInteger = tensor.type != .float32 && tensor.type != .float64
    guard !isInteger || chain.divisor == 1 else { throw .fraction(divisor: chain.divisor) }
    try chain.divide(by: profile == .dory ? Self.nearestPowerOfTwo(number) : number)
    // ONNX divides integers towards zero; DORY shifts.
    if isInteger { chain.round(truncation) }
  }

  /// How the profile cuts a fraction off where the file says "towards zero".
  private var truncation: RequantizationStep.Rounding { profile == .dory ? .floor : .truncate }

  /// `2^round(log2(number))`, the shift that DORY takes for a division; the number is in 1...2^53.
  private static func nearestPowerOfTwo(_ number: Int) -> Int {
    let exponent = Int.bitWidth - 1 - number.leadingZeroBitCount
    // log2 is at least exponent + 1/2 where the square is at least 2^(2 exponent + 1).
    let rounded = Int128(number) * Int128(number) >= Int128(1) << Int128(2 * exponent + 1) ? exponent + 1 : exponent
    return 1 << rounded
  }

  /// The chain that one more factor or addend may be put behind; begins a new one where the value was rounded already.
  mutating func growingChain(
    _ name: String, _ node: GraphNode, count: Int
  ) throws(IntegerONNXProblem) -> IntegerONNXChain {
    if case .chain(let chain) = try value(of: name), !chain.isRounded {
      switch chain.source {
      case .convolution, .codes: return chain
      // The other layers have one rule for all channels.
      case .sum, .addition, .product, .table:
        if count == 1 { return chain }
        guard chain.divisor == 1 else { throw .fraction(divisor: chain.divisor) }
      }
    }
    let view = try storedValue(of: name)
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    guard view.flattenedFrom == nil else { throw .shape("a \(node.op) behind a flattening is not supported") }
    return IntegerONNXChain(
      source: .codes(view), node: node.name, name: node.outputs[0], dimensions: view.dimensions, shape: view.shape,
      accumulators: [builder[view.tensor].values])
  }

  /// Whether a constant's dimensions, aligned at the end as ONNX broadcasts, vary along the channels only.
  private func isPerChannel(_ constant: [Int], of dimensions: [Int]) -> Bool {
    guard constant.count <= dimensions.count else { return false }
    let aligned = Array(repeating: 1, count: dimensions.count - constant.count) + constant
    return aligned.indices.allSatisfy { aligned[$0] == ($0 == 1 ? dimensions[1] : 1) }
  }

  /// `Floor`, `Cast`, `Clip` and `Relu`.
  mutating func rounding(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
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
  private func cast(_ node: GraphNode, _ input: IntegerONNXValue) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let type = GraphTensor.ScalarType(onnx: node.int("to", default: 0))
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
      chain.round(truncation)
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
  private mutating func clip(_ node: GraphNode, _ input: IntegerONNXValue) throws(IntegerONNXProblem) -> IntegerONNXView
  {
    let bounds: Clip
    if node.op == "Relu" {
      bounds = Clip(lower: 0, upper: nil)
    } else {
      bounds = Clip(lower: try bound(node, "min", input: 1), upper: try bound(node, "max", input: 2))
    }
    if let lower = bounds.lower, let upper = bounds.upper, lower > upper {
      throw .attribute(name: "min", found: "\(lower)", allowed: "at most max, \(upper),")
    }
    var chain: IntegerONNXChain
    switch input {
    case .chain(let found): chain = found
    case .stored, .refused: chain = try growingChain(node.input(0) ?? "", node, count: 1)
    }
    chain.name = node.outputs[0]
    return try store(chain, clip: bounds, bits: try declaredBits(node, bounds))
  }

  /// The width that a `Clip` declares for its output; nil where the dialect has none.
  private func declaredBits(_ node: GraphNode, _ bounds: Clip) throws(IntegerONNXProblem) -> Int? {
    guard dialect == .quantlab else { return nil }
    if node.attributes["out_bits"] != nil { return try node.integer("out_bits", in: 1...64) }
    guard let lower = bounds.lower, let upper = bounds.upper else { return nil }
    return (lower...upper).bits
  }

  /// One bound of a `Clip`, an attribute or an input; nil where it is absent or beyond all integers in use.
  private func bound(_ node: GraphNode, _ name: String, input: Int) throws(IntegerONNXProblem) -> Int? {
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
