import NetworkIR

extension QuantizedLowering {
  /// The view with its elements in the order of `layout`, which has one stride for each dimension; the same view where
  /// they are so already.
  mutating func arrange(
    _ view: QuantizedView, as layout: CodeLayout, node: String
  ) throws(QuantizedProblem) -> QuantizedView {
    if view.layout == layout { return view }
    if let known = arranged.first(where: { $0.from == view && $0.to.layout == layout }) { return known.to }
    let result = try copy(view, as: layout, node: node)
    arranged.append((view, result))
    return result
  }

  /// A tensor of its own with the view's elements in the order of `layout`, which has one stride for each dimension.
  mutating func copy(
    _ view: QuantizedView, as layout: CodeLayout, node: String
  ) throws(QuantizedProblem) -> QuantizedView {
    let source = builder[view.tensor]
    let box = StridedBox(layout.origin)
    guard let rearrangement = Rearrangement.reshape(StridedBox(view.layout.origin), to: box) else {
      throw QuantizedProblem(.movement)
    }
    let output = Tensor(
      name: unused("\(source.name)_arranged"), shape: box.shape, type: source.type, values: source.values,
      origin: layout.origin)
    guard let moved = builder.move(rearrangement, from: [view.tensor], to: output, source: node) else {
      throw QuantizedProblem(.movement)
    }
    return QuantizedView(tensor: moved, layout: layout, scale: view.scale)
  }

  /// A map in HWC order, as windows move over it, of a view with dimensions [1, C, L] or [1, C, H, W].
  mutating func map(_ view: QuantizedView, node: String) throws(QuantizedProblem) -> Operand {
    let dimensions = view.dimensions
    guard (3...4).contains(dimensions.count) else {
      throw QuantizedProblem(.shape, "the input has dimensions \(dimensions), but [1, C, L] or [1, C, H, W] is needed")
    }
    guard dimensions[0] == 1 else { throw QuantizedProblem(.batch, dimensions[0]) }
    let view = try arrange(view, as: CodeLayout(channelsFirst: dimensions), node: node)
    return try operand(view, Shape(standard: dimensions), node: node)
  }

  /// A view whose elements along one dimension are the channels of an operand.
  struct Innermost {
    var view: QuantizedView
    var operand: Operand
    /// For each channel, the index along the dimension.
    var order: [Int]
  }

  /// Brings the elements along `axis` together, where they are not.
  mutating func innermost(
    _ view: QuantizedView, axis: Int, node: String
  ) throws(QuantizedProblem) -> Innermost {
    var view = view
    var order = view.layout.innermostOrder(along: axis)
    if order == nil {
      let others = view.dimensions.indices.filter { $0 != axis }
      let last = others + [axis]
      let turned = CodeLayout(rowMajor: last.map { view.dimensions[$0] })
      let back = view.dimensions.indices.map { index in last.firstIndex(of: index) ?? index }
      view = try arrange(view, as: turned.transposed(back), node: node)
      order = view.layout.innermostOrder(along: axis)
    }
    let channels = view.dimensions[axis]
    let own = builder[view.tensor].shape
    let shape =
      own.channels == channels
      ? own : Shape(height: own.elements / channels, width: 1, channels: channels)
    return Innermost(view: view, operand: try operand(view, shape, node: node), order: order ?? Array(0..<channels))
  }

  /// The view's codes under another shape of as many elements: the tensor itself, or one that a movement makes where
  /// codes narrower than a byte lie in other bytes under that shape.
  mutating func operand(
    _ view: QuantizedView, _ shape: Shape, node: String
  ) throws(QuantizedProblem) -> Operand {
    let source = builder[view.tensor]
    if source.type.isView(shape, of: source.shape) { return Operand(tensor: view.tensor, shape: shape) }
    if let known = repacked.first(where: { $0.from == view.tensor && $0.to.shape == shape }) { return known.to }
    let line = StridedBox(dense: [source.shape.elements])
    let output = Tensor(
      name: unused("\(source.name)_packed"), shape: shape, type: source.type, values: source.values,
      origin: view.layout.origin)
    guard source.shape.elements == shape.elements, let rearrangement = Rearrangement.reshape(line, to: line),
      let moved = builder.move(rearrangement, from: [view.tensor], to: output, source: node)
    else {
      throw QuantizedProblem(.shape, "codes of shape \(source.shape) cannot be read as \(shape)")
    }
    let operand = Operand(tensor: moved, shape: shape)
    repacked.append((view.tensor, operand))
    return operand
  }
}
