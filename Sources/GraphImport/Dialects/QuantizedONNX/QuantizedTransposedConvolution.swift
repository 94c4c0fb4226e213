import NetworkIR

extension QuantizedLowering {
  /// `ConvTranspose` between DequantizeLinear and QuantizeLinear: weights `[input, output of the group, row, column]`.
  mutating func transposedConvolution(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let input = try dequantized(node, 0)
    let view = input.view
    let constant = try weights(node, 1)
    let dimensions = constant.dimensions
    guard dimensions.count == view.dimensions.count, dimensions.count >= 3, dimensions.allSatisfy({ $0 >= 1 }) else {
      throw QuantizedProblem(
        .shape, "the weights have dimensions \(dimensions), but the input has \(view.dimensions)")
    }
    let operand = try map(view, node: node.name)
    let window = try window(node, view.dimensions, kernel: Array(dimensions[2...]))
    let ordinary = try ordinary(constant, node, 1)
    let outputs = ordinary.dimensions[0]
    let inputs = view.dimensions[1]
    let groups = node.int("group", default: 1)
    guard inputs == dimensions[0] else {
      throw QuantizedProblem(.shape, "the weights are for \(dimensions[0]) input channels, but there are \(inputs)")
    }
    let whole = TransposedConvolution(
      window.rows, window.columns, groups: groups, inputChannels: inputs, outputChannels: outputs)
    guard let whole else {
      throw QuantizedProblem(.window, TransposedConvolution.tooLarge)
    }
    let size = ordinary.dimensions[1]
    let weights = try QuantizedWeights(
      ordinary, node.input(1) ?? "", axis: 0, outputs: outputs, outputStride: size, offsets: Array(0..<size))
    let units = weights.scales.map { input.scale.scale * $0 }
    let bias = try bias(node, 2, outputs: outputs, units: units)
    let convolution = whole.convolution(
      weights: weights.codes, type: weights.type, zeroPoints: weights.zeroPoints, bias: bias,
      inputZeroPoint: input.scale.zeroPoint)
    let outputDimensions = window.outputDimensions(channels: outputs)
    try checkSize(outputDimensions)
    return .pending(
      QuantizedPending(
        kind: .convolution(convolution, operand, scales: units, kind: convolution.isDepthwise ? "dwconv" : "conv"),
        shape: whole.outputShape, layout: CodeLayout(channelsFirst: outputDimensions), node: node.name,
        name: node.outputs.first ?? "", transposed: whole))
  }

  private func window(
    _ node: GraphNode, _ dimensions: [Int], kernel: [Int]
  ) throws(QuantizedProblem) -> ONNXTransposedWindow {
    do {
      return try ONNXTransposedWindow(node, dimensions: dimensions, kernel: kernel)
    } catch {
      switch error {
      case .attribute(let name, let found, let allowed): throw QuantizedProblem(.attribute, name, found, allowed)
      case .sizes(let sentence): throw QuantizedProblem(.window, sentence)
      }
    }
  }

  /// The weights of a `ConvTranspose` as an ordinary convolution has them, `[output][row, column, input of the group]`:
  /// scales along the outputs of a group hold in every group, those along the inputs where each group has one.
  func ordinary(
    _ constant: QuantizedConstant, _ node: GraphNode, _ index: Int
  ) throws(QuantizedProblem) -> QuantizedConstant {
    let dimensions = constant.dimensions
    let groups = node.int("group", default: 1)
    guard dimensions.count >= 3, groups >= 1, dimensions[0].isMultiple(of: groups),
      ONNXDimensions.elements(dimensions) != nil, groups <= dimensions[0]
    else {
      throw QuantizedProblem(.shape, "weights of dimensions \(dimensions) do not fit \(groups) groups")
    }
    let (inputs, inner) = (dimensions[0], dimensions[1])
    let outputs = inner * groups
    let channels = 0..<outputs
    let places: [Int]
    switch (constant.scales.count, constant.axis) {
    case (1, _): places = [0]
    case (inner, 1): places = channels.map { $0 % inner }
    case (inputs, 0) where inputs == groups: places = channels.map { $0 / inner }
    case (let count, _): throw QuantizedProblem(.scaleCount, node.input(index) ?? "", count, inner)
    }
    let area = dimensions[2...].reduce(1, *)
    let offsets = TransposedConvolution.offsets(
      kernelArea: area, groups: groups, inputChannels: inputs, outputChannels: outputs)
    return QuantizedConstant(
      dimensions: [outputs, area * (inputs / groups)], type: constant.type, codes: offsets.map { constant.codes[$0] },
      scales: places.map { constant.scales[$0] }, zeroPoints: places.map { constant.zeroPoints[$0] }, axis: 0)
  }
}
