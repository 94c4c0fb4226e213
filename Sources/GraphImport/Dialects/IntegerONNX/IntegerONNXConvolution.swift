import NetworkIR

extension IntegerONNXLowering {
  /// `Conv`: in one dimension or two, grouped or not, with a `Pad` before it folded in.
  mutating func convolution(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let weights = try constant(node.input(1))
    let view = try storedValue(of: node.input(0))
    let dimensions = weights.dimensions ?? []
    guard dimensions.count == view.dimensions.count, dimensions.count >= 3, dimensions.allSatisfy({ $0 >= 1 }) else {
      throw .shape("the weights have dimensions \(dimensions) but the input has \(view.dimensions)")
    }
    let window = try IntegerONNXWindow(node, dimensions: view.paddedDimensions, kernel: Array(dimensions[2...]))
    let groups = node.int("group", default: 1)
    let (outputs, perGroup) = (dimensions[0], dimensions[1])
    let channels = view.shape.channels
    guard groups >= 1, groups <= channels, channels == perGroup * groups, outputs % groups == 0 else {
      throw .shape(
        "\(channels) input channels do not fit \(groups) groups of \(perGroup) inputs and \(outputs) outputs in all")
    }
    guard view.flattenedFrom == nil else { throw .shape("a Conv behind a flattening is not supported") }
    let layout = WeightLayout(
      outputs: outputs, kernel: window.kernel, inputs: perGroup, outputStride: perGroup * window.kernel.area,
      rowStride: window.kernel.width, columnStride: 1, inputStride: window.kernel.area)
    guard view.paddingValue == 0 || window.padding == .zero else {
      throw .padding("a Pad with the value \(view.paddingValue) and the Conv's own padding with 0 cannot be joined")
    }
    let convolution = Convolution(
      kernel: window.kernel, stride: window.stride, dilation: window.dilation, padding: view.padding + window.padding,
      groups: groups, inputChannels: channels, outputChannels: outputs, weights: try layout.weights(of: weights),
      bias: try bias(node.input(2), outputs: outputs), inputZeroPoint: 0, paddingValue: view.paddingValue,
      requantization: nil
    ).ofWidth(try weightBits(node))
    return .chain(
      try chain(
        convolution, view, node, kind: convolution.isDepthwise ? "dwconv" : "conv",
        dimensions: window.outputDimensions(channels: outputs, rank: view.dimensions.count)))
  }

  /// `Gemm` and `MatMul` with a vector: a convolution of a 1x1 map, weights brought into HWC order of the producer.
  mutating func fullyConnected(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let weights = try constant(node.input(1))
    let view = try storedValue(of: node.input(0))
    let isTransposed = node.int("transB", default: 0) != 0
    guard node.int("transA", default: 0) == 0 else { throw .attribute(name: "transA", found: "1", allowed: "0") }
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    let dimensions = weights.dimensions ?? []
    guard view.dimensions.count == 2, dimensions.count == 2, dimensions.allSatisfy({ $0 >= 1 }),
      dimensions[isTransposed ? 1 : 0] == view.dimensions[1]
    else {
      throw .shape("input \(view.dimensions) and weights \(dimensions) do not multiply to a vector")
    }
    let (inputs, outputs) = (view.dimensions[1], dimensions[isTransposed ? 0 : 1])
    // The file counts its inputs in CHW order of what was flattened; ours count in HWC order.
    let from = view.flattenedFrom ?? Shape(height: 1, width: 1, channels: inputs)
    let step = isTransposed ? 1 : outputs
    let layout = WeightLayout(
      outputs: outputs, kernel: from.extent, inputs: from.channels, outputStride: isTransposed ? inputs : 1,
      rowStride: from.width * step, columnStride: step, inputStride: from.extent.area * step)
    let alpha = Double(node.float("alpha") ?? 1)
    let beta = Double(node.float("beta") ?? 1)
    // Packed pixels that do not fill their bytes cannot be read as one vector: the window then is the whole map.
    let isVector = builder[view.tensor].type.isView(view.shape, of: builder[view.tensor].shape)
    let read = isVector ? view : IntegerONNXView(tensor: view.tensor, shape: from, dimensions: view.dimensions)
    let convolution = Convolution(
      kernel: isVector ? .one : from.extent, stride: .one, dilation: .one, padding: .zero, groups: 1,
      inputChannels: isVector ? inputs : from.channels, outputChannels: outputs,
      weights: try layout.weights(of: weights, scale: alpha),
      bias: try bias(node.input(2), outputs: outputs, scale: beta), inputZeroPoint: 0, paddingValue: 0,
      requantization: nil
    ).ofWidth(try weightBits(node))
    return .chain(try chain(convolution, read, node, kind: "fc", dimensions: [1, outputs]))
  }

  /// The width that Quantlab declares for a node's weights; 8 where there is none.
  func weightBits(_ node: GraphNode) throws(IntegerONNXProblem) -> Int {
    node.attributes["weight_bits"] == nil ? 8 : try node.integer("weight_bits", in: 1...64)
  }

  private func chain(
    _ convolution: Convolution, _ view: IntegerONNXView, _ node: GraphNode, kind: String, dimensions: [Int]
  ) throws(IntegerONNXProblem) -> IntegerONNXChain {
    guard let shape = Shape(channelsFirst: dimensions) else { throw .shape("the output \(dimensions) is too large") }
    return IntegerONNXChain(
      source: .convolution(convolution, view.operand, kind: kind), node: node.name, name: node.outputs[0],
      dimensions: dimensions, shape: shape, accumulators: try accumulatorRanges(convolution, view.operand))
  }

  /// One integer for each output, zeros where the input is absent; a single number serves all.
  func bias(_ name: String?, outputs: Int, scale: Double = 1) throws(IntegerONNXProblem) -> [Int32] {
    guard let name else { return Array(repeating: 0, count: outputs) }
    let tensor = try constant(name)
    let numbers = try tensor.integers(in: ElementType.int32.range, scale: scale)
    guard numbers.count == outputs || numbers.count == 1 else {
      throw .notPerChannel(tensor: name, dimensions: tensor.dimensions ?? [], channels: outputs)
    }
    let bias = numbers.map { Int32($0) }
    return bias.count == outputs ? bias : Array(repeating: bias[0], count: outputs)
  }
}

extension Convolution {
  /// With its weights stored in the narrowest type of at least `bits` bits that holds them.
  func ofWidth(_ bits: Int) -> Convolution {
    var result = self
    let least = Int(weights.min() ?? 0)
    let range = least...Int(weights.max() ?? 0)
    let fits = { (type: ElementType) in type.range.contains(range.lowerBound) && type.range.contains(range.upperBound) }
    result.weightType = [.int2, .int4].first { $0.bits >= bits && fits($0) } ?? .int8
    return result
  }
}
