import NetworkIR

extension QuantizedLowering {
  mutating func sliced(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    var arguments: [[Int]?] = []
    for (index, name) in ["starts", "ends", "axes", "steps"].enumerated() {
      if let attribute = node.ints(name) {
        arguments.append(attribute)
      } else {
        arguments.append(try integers(node, index + 1, name))
      }
    }
    let (view, real) = try movable(node)
    guard let starts = arguments[0], let ends = arguments[1],
      let slice = ONNXDimensions.slice(
        view.dimensions, starts: starts, ends: ends, axes: arguments[2], steps: arguments[3])
    else {
      throw QuantizedProblem(.shape, "the slice does not fit dimensions \(view.dimensions), or nothing is left of them")
    }
    return result(try cut(view, node, slice), like: real)
  }

  /// The elements that a slice takes.
  private mutating func cut(
    _ view: QuantizedView, _ node: GraphNode, _ slice: ONNXDimensions.Slice, output: Int = 0
  ) throws(QuantizedProblem) -> QuantizedView {
    if slice.sizes == view.dimensions, slice.step.allSatisfy({ $0 == 1 }) { return view }
    let view = try strided(view, node)
    let layout = try layout(slice.sizes, like: view)
    return try moved(
      view, node, to: layout,
      by: .slice(StridedBox(view.layout.origin), begin: slice.begin, step: slice.step, to: StridedBox(layout.origin)),
      output: output)
  }

  mutating func split(_ node: GraphNode) throws(QuantizedProblem) -> [QuantizedValue] {
    var sizes = node.ints("split")
    if sizes == nil { sizes = try integers(node, 1, "split") }
    let (view, real) = try movable(node)
    let dimensions = view.dimensions
    guard let axis = ONNXDimensions.axis(node.int("axis", default: 0), rank: dimensions.count) else {
      throw QuantizedProblem(.attribute, "axis", node.int("axis", default: 0), "a dimension of \(dimensions)")
    }
    let count = node.outputs.count
    // Without sizes the parts are equal, but for the last one.
    let equal = (dimensions[axis] + count - 1) / max(count, 1)
    let parts = sizes ?? (0..<count).map { min(equal, dimensions[axis] - $0 * equal) }
    guard parts.count == count, parts.allSatisfy({ (1...dimensions[axis]).contains($0) }),
      parts.reduce(0, +) == dimensions[axis]
    else { throw QuantizedProblem(.shape, "dimension \(axis) of \(dimensions) cannot be split in \(parts)") }
    var values: [QuantizedValue] = []
    var start = 0
    for (index, size) in parts.enumerated() {
      var slice = ONNXDimensions.Slice(
        begin: dimensions.map { _ in 0 }, step: dimensions.map { _ in 1 }, sizes: dimensions)
      slice.begin[axis] = start
      slice.sizes[axis] = size
      start += size
      // A part that nothing reads is not computed.
      let isRead = flow.readers[node.outputs[index]] != nil
      values.append(isRead ? result(try cut(view, node, slice, output: index), like: real) : .refused)
    }
    return values
  }

  mutating func gathered(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    guard let indices = try constant(node, 1, "indices"), let wanted = indices.integers else {
      throw QuantizedProblem(.notConstant, "indices", node.input(1) ?? "")
    }
    let found = try movable(node)
    let view = try strided(found.view, node)
    let dimensions = view.dimensions
    guard let axis = ONNXDimensions.axis(node.int("axis", default: 0), rank: dimensions.count) else {
      throw QuantizedProblem(.attribute, "axis", node.int("axis", default: 0), "a dimension of \(dimensions)")
    }
    let list = wanted.compactMap { ONNXDimensions.axis($0, rank: dimensions[axis]) }
    guard list.count == wanted.count, !list.isEmpty else {
      throw QuantizedProblem(.shape, "the indices leave dimension \(axis) of \(dimensions)")
    }
    var sizes = dimensions
    sizes[axis] = list.count
    let target = try layout(sizes, like: view)
    var lists = [[Int]?](repeating: nil, count: dimensions.count)
    lists[axis] = list
    var result = try moved(
      view, node, to: target, by: .gathering(StridedBox(view.layout.origin), lists, to: StridedBox(target.origin)))
    let final = Array(dimensions[..<axis]) + indices.dimensions + Array(dimensions[(axis + 1)...])
    guard let layout = result.layout.reshaped(final) else { throw QuantizedProblem(.movement) }
    result.layout = layout
    return self.result(result, like: found.real)
  }

  mutating func padded(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let found = try movable(node)
    let dimensions = found.view.dimensions
    let pads = try pads(node, rank: dimensions.count)
    let mode = node.string("mode") ?? "constant"
    guard pads.before.contains(where: { $0 != 0 }) || pads.after.contains(where: { $0 != 0 }) else {
      return try value(node.input(0))
    }
    let view = try strided(found.view, node)
    let sizes = dimensions.indices.map { dimensions[$0] + pads.before[$0] + pads.after[$0] }
    let target = try layout(sizes, like: view)
    let (from, to) = (StridedBox(view.layout.origin), StridedBox(target.origin))
    let rearrangement: Rearrangement?
    switch mode {
    case "constant":
      let fill = try paddingCode(node, found.real, view)
      rearrangement = .padding(from, before: pads.before, fill: fill, to: to)
    case "reflect": rearrangement = .mirrorPadding(from, before: pads.before, repeatsEdge: false, to: to)
    default: throw QuantizedProblem(.attribute, "mode", mode, "constant or reflect")
    }
    return result(try moved(view, node, to: target, by: rearrangement), like: found.real)
  }

  /// How many elements a `Pad` adds before and behind each dimension; negative ones are cut off.
  mutating func pads(_ node: GraphNode, rank: Int) throws(QuantizedProblem) -> (before: [Int], after: [Int]) {
    var pads = node.ints("pads")
    if pads == nil { pads = try integers(node, 1, "pads") }
    let named = try integers(node, 3, "axes") ?? Array(0..<rank)
    let axes = named.compactMap { ONNXDimensions.axis($0, rank: rank) }
    guard let pads, pads.count == 2 * named.count, axes.count == named.count, Set(axes).count == axes.count,
      pads.allSatisfy({ abs($0.clamped) <= NetworkLimit.largestWindow })
    else { throw QuantizedProblem(.attribute, "pads", "\(pads ?? [])", "two numbers for each of \(rank) dimensions") }
    var result = (before: Array(repeating: 0, count: rank), after: Array(repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      result.before[axis] = pads[index]
      result.after[axis] = pads[index + axes.count]
    }
    return result
  }

  /// The code that a `Pad` fills in: of its number, which must have one.
  private mutating func paddingCode(
    _ node: GraphNode, _ real: QuantizedReal?, _ view: QuantizedView
  ) throws(QuantizedProblem) -> Int {
    let constant = try constant(node, 2, "value")
    guard let real else {
      let code = constant?.integers?.first ?? 0
      let range = builder[view.tensor].type.range
      guard range.contains(code) else {
        throw QuantizedProblem(.attribute, "value", code, "\(range.lowerBound)...\(range.upperBound)")
      }
      return code
    }
    guard real.tables == nil else { throw QuantizedProblem(.fusedActivation, node.plainOp, "a float function") }
    let number = node.float("value") ?? constant?.floats?.first ?? 0
    guard let code = real.scale.code(of: number), real.scale.real(of: code) == number else {
      throw QuantizedProblem(.sameScale, number, real.scale.scale)
    }
    return code
  }

  /// `DepthToSpace` and `SpaceToDepth`.
  mutating func blocks(_ node: GraphNode, _ kind: QuantizedMovement) throws(QuantizedProblem) -> QuantizedValue {
    let found = try movable(node)
    let view = try strided(found.view, node)
    let from = view.dimensions
    let block = node.int("blocksize", default: 0)
    guard from.count == 4, from[0] == 1, (1...NetworkLimit.largestWindow).contains(block) else {
      throw QuantizedProblem(.shape, "dimensions \(from) have no blocks of \(block)")
    }
    let order = [2, 3, 1]
    let input = StridedBox(view.layout.origin).transposed(order)
    let isWidening = kind == .depthToSpace
    let fits =
      isWidening
      ? from[1].isMultiple(of: block * block) : from[2].isMultiple(of: block) && from[3].isMultiple(of: block)
    guard fits else { throw QuantizedProblem(.shape, "dimensions \(from) have no blocks of \(block)") }
    let sizes =
      isWidening
      ? [1, from[1] / (block * block), from[2] * block, from[3] * block]
      : [1, from[1] * block * block, from[2] / block, from[3] / block]
    try checkSize(sizes)
    let target = CodeLayout(channelsFirst: sizes)
    let output = StridedBox(target.origin).transposed(order)
    let area = Extent(height: block, width: block)
    let rearrangement: Rearrangement?
    if isWidening {
      let mode = node.string("mode") ?? "DCR"
      guard ["DCR", "CRD"].contains(mode) else { throw QuantizedProblem(.attribute, "mode", mode, "DCR or CRD") }
      rearrangement = .depthToSpace(
        input, block: area, order: mode == "DCR" ? .blockFirst : .channelFirst, to: output)
    } else {
      rearrangement = .spaceToDepth(input, block: area, to: output)
    }
    return result(try moved(view, node, to: target, by: rearrangement), like: found.real)
  }

  /// `Tile` and `Expand`.
  mutating func repeated(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    guard let argument = try integers(node, 1, "repeats or shape") else {
      throw QuantizedProblem(.shape, "the repeats or the shape are missing")
    }
    let found = try movable(node)
    let view = try strided(found.view, node)
    let from = view.dimensions
    var sizes: [Int]?
    if node.plainOp == "Expand" {
      sizes = ONNXDimensions.broadcast(from, argument)
    } else if argument.count == from.count, argument.allSatisfy({ (1...NetworkLimit.mostElements).contains($0) }) {
      sizes = zip(from, argument).map { $0 * $1 }
    }
    guard let sizes, ONNXDimensions.elements(sizes) != nil else {
      throw QuantizedProblem(.shape, "dimensions \(from) cannot be repeated by \(argument)")
    }
    if sizes == from { return try value(node.input(0)) }
    let target = try layout(sizes, like: view)
    let (input, output) = (StridedBox(view.layout.origin), StridedBox(target.origin))
    let rearrangement: Rearrangement? =
      node.plainOp == "Expand" ? .broadcast(input, to: output) : .tiling(input, to: output)
    return result(try moved(view, node, to: target, by: rearrangement), like: found.real)
  }
}

extension Int {
  /// Kept where its magnitude exists.
  fileprivate var clamped: Int { Swift.max(self, Int.min + 1) }
}
