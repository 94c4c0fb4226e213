import NetworkIR

extension Resolution {
  /// What the kernels do not do: a network with such a layer is not generated.
  mutating func checkKernel(of layer: Layer) {
    var limits = KernelLimits(layer, in: network)
    limits.check()
    for problem in limits.problems { report("DG0606", problem, layer: layer.name) }
  }
}

/// What a layer asks for that its kernel does not do.
struct KernelLimits {
  let layer: Layer
  let inputs: [Tensor]
  let output: Tensor
  /// Found so far.
  private(set) var problems: [String] = []

  /// Starts with nothing found.
  init(_ layer: Layer, in network: Network) {
    self.layer = layer
    inputs = layer.inputs.map { network[$0.tensor] }
    output = network[layer.output]
  }

  /// Records a problem where something that the kernel relies on does not hold.
  mutating func require(_ holds: Bool, _ problem: String) {
    if !holds { problems.append(problem) }
  }

  /// Checks the layer.
  mutating func check() {
    let operands = layer.operation.operands
    require(operands.contains(inputs.count), "\(inputs.count) operands, the kernel takes \(operands.upperBound)")
    guard problems.isEmpty else { return }
    switch layer.operation {
    case .convolution(let convolution): check(convolution)
    case .addition(let addition):
      checkElementwise()
      for rule in [addition.first, addition.second, addition.output] { checkShared(rule) }
      checkWords([addition.firstZeroPoint, addition.secondZeroPoint], "zero points")
    case .multiplication(let multiplication):
      checkElementwise()
      checkShared(multiplication.output)
      checkWords([multiplication.firstZeroPoint, multiplication.secondZeroPoint], "zero points")
    case .extremum(let extremum):
      checkElementwise()
      checkClamp(extremum.clamp)
    case .pairwise(let pairwise): check(pairwise)
    case .pooling(let pooling): check(pooling)
    case .rescale(let rule, let zeroPoint):
      checkElementwise()
      checkShared(rule)
      checkWords([zeroPoint], "zero point")
    case .lookup(let lookup): check(lookup)
    case .softmax:
      checkElementwise()
      require(
        inputs[0].type.bits == 8 && output.type.bits == 8,
        "softmax from \(inputs[0].type.rawValue) to \(output.type.rawValue), the kernel takes and gives 8 bits")
    case .tableSoftmax(let softmax): check(softmax)
    case .argumentMaximum: checkArgument()
    case .matrixProduct(let product): check(product)
    case .movement(let movement): check(movement)
    }
  }

  /// Operands and output have one shape.
  mutating func checkElementwise() {
    for operand in layer.inputs {
      require(operand.shape == output.shape, "an operand of \(operand.shape) for an output of \(output.shape)")
    }
  }

  /// All channels share one rule, whose codes the output holds.
  mutating func checkShared(_ rule: Requantization) {
    require(rule.coefficients.count == 1, "\(rule.coefficients.count) rules, the kernel takes 1")
    checkWords([rule.clamp.lowerBound, rule.clamp.upperBound], "bounds of a clamp")
  }

  /// The output's type holds all codes.
  mutating func checkClamp(_ clamp: ClosedRange<Int>) {
    require(
      output.type.range.contains(clamp.lowerBound) && output.type.range.contains(clamp.upperBound),
      "codes \(clamp.lowerBound)...\(clamp.upperBound) in an output of \(output.type.rawValue)")
  }

  /// Numbers that the C has as int32.
  mutating func checkWords(_ numbers: [Int], _ what: String) {
    for number in numbers { require(Int32(exactly: number) != nil, "\(what): \(number) does not fit 32 bits") }
  }
}

extension Operation {
  /// How many operands the kernel takes.
  fileprivate var operands: ClosedRange<Int> {
    switch self {
    case .convolution, .pooling, .rescale, .lookup, .softmax, .tableSoftmax, .argumentMaximum: 1...1
    case .addition, .multiplication, .extremum, .pairwise, .matrixProduct: 2...2
    case .movement: 1...2
    }
  }
}
