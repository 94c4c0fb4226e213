import NetworkIR

extension QuantizedLowering {
  /// `Concat`: of codes, of numbers with one quantization, or of others that a QuantizeLinear behind it makes alike.
  mutating func concatenation(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    var views: [QuantizedView] = []
    var reals: [QuantizedReal] = []
    for index in node.inputs.indices {
      let part = try movable(node, index)
      views.append(part.view)
      if let real = part.real { reals.append(real) }
    }
    guard reals.isEmpty || reals.count == views.count else {
      throw QuantizedProblem(.shape, "some operands are codes, others numbers")
    }
    let isUniform = reals.allSatisfy { $0.scale == reals[0].scale && $0.tables == nil }
    let types = views.map { builder[$0.tensor].type }
    if isUniform {
      guard types.allSatisfy({ $0 == types[0] }) else {
        throw QuantizedProblem(.shape, "the operands have types \(types.map(\.rawValue))")
      }
      let axis = node.int("axis", default: 0)
      let joined = try joined(views, axis: axis, node: node.name, name: node.outputs.first ?? "")
      return result(joined, like: reals.first)
    }
    let layout = CodeLayout(standard: try joinedDimensions(views.map(\.dimensions), axis: node.int("axis", default: 0)))
    return .pending(
      QuantizedPending(
        kind: .concatenation(reals, axis: node.int("axis", default: 0)), shape: Shape(standard: layout.dimensions),
        layout: layout, node: node.name, name: node.outputs.first ?? ""))
  }

  /// `QLinearConcat`: the output's scale first, then each operand with its own.
  mutating func codeConcatenation(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let output = try scale(node, scale: 0, zeroPoint: 1, type: nil)
    let name = node.outputs.first ?? ""
    var views: [QuantizedView] = []
    for index in stride(from: 2, to: node.inputs.count, by: 3) {
      let view = try codes(node, index)
      let input = try scale(node, scale: index + 1, zeroPoint: index + 2, type: builder[view.tensor].type)
      views.append(
        try quantize(QuantizedReal(view: view, scale: input), to: output, name: "\(name)_part", node: node.name))
    }
    var joined = try joined(views, axis: node.int("axis", default: 0), node: node.name, name: name)
    joined.scale = output
    return .codes(joined)
  }

  /// QuantizeLinear of joined numbers: of each part by itself, before they are joined.
  mutating func concatenate(
    _ parts: [QuantizedReal], axis: Int, _ pending: QuantizedPending, to scale: QuantizedScale, name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    guard pending.isUnbounded else { throw QuantizedProblem(.fusedActivation, "an activation", pending.node) }
    var views: [QuantizedView] = []
    for part in parts {
      views.append(try quantize(part, to: scale, name: "\(name)_part", node: pending.node))
    }
    var joined = try joined(views, axis: axis, node: pending.node, name: name)
    joined.scale = scale
    return joined
  }

  private func joinedDimensions(_ parts: [[Int]], axis: Int) throws(QuantizedProblem) -> [Int] {
    guard let first = parts.first, let axis = ONNXDimensions.axis(axis, rank: first.count) else {
      throw QuantizedProblem(.attribute, "axis", axis, "a dimension of \(parts.first ?? [])")
    }
    var dimensions = first
    for part in parts.dropFirst() {
      guard part.count == first.count, part.indices.allSatisfy({ $0 == axis || part[$0] == first[$0] }) else {
        throw QuantizedProblem(.shape, "dimensions \(first) and \(part) cannot be joined")
      }
      dimensions[axis] += part[axis]
    }
    try checkSize(dimensions)
    return dimensions
  }

  /// Views of one type as one tensor.
  mutating func joined(
    _ views: [QuantizedView], axis: Int, node: String, name: String
  ) throws(QuantizedProblem) -> QuantizedView {
    let dimensions = try joinedDimensions(views.map(\.dimensions), axis: axis)
    guard views.count > 1 else { return views[0] }
    var parts: [(tensor: TensorID, box: StridedBox)] = []
    for var view in views {
      if view.layout.strides == nil {
        view = try arrange(view, as: CodeLayout(standard: view.dimensions), node: node)
      }
      parts.append((view.tensor, StridedBox(view.layout.origin)))
    }
    let layout = CodeLayout(standard: dimensions)
    let box = StridedBox(layout.origin)
    let source = builder[views[0].tensor]
    let tensor = Tensor(
      name: unused(name), shape: Shape(standard: dimensions), type: source.type, values: source.values,
      origin: layout.origin)
    let rank = dimensions.count
    let id = builder.concatenate(
      parts, axis: axis < 0 ? axis + rank : axis, to: tensor, box: box, source: node)
    guard let id else { throw QuantizedProblem(.movement) }
    return QuantizedView(tensor: id, layout: layout, scale: views[0].scale)
  }
}
