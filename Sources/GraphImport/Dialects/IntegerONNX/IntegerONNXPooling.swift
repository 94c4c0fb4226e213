import NetworkIR

extension IntegerONNXLowering {
  /// `MaxPool`: the codes themselves, nothing to requantize.
  mutating func maximumPooling(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try storedValue(of: node.input(0))
    let window = try poolingWindow(described(node, view), view)
    let values = builder[view.tensor].values
    if view.padding != .zero {
      // A window that touches the input has a code at least as large as the padding's.
      guard view.paddingValue <= values.lowerBound, window.padding == .zero else {
        throw .padding("a Pad with the value \(view.paddingValue) cannot be joined with a MaxPool of \(values)")
      }
    }
    let padding = view.padding + window.padding
    guard max(padding.top, padding.bottom) < window.kernel.height,
      max(padding.left, padding.right) < window.kernel.width
    else {
      throw .padding("a window of \(window.kernel.height)x\(window.kernel.width) can lie in the padding altogether")
    }
    let (dimensions, shape) = try output(window, view)
    let tensor = Tensor(
      name: node.outputs[0], shape: shape, type: builder[view.tensor].type, values: values,
      origin: .channelsFirst(dimensions))
    let id = builder.add(tensor)
    let pooling = Pooling(
      kind: .maximum(clamp: values), kernel: window.kernel, stride: window.stride, padding: padding)
    builder.add(.pooling(pooling), kind: "maxpool", source: node.name, inputs: [view.operand], output: id)
    return .stored(IntegerONNXView(tensor: id, shape: shape, dimensions: dimensions))
  }

  /// `AveragePool` and `GlobalAveragePool`: the sum of the window, as a fraction whose divisor is the window's area.
  mutating func averagePooling(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try storedValue(of: node.input(0))
    let window = try poolingWindow(described(node, view), view)
    guard view.padding == .zero || view.paddingValue == 0 else {
      throw .padding("a Pad with the value \(view.paddingValue) cannot be joined with a \(node.op)")
    }
    guard window.padding == .zero || node.int("count_include_pad", default: 0) == 1 else {
      throw .attribute(name: "count_include_pad", found: "0", allowed: "1, where there is padding,")
    }
    let (dimensions, shape) = try output(window, view)
    let values = builder[view.tensor].values
    let area = window.kernel.area
    let sums = min(values.lowerBound * area, 0)...max(values.upperBound * area, 0)
    guard ElementType.int32.range.contains(sums.lowerBound), ElementType.int32.range.contains(sums.upperBound) else {
      throw .accumulator(bound: max(-sums.lowerBound, sums.upperBound))
    }
    let padding = view.padding + window.padding
    let exact = values.lowerBound * area...values.upperBound * area
    var chain = IntegerONNXChain(
      source: .sum(kernel: window.kernel, stride: window.stride, padding: padding, view.operand), node: node.name,
      name: node.outputs[0], dimensions: dimensions, shape: shape,
      accumulators: [padding == .zero ? exact : sums])
    try chain.divide(by: area)
    chain.isBareAverage = area > 1
    return .chain(chain)
  }

  /// `ReduceMean` over rows and columns: a global average.
  mutating func mean(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try storedValue(of: node.input(0))
    let rank = view.dimensions.count
    let axes = try integers(node.input(1)) ?? node.ints("axes") ?? Array(0..<rank)
    guard rank > 2, ONNXDimensions.axes(axes, rank: rank) == Array(2..<rank) else {
      throw .attribute(name: "axes", found: "\(axes)", allowed: "all dimensions behind the channels")
    }
    var pool = node
    pool.op = "GlobalAveragePool"
    guard case .chain(var chain) = try averagePooling(pool), node.int("keepdims", default: 1) == 0 else {
      return try averagePooling(pool)
    }
    chain.dimensions = [1, view.shape.channels]
    return .chain(chain)
  }

  /// The node with the window that a global pooling has.
  private func described(_ node: GraphNode, _ view: IntegerONNXView) -> GraphNode {
    guard node.op.hasPrefix("Global") else { return node }
    var described = node
    described.attributes = ["kernel_shape": .ints(Array(view.paddedDimensions.dropFirst(2)))]
    return described
  }

  private func poolingWindow(_ node: GraphNode, _ view: IntegerONNXView) throws(IntegerONNXProblem) -> IntegerONNXWindow
  {
    guard view.flattenedFrom == nil else { throw .shape("a \(node.op) behind a flattening is not supported") }
    let window = try IntegerONNXWindow(node, dimensions: view.paddedDimensions)
    guard window.dilation == .one else {
      throw .attribute(name: "dilations", found: "\(node.ints("dilations") ?? [])", allowed: "1")
    }
    return window
  }

  private func output(_ window: IntegerONNXWindow, _ view: IntegerONNXView) throws(IntegerONNXProblem) -> ([Int], Shape)
  {
    let dimensions = window.outputDimensions(channels: view.shape.channels, rank: view.dimensions.count)
    guard let shape = Shape(channelsFirst: dimensions) else { throw .shape("the output \(dimensions) is too large") }
    return (dimensions, shape)
  }
}
