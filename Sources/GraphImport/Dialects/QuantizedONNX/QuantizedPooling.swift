import NetworkIR

extension QuantizedLowering {
  /// `MaxPool` of codes or of dequantized codes: the greatest code is the code of the greatest number.
  mutating func maximumPooling(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let (view, real) = try movable(node)
    guard real?.tables == nil else { throw QuantizedProblem(.fusedActivation, node.plainOp, "a float function") }
    let window = try QuantizedWindow(node, dimensions: view.dimensions, roundsUp: true)
    guard window.dilation == .one else { throw QuantizedProblem(.attribute, "dilations", "above 1", 1) }
    let operand = try map(view, node: node.name)
    try checkTouching(window, operand.shape)
    let source = builder[view.tensor]
    let dimensions = window.outputDimensions(channels: operand.shape.channels)
    try checkSize(dimensions)
    let layout = CodeLayout(channelsFirst: dimensions)
    let tensor = Tensor(
      name: unused(node.outputs.first ?? ""), shape: window.shape(channels: operand.shape.channels),
      type: source.type, values: source.values, origin: layout.origin)
    let output = builder.add(tensor)
    let pooling = Pooling(
      kind: .maximum(clamp: source.type.range), kernel: window.kernel, stride: window.stride, padding: window.padding)
    builder.add(.pooling(pooling), kind: "maxpool", source: node.name, inputs: [operand], output: output)
    return result(QuantizedView(tensor: output, layout: layout, scale: view.scale), like: real)
  }

  /// Codes that were moved or chosen, as codes or as what they stand for; those have no name in codes yet.
  mutating func result(_ view: QuantizedView, like real: QuantizedReal?) -> QuantizedValue {
    guard var real else { return .codes(view) }
    if view.tensor != real.view.tensor { provisional.insert(view.tensor) }
    real.view = view
    return .real(real)
  }

  /// `AveragePool` of dequantized codes; over the whole map it is the global average, and read as one.
  mutating func averagePooling(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let input = try dequantized(node, 0)
    let pending = try averagePooling(node, input.view, input.scale)
    guard case .average(let pooling, let operand, _, _) = pending.kind, pooling.kernel == operand.shape.extent,
      pooling.padding == .zero
    else { return .pending(pending) }
    return .pending(try globalPooling(node, input.view, input.scale))
  }

  /// `QLinearAveragePool`.
  mutating func codeAveragePooling(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    try codePooling(node) { (lowering, view, input) throws(QuantizedProblem) in
      try lowering.averagePooling(node, view, input)
    }
  }

  /// A pool of codes with their scales in the inputs behind them, in either order of dimensions.
  private mutating func codePooling(
    _ node: GraphNode,
    _ pool: (inout QuantizedLowering, QuantizedView, QuantizedScale) throws(QuantizedProblem) -> QuantizedPending
  ) throws(QuantizedProblem) -> QuantizedValue {
    var view = try codes(node, 0)
    let input = try scale(node, scale: 1, zeroPoint: 2, type: builder[view.tensor].type)
    let isChannelsLast = node.int("channels_last", default: 0) != 0
    if isChannelsLast { view.layout = try channelsFirst(view.layout) }
    var pending = try pool(&self, view, input)
    if isChannelsLast { pending.layout = pending.layout.transposed(Self.channelsLast(pending.layout.dimensions.count)) }
    let output = try scale(node, scale: 3, zeroPoint: 4, type: nil)
    return .codes(try quantize(pending, to: output, name: node.outputs.first ?? ""))
  }

  private mutating func averagePooling(
    _ node: GraphNode, _ view: QuantizedView, _ input: QuantizedScale
  ) throws(QuantizedProblem) -> QuantizedPending {
    let window = try QuantizedWindow(node, dimensions: view.dimensions)
    guard window.dilation == .one else { throw QuantizedProblem(.attribute, "dilations", "above 1", 1) }
    let operand = try map(view, node: node.name)
    try checkTouching(window, operand.shape)
    let channels = operand.shape.channels
    let dimensions = window.outputDimensions(channels: channels)
    try checkSize(dimensions)
    let isWhole = window.padding == .zero || node.int("count_include_pad", default: 0) != 0
    return QuantizedPending(
      kind: .average(
        sum(kernel: window.kernel, stride: window.stride, padding: window.padding), operand, input,
        count: isWhole ? window.kernel.area : nil),
      shape: window.shape(channels: channels),
      layout: CodeLayout(channelsFirst: dimensions), node: node.name,
      name: node.outputs.first ?? "")
  }

  /// `GlobalAveragePool` of dequantized codes.
  mutating func globalPooling(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let input = try dequantized(node, 0)
    return .pending(try globalPooling(node, input.view, input.scale))
  }

  /// `QLinearGlobalAveragePool`.
  mutating func codeGlobalPooling(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    try codePooling(node) { (lowering, view, input) throws(QuantizedProblem) in
      try lowering.globalPooling(node, view, input)
    }
  }

  private mutating func globalPooling(
    _ node: GraphNode, _ view: QuantizedView, _ input: QuantizedScale
  ) throws(QuantizedProblem) -> QuantizedPending {
    let operand = try map(view, node: node.name)
    let dimensions = [1, operand.shape.channels] + view.dimensions.dropFirst(2).map { _ in 1 }
    return QuantizedPending(
      kind: .globalAverage(
        sum(kernel: operand.shape.extent, stride: .one, padding: .zero), operand, input,
        count: operand.shape.extent.area),
      shape: Shape(height: 1, width: 1, channels: operand.shape.channels),
      layout: CodeLayout(channelsFirst: dimensions), node: node.name, name: node.outputs.first ?? "")
  }

  /// `ReduceMean` over any dimensions: those that stay are the channels of a map, the others its positions.
  mutating func mean(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let input = try dequantized(node, 0)
    let dimensions = input.view.dimensions
    let rank = dimensions.count
    var named = node.ints("axes")
    if named == nil { named = try integers(node, 1, "axes") }
    let isEmpty = named?.isEmpty ?? true
    guard !isEmpty || node.int("noop_with_empty_axes", default: 0) == 0,
      let axes = isEmpty ? Array(0..<rank) : ONNXDimensions.axes(named ?? [], rank: rank)
    else { throw QuantizedProblem(.attribute, "axes", "\(named ?? [])", "dimensions of \(dimensions)") }
    let kept = dimensions.indices.filter { !axes.contains($0) }
    let sizes = [1, kept.reduce(1) { $0 * dimensions[$1] }, axes.reduce(1) { $0 * dimensions[$1] }]
    var view = input.view
    let turned = view.layout.transposed(kept + axes)
    if let layout = turned.reshaped(sizes) {
      view.layout = layout
    } else {
      view.layout = turned
      view = try arrange(view, as: CodeLayout(rowMajor: turned.dimensions), node: node.name)
      view.layout = CodeLayout(rowMajor: sizes)
    }
    var pending = try globalPooling(node, view, input.scale)
    let keepsDimensions = node.int("keepdims", default: 1) != 0
    let reduced = dimensions.indices.map { kept.contains($0) ? dimensions[$0] : 1 }
    pending.layout = CodeLayout(rowMajor: keepsDimensions ? reduced : kept.map { dimensions[$0] })
    if case .globalAverage(let pooling, let operand, let scale, let count) = pending.kind {
      pending.kind = .mean(pooling, operand, scale, count: count)
    }
    return .pending(pending)
  }

  /// The pooling whose requantization is still open: `addSum` or `addAverage` replaces it.
  private func sum(kernel: Extent, stride: Extent, padding: Padding) -> Pooling {
    Pooling(kind: .average(clamp: 0...0), kernel: kernel, stride: stride, padding: padding)
  }

  /// Refuses padding so wide that a window has no element of the input.
  private func checkTouching(_ window: QuantizedWindow, _ input: Shape) throws(QuantizedProblem) {
    let (kernel, padding) = (window.kernel, window.padding)
    guard max(padding.top, padding.bottom) < kernel.height, max(padding.left, padding.right) < kernel.width else {
      let pads = [padding.top, padding.left, padding.bottom, padding.right]
      throw QuantizedProblem(
        .window, "padding \(pads) leaves windows of \(kernel.height)x\(kernel.width) without an element")
    }
  }

  /// The layout of `[1, C, ...]` for one of `[1, ..., C]`.
  private func channelsFirst(_ layout: CodeLayout) throws(QuantizedProblem) -> CodeLayout {
    let rank = layout.dimensions.count
    guard rank >= 3 else {
      throw QuantizedProblem(.shape, "the input has dimensions \(layout.dimensions), but at least 3 are needed")
    }
    return layout.transposed([0, rank - 1] + Array(1..<rank - 1))
  }

  private static func channelsLast(_ rank: Int) -> [Int] { [0] + Array(2..<rank) + [1] }
}
