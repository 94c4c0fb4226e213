import NetworkIR

extension QuantizedLowering {
  /// A float operator on the user's input in front of the first QuantizeLinear: it is cut off; nil for other nodes.
  mutating func head(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue? {
    guard let name = node.inputs.first(where: { isInput($0) }), case .input(var input) = try value(name),
      node.plainOp != "QuantizeLinear"
    else { return nil }
    let dimensions = input.dimensions
    switch node.plainOp {
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": input.dimensions = try newDimensions(node, dimensions)
    case "Transpose":
      let order = node.ints("perm") ?? dimensions.indices.reversed()
      guard order.sorted() == Array(dimensions.indices) else {
        throw QuantizedProblem(.attribute, "perm", "\(order)", "a permutation of \(dimensions.count) dimensions")
      }
      // Dimensions of 1 may go anywhere.
      let large = order.filter { dimensions[$0] > 1 }
      input.isReordered = input.isReordered || large != large.sorted()
      input.dimensions = order.map { dimensions[$0] }
    case "Pad":
      let pads = try pads(node, rank: dimensions.count)
      input.dimensions = dimensions.indices.map { dimensions[$0] + pads.before[$0] + pads.after[$0] }
      input.isReordered = input.isReordered || input.dimensions != dimensions
    case "Identity", "Cast", "Dropout": break
    case "Add", "Sub", "Mul", "Div", "Clip":
      for other in node.inputs where other != name && !other.isEmpty {
        guard case .constant(let constant) = try value(other),
          ONNXDimensions.broadcast(dimensions, constant.dimensions) == dimensions
        else { throw QuantizedProblem(.float, name) }
      }
      input.isReordered = true
    default: throw QuantizedProblem(.float, name)
    }
    guard ONNXDimensions.elements(input.dimensions) != nil else {
      throw QuantizedProblem(.shape, "dimensions \(dimensions) cannot become \(input.dimensions)")
    }
    return .input(input)
  }

  private func isInput(_ name: String) -> Bool {
    if case .input = known(name) { true } else { false }
  }

  /// A float operator behind the last codes: it is cut off; nil for nodes that the network computes.
  mutating func tail(_ node: GraphNode, isTail: Bool) throws(QuantizedProblem) -> QuantizedValue? {
    guard isTail else { return nil }
    var readsTail = false
    var readsNumbers = false
    for name in node.inputs where !name.isEmpty {
      switch try value(name) {
      case .tail: readsTail = true
      case .real, .pending: readsNumbers = true
      case .codes, .constant, .dequantizedConstant, .input, .refused: break
      }
    }
    guard readsTail || readsNumbers else { return nil }
    let isComputed = Self.computedInTail.contains(node.plainOp) || node.plainOp == "Add" && addsBias(node)
    if isComputed {
      guard readsTail else { return nil }
      // Weights behind a float tail are no tail any more, but a network that is not quantized.
      if ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.plainOp) {
        throw QuantizedProblem(.float, node.input(0) ?? "")
      }
    }
    return .tail
  }

  /// What is lowered although nothing quantizes it: layers with accumulators, and what moves no element.
  private static let computedInTail: Set<String> = [
    "DequantizeLinear", "Conv", "ConvTranspose", "Gemm", "MatMul", "Identity", "Dropout", "Reshape", "Flatten",
    "Squeeze", "Unsqueeze", "Transpose",
  ]

  /// Whether an Add is the bias of accumulators.
  private func addsBias(_ node: GraphNode) -> Bool {
    let values = node.inputs.compactMap { known($0) }
    let isPending = values.contains { if case .pending = $0 { true } else { false } }
    let isConstant = values.contains {
      switch $0 {
      case .constant, .dequantizedConstant: true
      default: false
      }
    }
    return isPending && isConstant
  }

  /// The operators between the user's input and one of its QuantizeLinears, in order.
  func headOperators(before name: String) -> [String] {
    var operators: [String] = []
    var tensor: String? = name
    while let name = tensor, let index = producers[name] {
      operators.append(graph.nodes[index].op)
      tensor = graph.nodes[index].inputs.first(where: { isInput($0) })
    }
    return operators.reversed()
  }

  /// The tensors of the network that an output is computed of, and the operators in between, in order.
  func ends(of output: String) -> (tensors: [String], operators: [String]) {
    var between: Set<Int> = []
    var tensors: [String] = []
    var seen: Set<String> = []
    var open = [output]
    while let name = open.popLast() {
      switch known(name) {
      case .tail:
        guard let index = producers[name], between.insert(index).inserted else { continue }
        open += graph.nodes[index].inputs.reversed()
      case .codes, .real, .pending: if seen.insert(name).inserted { tensors.append(name) }
      default: continue
      }
    }
    return (tensors, flow.needed.filter { between.contains($0) }.map { graph.nodes[$0].op })
  }
}
