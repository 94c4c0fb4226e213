import NetworkIR

/// Operators that only move codes. Each becomes a movement, or nothing where the codes lie as they should already.
extension IntegerONNXLowering {
  mutating func transposition(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try movable(node, 0)
    let order = node.ints("perm") ?? view.dimensions.indices.reversed()
    guard order.sorted() == Array(view.dimensions.indices) else {
      throw .attribute(name: "perm", found: "\(order)", allowed: "a permutation of \(view.dimensions.count) dimensions")
    }
    let dimensions = order.map { view.dimensions[$0] }
    return .stored(
      try move(view, to: dimensions, node) { Rearrangement.transposition($0, order: order, to: $1) })
  }

  mutating func slice(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try movable(node, 0)
    func argument(_ name: String, _ input: Int) throws(IntegerONNXProblem) -> [Int]? {
      try integers(node.input(input)) ?? node.ints(name)
    }
    let slice = ONNXDimensions.slice(
      view.dimensions, starts: try argument("starts", 1) ?? [], ends: try argument("ends", 2) ?? [],
      axes: try argument("axes", 3), steps: try argument("steps", 4))
    guard let slice else {
      throw .shape("the slice takes nothing of \(view.dimensions), or its starts, ends, axes and steps do not fit")
    }
    return .stored(
      try move(view, to: slice.sizes, node) {
        Rearrangement.slice($0, begin: slice.begin, step: slice.step, to: $1)
      })
  }

  /// `Split`: one movement for each output that is read.
  mutating func split(_ node: GraphNode) throws(IntegerONNXProblem) -> [IntegerONNXValue] {
    let view = try movable(node, 0)
    let axis = try axis(node, view, default: 0)
    let size = view.dimensions[axis]
    let parts = node.outputs.count
    let even = (size + parts - 1) / max(parts, 1)
    let sizes =
      try integers(node.input(1)) ?? node.ints("split")
      ?? (0..<parts).map { $0 < parts - 1 ? even : size - even * (parts - 1) }
    guard sizes.count == parts, sizes.allSatisfy({ (1...size).contains($0) }), sizes.reduce(0, +) == size else {
      throw .attribute(name: "split", found: "\(sizes)", allowed: "\(parts) sizes that add up to \(size)")
    }
    var start = 0
    var values: [IntegerONNXValue] = []
    for (output, count) in sizes.enumerated() {
      var dimensions = view.dimensions
      dimensions[axis] = count
      var begin = dimensions.map { _ in 0 }
      begin[axis] = start
      start += count
      let step = dimensions.map { _ in 1 }
      values.append(
        .stored(
          try move(view, to: dimensions, node, output: output) {
            Rearrangement.slice($0, begin: begin, step: step, to: $1)
          }))
    }
    return values
  }

  mutating func concatenation(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    var views: [IntegerONNXView] = []
    for index in node.inputs.indices { views.append(try movable(node, index)) }
    guard let first = views.first else { throw .unsupported }
    let axis = try axis(node, first, default: 1)
    var dimensions = first.dimensions
    for view in views.dropFirst() {
      var other = view.dimensions
      guard other.count == dimensions.count else {
        throw .shape("\(first.dimensions) and \(view.dimensions) cannot be joined")
      }
      dimensions[axis] += other[axis]
      other[axis] = first.dimensions[axis]
      guard other == first.dimensions else {
        throw .shape("\(first.dimensions) and \(view.dimensions) cannot be joined along dimension \(axis)")
      }
    }
    views = try ofOneType(views, node)
    var target = try tensor(node, dimensions, like: views[0])
    let values = views.map { builder[$0.tensor].values }
    target.values = (values.map(\.lowerBound).min() ?? 0)...(values.map(\.upperBound).max() ?? 0)
    let parts = views.map { ($0.tensor, StridedBox($0.origin)) }
    let id = builder.concatenate(parts, axis: axis, to: target, box: StridedBox(target.origin), source: node.name)
    guard let id else { throw .shape("the movement takes more than \(Rearrangement.mostPieces) pieces") }
    return .stored(IntegerONNXView(tensor: id, shape: target.shape, dimensions: dimensions))
  }

  /// `DepthToSpace`, in both orders of the channels.
  mutating func depthToSpace(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try movable(node, 0)
    let block = try node.integer("blocksize", in: 1...NetworkLimit.largestWindow)
    let mode = node.string("mode") ?? "DCR"
    guard ["DCR", "CRD"].contains(mode) else { throw .attribute(name: "mode", found: mode, allowed: "DCR or CRD") }
    guard view.dimensions.count == 4, view.shape.channels.isMultiple(of: block * block) else {
      throw .shape("\(view.dimensions) has no blocks of \(block)x\(block)")
    }
    let (shape, extent) = (view.shape, Extent(height: block, width: block))
    let dimensions = [1, shape.channels / (block * block), shape.height * block, shape.width * block]
    return .stored(
      try move(view, to: dimensions, node) { input, output in
        // Both in the order height, width, channels.
        Rearrangement.depthToSpace(
          StridedBox(
            sizes: Array(input.sizes[2...] + [input.sizes[1]]), strides: Array(input.strides[2...] + [input.strides[1]])
          ),
          block: extent, order: mode == "DCR" ? .blockFirst : .channelFirst,
          to: StridedBox(
            sizes: Array(output.sizes[2...] + [output.sizes[1]]),
            strides: Array(output.strides[2...] + [output.strides[1]])))
      })
  }

  // MARK: - Parts

  /// A layer that moves codes of one view; none where they lie in the order of the result already. `rearrangement` says
  /// how, from the view's dimensions to the result's.
  mutating func move(
    _ view: IntegerONNXView, to dimensions: [Int], _ node: GraphNode, output: Int = 0,
    _ rearrangement: (StridedBox, StridedBox) -> Rearrangement?
  ) throws(IntegerONNXProblem) -> IntegerONNXView {
    let target = try tensor(node, dimensions, like: view, output: output)
    guard let found = rearrangement(StridedBox(view.origin), StridedBox(target.origin)),
      let id = builder.move(found, from: [view.tensor], to: target, source: node.name)
    else {
      throw .shape("moving \(view.dimensions) to \(dimensions) takes more than \(Rearrangement.mostPieces) pieces")
    }
    return IntegerONNXView(tensor: id, shape: target.shape, dimensions: dimensions)
  }

  /// The tensor that an output of a node becomes, with the codes of some input.
  private func tensor(
    _ node: GraphNode, _ dimensions: [Int], like view: IntegerONNXView, output: Int = 0
  ) throws(IntegerONNXProblem) -> Tensor {
    guard let shape = Shape(channelsFirst: dimensions) else {
      throw .shape("\(dimensions) is not of the form [1, C], [1, C, L] or [1, C, H, W]")
    }
    let source = builder[view.tensor]
    return Tensor(
      name: node.outputs[output], shape: shape, type: source.type, values: source.values,
      origin: .channelsFirst(dimensions))
  }

  /// An input whose codes lie in the order of its dimensions; behind a flattening they are moved first.
  mutating func movable(_ node: GraphNode, _ index: Int) throws(IntegerONNXProblem) -> IntegerONNXView {
    let view = try storedValue(of: node.input(index))
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    guard let from = view.flattenedFrom else { return view }
    var flat = node
    flat.outputs = ["\(node.input(index) ?? "")_in_order"]
    let whole = IntegerONNXView(
      tensor: view.tensor, shape: from, dimensions: [1, from.channels, from.height, from.width])
    return try move(whole, to: view.dimensions, flat) { Rearrangement.reshape($0, to: $1) }
  }

  /// Views of one element type, for which codes of a narrower one are written anew.
  private mutating func ofOneType(
    _ views: [IntegerONNXView], _ node: GraphNode
  ) throws(IntegerONNXProblem) -> [IntegerONNXView] {
    let tensors = views.map { builder[$0.tensor] }
    guard tensors.contains(where: { $0.type != tensors[0].type }) else { return views }
    let low = tensors.map(\.values.lowerBound).min() ?? 0
    let high = tensors.map(\.values.upperBound).max() ?? 0
    guard let type = ElementType.narrowest(holding: low...high) else { throw .unsupported }
    var result: [IntegerONNXView] = []
    for (index, view) in views.enumerated() {
      guard tensors[index].type != type else { result.append(view); continue }
      var tensor = tensors[index]
      tensor.name = "\(node.outputs[0])_part_\(index)"
      tensor.type = type
      tensor.shape = view.shape
      tensor.origin = view.origin
      let id = builder.add(tensor)
      let identity = try requantization([([], tensor.values)], clamp: tensor.values)
      builder.add(.rescale(identity), kind: "rescale", source: node.name, inputs: [view.operand], output: id)
      result.append(IntegerONNXView(tensor: id, shape: view.shape, dimensions: view.dimensions))
    }
    return result
  }

  private func axis(
    _ node: GraphNode, _ view: IntegerONNXView, default standard: Int
  ) throws(IntegerONNXProblem) -> Int {
    let axis = node.int("axis", default: standard)
    guard let position = ONNXDimensions.axis(axis, rank: view.dimensions.count) else {
      throw .attribute(name: "axis", found: "\(axis)", allowed: "one of \(view.dimensions.count) dimensions")
    }
    return position
  }

  /// The numbers of an optional constant input.
  func integers(_ name: String?) throws(IntegerONNXProblem) -> [Int]? {
    guard let name else { return nil }
    return try constant(name).integers(in: Int.min...Int.max)
  }
}

extension IntegerONNXView {
  /// Where its dimensions lie in memory, where it is not flattened from other ones.
  var origin: TensorOrigin { .channelsFirst(dimensions) }
}
