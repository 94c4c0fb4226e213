import NetworkIR

extension QuantizedLowering {
  /// The operators that move codes, or only name them anew.
  mutating func movement(_ node: GraphNode, _ kind: QuantizedMovement) throws(QuantizedProblem) -> [QuantizedValue] {
    switch kind {
    case .identity, .dropout: return [try value(node.input(0))]
    case .cast: return [try cast(node)]
    case .reshape, .flatten, .squeeze, .unsqueeze: return [try reshaped(node)]
    case .transpose: return [try transposed(node)]
    case .slice: return [try sliced(node)]
    case .split: return try split(node)
    case .gather: return [try gathered(node)]
    case .pad: return [try padded(node)]
    case .resize, .upsample: return [try resized(node)]
    case .depthToSpace, .spaceToDepth: return [try blocks(node, kind)]
    case .tile, .expand: return [try repeated(node)]
    case .concatenation: return [try concatenation(node)]
    }
  }

  /// A change of layout that moves no element, of codes, numbers and layers whose codes are still to come.
  func relabelled(
    _ value: QuantizedValue, _ change: (CodeLayout) -> CodeLayout?
  ) -> QuantizedValue? {
    switch value {
    case .codes(var view):
      guard let layout = change(view.layout) else { return nil }
      view.layout = layout
      return .codes(view)
    case .real(var real):
      guard let layout = change(real.view.layout) else { return nil }
      real.view.layout = layout
      return .real(real)
    case .pending(var pending):
      guard let layout = change(pending.layout) else { return nil }
      if case .concatenation = pending.kind { return nil }
      pending.layout = layout
      return .pending(pending)
    case .constant, .dequantizedConstant, .input, .tail, .refused: return nil
    }
  }

  private mutating func reshaped(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let value = try value(node.input(0))
    guard let from = value.dimensions else { throw QuantizedProblem(.float, node.input(0) ?? "") }
    let dimensions = try newDimensions(node, from)
    if let same = relabelled(value, { $0.reshaped(dimensions) }) { return same }
    // Elements of one dimension lie apart where another order is asked for.
    let (view, real) = try movable(node)
    let ordered = try arrange(view, as: CodeLayout(rowMajor: from), node: node.name)
    guard let layout = ordered.layout.reshaped(dimensions) else { throw QuantizedProblem(.movement) }
    return result(QuantizedView(tensor: ordered.tensor, layout: layout, scale: view.scale), like: real)
  }

  /// The dimensions that a Reshape, Flatten, Squeeze or Unsqueeze gives.
  mutating func newDimensions(_ node: GraphNode, _ from: [Int]) throws(QuantizedProblem) -> [Int] {
    let argument = node.plainOp == "Flatten" ? nil : try integers(node, 1, "dimensions")
    let found: [Int]?
    switch node.plainOp {
    case "Flatten": found = ONNXDimensions.flattened(from, axis: node.int("axis", default: 1))
    case "Squeeze": found = ONNXDimensions.squeezed(from, axes: node.ints("axes") ?? argument)
    case "Unsqueeze": found = ONNXDimensions.unsqueezed(from, axes: node.ints("axes") ?? argument ?? [])
    default:
      found = (argument ?? node.ints("shape")).flatMap {
        ONNXDimensions.reshaped(from, to: $0, allowsZero: node.int("allowzero", default: 0) != 0)
      }
    }
    guard let found else {
      throw QuantizedProblem(.shape, "dimensions \(from) cannot become \(argument ?? node.ints("axes") ?? [])")
    }
    return found
  }

  private mutating func transposed(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let value = try value(node.input(0))
    let rank = value.dimensions?.count ?? 0
    let order = node.ints("perm") ?? (0..<rank).reversed()
    guard order.sorted() == Array(0..<rank) else {
      throw QuantizedProblem(.attribute, "perm", "\(order)", "a permutation of \(rank) dimensions")
    }
    guard let result = relabelled(value, { $0.transposed(order) }) else {
      throw QuantizedProblem(.float, node.input(0) ?? "")
    }
    return result
  }

  /// A cast to a float type changes no number.
  private mutating func cast(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let value = try value(node.input(0))
    let type = GraphTensor.ScalarType(onnx: node.int("to", default: 0))
    switch value {
    case .real, .input:
      guard type == .float32 else { throw QuantizedProblem(.attribute, "to", type.rawValue, "float32") }
      return value
    default: throw QuantizedProblem(.unsupported)
    }
  }

  /// Codes, and what they stand for where the operator reads numbers.
  mutating func movable(
    _ node: GraphNode, _ index: Int = 0
  ) throws(QuantizedProblem) -> (view: QuantizedView, real: QuantizedReal?) {
    if case .codes(let view) = try value(node.input(index)) { return (view, nil) }
    let real = try real(node, index)
    guard real.shape == nil else {
      throw QuantizedProblem(.fusedActivation, node.plainOp, "a function that differs by channel")
    }
    return (real.view, real)
  }

  /// A view with one stride for each dimension.
  mutating func strided(_ view: QuantizedView, _ node: GraphNode) throws(QuantizedProblem) -> QuantizedView {
    guard view.layout.strides == nil else { return view }
    return try arrange(view, as: CodeLayout(rowMajor: view.dimensions), node: node.name)
  }

  /// The layout of other dimensions in the order in which `view` lies.
  func layout(_ dimensions: [Int], like view: QuantizedView) throws(QuantizedProblem) -> CodeLayout {
    try checkSize(dimensions)
    let standard = CodeLayout(standard: view.dimensions)
    guard view.layout != standard, dimensions.count == view.dimensions.count else {
      return CodeLayout(standard: dimensions)
    }
    let box = StridedBox(view.layout.origin).packed(as: dimensions)
    return CodeLayout(dimensions: dimensions, strides: box.strides)
  }

  /// Adds the layer that moves codes, which are named after the node's output.
  mutating func moved(
    _ view: QuantizedView, _ node: GraphNode, to layout: CodeLayout, by rearrangement: Rearrangement?, output: Int = 0
  ) throws(QuantizedProblem) -> QuantizedView {
    guard let rearrangement else { throw QuantizedProblem(.movement) }
    let source = builder[view.tensor]
    let box = StridedBox(layout.origin)
    let name = output < node.outputs.count ? node.outputs[output] : node.name
    let tensor = Tensor(
      name: unused(name), shape: box.shape, type: source.type, values: source.values, origin: layout.origin)
    guard let id = builder.move(rearrangement, from: [view.tensor], to: tensor, source: node.name) else {
      throw QuantizedProblem(.movement)
    }
    return QuantizedView(tensor: id, layout: layout, scale: view.scale)
  }
}

/// The operators that move codes; the raw value is ONNX's name.
enum QuantizedMovement: String, CaseIterable {
  case identity = "Identity"
  case dropout = "Dropout"
  case cast = "Cast"
  case reshape = "Reshape"
  case flatten = "Flatten"
  case squeeze = "Squeeze"
  case unsqueeze = "Unsqueeze"
  case transpose = "Transpose"
  case slice = "Slice"
  case split = "Split"
  case gather = "Gather"
  case pad = "Pad"
  case resize = "Resize"
  case upsample = "Upsample"
  case depthToSpace = "DepthToSpace"
  case spaceToDepth = "SpaceToDepth"
  case tile = "Tile"
  case expand = "Expand"
  case concatenation = "Concat"
}
