import NetworkIR

extension IntegerONNXLowering {
  /// Deeploy's `iHardswish`: `y = x * clip(x + three, 0, six) * one_over_six`, a table of the 8-bit input.
  mutating func hardSwish(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let wide = ElementType.int32.range
    let three = try node.integer("three", in: wide)
    let six = try node.integer("six", in: 0...Int(Int32.max))
    let sixth = try node.integer("one_over_six", in: wide)
    return try table(node) { code in
      let (product, overflow) = (code * min(max(code + three, 0), six)).multipliedReportingOverflow(by: sixth)
      return overflow ? nil : product
    }
  }

  /// The products of the codes of two activations.
  mutating func multiplication(
    _ node: GraphNode, _ left: String, _ right: String
  ) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let first = try storedValue(of: left)
    let second = try storedValue(of: right)
    for view in [first, second] {
      guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a Mul") }
      guard view.flattenedFrom == nil else { throw .shape("a Mul behind a flattening is not supported") }
    }
    guard first.dimensions == second.dimensions, first.shape == second.shape else {
      throw .shape("the factors have different dimensions, \(first.dimensions) and \(second.dimensions)")
    }
    let (a, b) = (builder[first.tensor].values, builder[second.tensor].values)
    // Codes have 32 bits at most, so that no product overflows.
    let products = [
      a.lowerBound * b.lowerBound, a.lowerBound * b.upperBound, a.upperBound * b.lowerBound,
      a.upperBound * b.upperBound,
    ]
    let range = (products.min() ?? 0)...(products.max() ?? 0)
    let wide = ElementType.int32.range
    guard wide.contains(range.lowerBound), wide.contains(range.upperBound) else {
      throw .accumulator(bound: max(abs(range.lowerBound), abs(range.upperBound)))
    }
    return .chain(
      IntegerONNXChain(
        source: .product(first.operand, second.operand), node: node.name, name: node.outputs[0],
        dimensions: first.dimensions, shape: first.shape, accumulators: [range]))
  }

  /// A chain that begins with a function of each code of the input.
  private mutating func table(
    _ node: GraphNode, _ function: (Int) -> Int?
  ) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try storedValue(of: node.input(0))
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    let tensor = builder[view.tensor]
    guard tensor.type.bits <= 8 else {
      throw .valueRange(tensor.values, allowed: ElementType.int8.range)
    }
    let wide = ElementType.int32.range
    var table: [Int] = []
    for code in tensor.type.range {
      guard let value = function(code), wide.contains(value) else { throw .accumulator(bound: Int(Int32.max) + 1) }
      table.append(value)
    }
    let first = tensor.type.range.lowerBound
    let used = table[(tensor.values.lowerBound - first)...(tensor.values.upperBound - first)]
    var result = view
    result.dimensions = view.paddedDimensions
    return .chain(
      IntegerONNXChain(
        source: .table(result, table), node: node.name, name: node.outputs[0], dimensions: result.dimensions,
        shape: view.shape, accumulators: [(used.min() ?? 0)...(used.max() ?? 0)]))
  }
}
