import NetworkIR

extension IntegerONNXLowering {
  /// `ConvTranspose`: weights `[input, output of the group, row, column]`.
  mutating func transposedConvolution(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let tensor = try constant(node.input(1))
    let view = try storedValue(of: node.input(0))
    let dimensions = tensor.dimensions ?? []
    guard dimensions.count == view.dimensions.count, dimensions.count >= 3, dimensions.allSatisfy({ $0 >= 1 }) else {
      throw .shape("the weights have dimensions \(dimensions) but the input has \(view.dimensions)")
    }
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    guard view.flattenedFrom == nil else { throw .shape("a \(node.op) behind a flattening is not supported") }
    let window = try window(node, view.dimensions, kernel: Array(dimensions[2...]))
    let groups = node.int("group", default: 1)
    let inputs = view.shape.channels
    guard groups >= 1, inputs == dimensions[0], inputs.isMultiple(of: groups), inputs >= groups else {
      throw .shape("\(inputs) input channels do not fit \(groups) groups and weights of \(dimensions[0]) inputs in all")
    }
    let (outputs, overflow) = dimensions[1].multipliedReportingOverflow(by: groups)
    guard !overflow, outputs <= NetworkLimit.mostElements,
      let whole = TransposedConvolution(
        window.rows, window.columns, groups: groups, inputChannels: inputs, outputChannels: outputs)
    else { throw .shape(TransposedConvolution.tooLarge) }
    let codes = try tensor.integers(in: ElementType.int8.range)
    let offsets = TransposedConvolution.offsets(
      kernelArea: window.kernel.area, groups: groups, inputChannels: inputs, outputChannels: outputs)
    let convolution = whole.convolution(
      weights: offsets.map { Int8(codes[$0]) }, type: .int8, zeroPoints: [],
      bias: try bias(node.input(2), outputs: outputs), inputZeroPoint: 0
    ).ofWidth(try weightBits(node))
    let outputDimensions = window.outputDimensions(channels: outputs)
    guard Shape(channelsFirst: outputDimensions) != nil else {
      throw .shape("the output \(outputDimensions) is too large")
    }
    var chain = IntegerONNXChain(
      source: .convolution(convolution, view.operand, kind: convolution.isDepthwise ? "dwconv" : "conv"),
      node: node.name, name: node.outputs[0], dimensions: outputDimensions, shape: whole.outputShape,
      accumulators: whole.joined(try accumulatorRanges(convolution, view.operand)))
    chain.transposed = whole
    return .chain(chain)
  }

  private func window(
    _ node: GraphNode, _ dimensions: [Int], kernel: [Int]
  ) throws(IntegerONNXProblem) -> ONNXTransposedWindow {
    do {
      return try ONNXTransposedWindow(node, dimensions: dimensions, kernel: kernel)
    } catch {
      switch error {
      case .attribute(let name, let found, let allowed):
        throw IntegerONNXProblem.attribute(name: name, found: found, allowed: allowed)
      case .sizes(let sentence): throw IntegerONNXProblem.shape(sentence)
      }
    }
  }
}
