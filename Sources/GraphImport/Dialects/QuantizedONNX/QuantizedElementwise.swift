import NetworkIR

extension QuantizedBinary {
  /// The operation of a float operator's name.
  init?(_ op: String) {
    switch op {
    case "Add": self = .add
    case "Sub": self = .subtract
    case "Mul": self = .multiply
    case "Max": self = .maximum
    case "Min": self = .minimum
    default: return nil
    }
  }
}

extension QuantizedLowering {
  /// `QLinearAdd` and `QLinearMul`; either operand may be a constant.
  mutating func codeElementwise(
    _ node: GraphNode, _ operation: QuantizedBinary
  ) throws(QuantizedProblem) -> QuantizedValue {
    var operands: [QuantizedValue] = []
    for index in [0, 3] {
      switch try value(node.input(index)) {
      case .codes(var view):
        let scale = try scale(node, scale: index + 1, zeroPoint: index + 2, type: builder[view.tensor].type)
        view.scale = scale
        operands.append(.real(QuantizedReal(view: view, scale: scale)))
      case .constant(let constant):
        operands.append(
          .dequantizedConstant(
            try quantizedConstant(constant, node.input(index) ?? "", node, scale: index + 1)))
      default: throw QuantizedProblem(.float, node.input(index) ?? "")
      }
    }
    let output = try scale(node, scale: 6, zeroPoint: 7, type: nil)
    let result = try elementwise(node, operation, operands[0], operands[1])
    return .codes(try quantize(result, node, to: output))
  }

  /// `Add`, `Sub`, `Mul`, `Div`, `Max`, `Min` and `Pow` of floats, from the first two inputs.
  mutating func elementwise(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let operands = [try value(node.input(0)), try value(node.input(1))]
    guard node.inputs.count == 2 else {
      throw QuantizedProblem(.shape, "the operator has \(node.inputs.count) inputs, but 2 are supported")
    }
    if node.plainOp == "Add", let sum = try biasAddition(node, operands) { return sum }
    for (index, operand) in operands.enumerated() {
      if case .pending(let pending) = operand { throw QuantizedProblem(.fusedActivation, node.plainOp, pending.node) }
      if case .codes = operand { throw QuantizedProblem(.float, node.inputs[index]) }
    }
    if let operation = QuantizedBinary(node.plainOp) {
      if case .real(let first) = operands[0], case .real(let second) = operands[1], first.view == second.view {
        return try numbers(node, first, second)
      }
      let isExactTable = operands.contains { if case .constant = $0 { true } else { false } }
      if !isExactTable { return try elementwise(node, operation, operands[0], operands[1]) }
    }
    return try numbers(node, operands)
  }

  /// A dequantized or float constant added to a product: its bias.
  private mutating func biasAddition(
    _ node: GraphNode, _ operands: [QuantizedValue]
  ) throws(QuantizedProblem) -> QuantizedValue? {
    for (index, operand) in operands.enumerated() {
      guard case .pending(var pending) = operand, pending.isUnbounded,
        case .convolution(var convolution, let source, let units, let kind) = pending.kind,
        convolution.bias.allSatisfy({ $0 == 0 })
      else { continue }
      let other = 1 - index
      guard let sizes = try value(node.input(other)).dimensions else { continue }
      // Along the channels and no other dimension.
      let channels = pending.layout.innermostAxis(of: convolution.outputChannels)
      let wide = Array(repeating: 1, count: max(pending.layout.dimensions.count - sizes.count, 0)) + sizes
      guard wide.count == pending.layout.dimensions.count,
        wide.indices.allSatisfy({ wide[$0] == 1 || $0 == channels && wide[$0] == convolution.outputChannels })
      else { continue }
      switch operands[other] {
      case .constant, .dequantizedConstant: break
      default: continue
      }
      convolution.bias = try bias(node, other, outputs: convolution.outputChannels, units: units)
      pending.kind = .convolution(convolution, source, scales: units, kind: kind)
      pending.name = node.outputs.first ?? ""
      return .pending(pending)
    }
    return nil
  }

  /// Two operands, at least one of which is an activation.
  private mutating func elementwise(
    _ node: GraphNode, _ operation: QuantizedBinary, _ first: QuantizedValue, _ second: QuantizedValue
  ) throws(QuantizedProblem) -> QuantizedValue {
    switch (first, second) {
    case (.real(let one), .real(let other)):
      guard one.tables == nil, other.tables == nil else {
        throw QuantizedProblem(.fusedActivation, node.plainOp, "a float function")
      }
      let (one, other) = try aligned(node, one, other)
      let shape = builder[one.view.tensor].shape
      return .pending(
        QuantizedPending(
          kind: .binary(operation, one, other), shape: shape, layout: one.view.layout, node: node.name,
          name: node.outputs.first ?? ""))
    case (.real(let one), .dequantizedConstant(let constant)):
      return .pending(try elementwise(node, operation, one, constant, isFirst: false))
    case (.dequantizedConstant(let constant), .real(let one)):
      return .pending(try elementwise(node, operation, one, constant, isFirst: true))
    default:
      throw QuantizedProblem(.float, node.input(0) ?? "")
    }
  }

  /// Both operands under one shape and in one order: the smaller one repeated, the second one in the first one's order.
  private mutating func aligned(
    _ node: GraphNode, _ first: QuantizedReal, _ second: QuantizedReal
  ) throws(QuantizedProblem) -> (QuantizedReal, QuantizedReal) {
    let dimensions = [first.view.dimensions, second.view.dimensions]
    guard let common = ONNXDimensions.broadcast(dimensions[0], dimensions[1]), ONNXDimensions.elements(common) != nil
    else {
      throw QuantizedProblem(.shape, "the operands have dimensions \(dimensions[0]) and \(dimensions[1])")
    }
    var (one, other) = (first, second)
    let isWhole = dimensions.map { $0.drop { $0 == 1 } == common.drop { $0 == 1 } }
    one.view = isWhole[0] ? try extended(one.view, to: common) : one.view
    other.view = isWhole[1] ? try extended(other.view, to: common) : other.view
    if !isWhole[0] {
      one.view = try repeated(one.view, as: isWhole[1] ? other.view.layout : CodeLayout(standard: common), common, node)
    }
    if !isWhole[1] { other.view = try repeated(other.view, as: one.view.layout, common, node) }
    if one.view.layout.strides == nil {
      one.view = try arrange(one.view, as: CodeLayout(standard: common), node: node.name)
    }
    other.view = try arrange(other.view, as: one.view.layout, node: node.name)
    return (one, other)
  }

  /// The view with dimensions of 1 in front.
  private func extended(_ view: QuantizedView, to dimensions: [Int]) throws(QuantizedProblem) -> QuantizedView {
    guard let layout = view.layout.reshaped(dimensions) else { throw QuantizedProblem(.movement) }
    return QuantizedView(tensor: view.tensor, layout: layout, scale: view.scale)
  }

  /// A view repeated along dimensions of 1, written in the order of `layout`.
  private mutating func repeated(
    _ view: QuantizedView, as layout: CodeLayout, _ dimensions: [Int], _ node: GraphNode
  ) throws(QuantizedProblem) -> QuantizedView {
    let target = layout.strides == nil ? CodeLayout(standard: dimensions) : layout
    var view = view
    if view.layout.strides == nil {
      view = try arrange(view, as: CodeLayout(standard: view.dimensions), node: node.name)
    }
    return try moved(
      view, node, to: target, by: Rearrangement.broadcast(StridedBox(view.layout.origin), to: StridedBox(target.origin))
    )
  }
}

extension CodeLayout {
  /// The dimension whose elements lie innermost, `count` of them; nil where there is none.
  func innermostAxis(of count: Int) -> Int? {
    dimensions.indices.first { dimensions[$0] == count && innermostOrder(along: $0) == Array(0..<count) }
  }
}
