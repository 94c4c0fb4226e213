import NetworkIR

extension IntegerONNXLowering {
  /// Notes what `check` says about a node.
  mutating func report(_ index: Int, macs: Int?, problems: [Diagnostic]) {
    let node = graph.nodes[index]
    var dimensions = graph.tensors[node.outputs.first ?? ""]?.dimensions
    switch values[node.outputs.first ?? ""] {
    case .stored(let view): dimensions = view.paddedDimensions
    case .chain(let chain): dimensions = chain.dimensions
    case .refused, nil: break
    }
    let parameters = Set(node.inputs).sorted().reduce(0) { total, input in
      guard let tensor = graph.tensors[input], tensor.data != nil, tail.readers[input] == 1 else { return total }
      return total + tensor.elements
    }
    reports[index] = OperatorReport(
      node: node.name, op: node.op, outputDimensions: dimensions, macs: macs, parameters: parameters,
      problems: problems, place: tail.places[index])
  }

  /// Multiply-accumulate operations of a node with weights.
  func macs(of value: IntegerONNXValue, _ node: GraphNode) -> Int? {
    guard ["Conv", "Gemm", "MatMul"].contains(node.op), let name = node.input(1),
      let weights = folded[name] ?? graph.tensors[name]
    else { return nil }
    let shape: Shape
    switch value {
    case .stored(let view): shape = view.shape
    case .chain(let chain): shape = chain.shape
    case .refused: return nil
    }
    return weights.elements / max(shape.channels, 1) * shape.elements
  }
}

extension Shape {
  /// The shape of a tensor whose dimensions the file writes as [1, C], [1, C, L] or [1, C, H, W]; else nil.
  init?(channelsFirst dimensions: [Int]) {
    guard (2...4).contains(dimensions.count), dimensions[0] == 1, dimensions.allSatisfy({ $0 >= 1 }) else { return nil }
    var elements = 1
    for dimension in dimensions {
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= Int(Int32.max) else { return nil }
      elements = product
    }
    self.init(
      height: dimensions.count > 2 ? dimensions[2] : 1, width: dimensions.count > 3 ? dimensions[3] : 1,
      channels: dimensions[1])
  }
}

extension TensorOrigin {
  /// Axes of [1, C], [1, C, L] or [1, C, H, W].
  static func channelsFirst(_ dimensions: [Int]) -> TensorOrigin {
    TensorOrigin(dimensions: dimensions, axes: Array([.batch, .channel, .height, .width].prefix(dimensions.count)))
  }
}
