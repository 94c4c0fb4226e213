import NetworkIR

/// What a RequantShift, or one of the three that a RequantizedAdd has inside, does behind its factors and addends:
/// `clip(floor((x * factor + addend) / divisor + 1/2), levels)`.
///
/// Source: the forward pass of Quantlab's RequantShift and the integer kernels of Deeploy, which agree where the divisor
/// is a power of two.
struct RequantShiftAttributes {
  var divisor: Int
  var levels: ClosedRange<Int>

  /// Reads the attributes whose names begin with `prefix`: nothing, or `rqs1_` and the like. Throws the name of the one
  /// that is missing or out of range.
  init(_ node: GraphNode, prefix: String = "") throws(IntegerONNXProblem) {
    divisor = try node.integer(prefix + "div", in: 1...1 << 53)
    let counts = [prefix + "n_levels_out", prefix + "n_levels"].filter { node.attributes[$0] != nil }
    let count = try node.integer(counts.first ?? prefix + "n_levels", in: 2...1 << 31)
    let isSigned = try node.integer(prefix + "signed", in: 0...1) == 1
    levels = Self.codes(levels: count, isSigned: isSigned)
  }

  /// The codes that a number of levels stands for.
  static func codes(levels: Int, isSigned: Bool) -> ClosedRange<Int> {
    let least = isSigned ? -(levels / 2) : 0
    return least...least + levels - 1
  }

  /// What follows factor and addend.
  var steps: [RequantizationStep] { [.divide(by: divisor, rounding: .halfUp), .clamp(levels)] }
}

extension IntegerONNXLowering {
  /// `RequantShift`: ends the layer before it, whatever it is, or rescales a tensor.
  mutating func requantShift(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    guard let input = node.input(0) else { throw .unsupported }
    let attributes = try RequantShiftAttributes(node)
    let factors = try channelNumbers(node.input(1))
    let addends = try channelNumbers(node.input(2))
    let count = max(factors.numbers.count, addends.numbers.count)
    var chain = try growingChain(input, node, count: count)
    for constant in [factors, addends] where ![1, chain.shape.channels].contains(constant.numbers.count) {
      throw .notPerChannel(
        tensor: constant.tensor.name, dimensions: constant.tensor.dimensions ?? [], channels: chain.shape.channels)
    }
    try chain.append(factors: factors.numbers, addends: addends.numbers)
    try chain.divide(by: attributes.divisor)
    chain.round(.halfUp)
    chain.name = node.outputs[0]
    let clip = Clip(lower: attributes.levels.lowerBound, upper: attributes.levels.upperBound)
    return .stored(try store(chain, clip: clip, bits: attributes.levels.bits))
  }

  /// The numbers of a constant that holds one for each channel, in whatever dimension: one where all are the same.
  private func channelNumbers(
    _ name: String?
  ) throws(IntegerONNXProblem) -> (tensor: GraphTensor, numbers: [Int]) {
    let tensor = try constant(name)
    let dimensions = tensor.dimensions ?? []
    guard dimensions.count(where: { $0 != 1 }) <= 1 else {
      throw .notPerChannel(tensor: tensor.name, dimensions: dimensions, channels: tensor.elements)
    }
    return (tensor, try tensor.integers(in: Self.exactFloats).uniform)
  }

  /// `RequantizedAdd`: Deeploy's sum of two activations, each rescaled on its own, and the sum once more.
  mutating func requantizedAddition(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    guard let left = node.input(0), let right = node.input(1) else { throw .unsupported }
    func steps(_ prefix: String) throws(IntegerONNXProblem) -> [RequantizationStep] {
      let factor = try node.integer(prefix + "mul", in: Self.exactFloats)
      let addend = try node.integer(prefix + "add", in: Self.exactFloats)
      return [.affine(scale: factor, offset: addend)] + (try RequantShiftAttributes(node, prefix: prefix)).steps
    }
    // Stored first: `addend` sees the network as it was when its call began.
    let (leftView, rightView) = (try storedValue(of: left), try storedValue(of: right))
    let first = try addend(of: leftView, steps: steps("rqs1_"))
    let second = try addend(of: rightView, steps: steps("rqs2_"))
    var chain = try sum(first, second, node)
    let output = try RequantShiftAttributes(node, prefix: "rqsOut_")
    try chain.append(
      factors: [node.integer("rqsOut_mul", in: Self.exactFloats)],
      addends: [node.integer("rqsOut_add", in: Self.exactFloats)])
    try chain.divide(by: output.divisor)
    chain.round(.halfUp)
    let clip = Clip(lower: output.levels.lowerBound, upper: output.levels.upperBound)
    return .stored(try store(chain, clip: clip, bits: output.levels.bits))
  }
}

extension GraphNode {
  /// An attribute that holds one integer, written as a number or as a tensor of one element, of whatever type.
  ///
  /// - Throws: `IntegerONNXProblem.attribute` where it is absent, no integer or not in `allowed`.
  func integer(_ name: String, in allowed: ClosedRange<Int>) throws(IntegerONNXProblem) -> Int {
    let numbers: [Double]? =
      switch attributes[name] {
      case .int(let value): [Double(value)]
      case .float(let value): [Double(value)]
      case .ints(let values): values.map { Double($0) }
      case .floats(let values): values.map { Double($0) }
      case .tensor(let tensor): tensor.elements == 1 ? tensor.numbers : []
      case .string, nil: nil
      }
    let words = "one integer in \(allowed.lowerBound)...\(allowed.upperBound)"
    guard let numbers else { throw .attribute(name: name, found: "absent", allowed: words) }
    guard numbers.count == 1, let value = Int(exactly: numbers[0]), allowed.contains(value) else {
      throw .attribute(name: name, found: "\(numbers)", allowed: words)
    }
    return value
  }
}

extension [Int] {
  /// The first alone where all are the same.
  var uniform: [Int] {
    guard let first, allSatisfy({ $0 == first }) else { return self }
    return [first]
  }
}

extension ClosedRange<Int> {
  /// Bits of a two's complement number, or of an unsigned one where nothing is negative, that holds all of them.
  var bits: Int {
    if lowerBound >= 0 { return Int.bitWidth - upperBound.leadingZeroBitCount }
    let magnitude = Swift.max(upperBound, -(lowerBound + 1))
    return Int.bitWidth - Swift.max(magnitude, 0).leadingZeroBitCount + 1
  }
}
