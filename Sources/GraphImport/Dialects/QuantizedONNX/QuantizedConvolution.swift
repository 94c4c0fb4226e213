import NetworkIR

extension QuantizedLowering {
  /// `Conv` between DequantizeLinear and QuantizeLinear.
  mutating func convolution(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let input = try dequantized(node, 0)
    let weights = try weights(node, 1)
    return .pending(try convolution(node, input.view, input.scale, weights, weightIndex: 1, biasIndex: 2))
  }

  /// `QLinearConv`.
  mutating func codeConvolution(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let view = try codes(node, 0)
    let scale = try scale(node, scale: 1, zeroPoint: 2, type: builder[view.tensor].type)
    let weights = try weights(node, codes: 3, axis: 0)
    let pending = try convolution(node, view, scale, weights, weightIndex: 3, biasIndex: 8)
    let output = try self.scale(node, scale: 6, zeroPoint: 7, type: nil)
    return .codes(try quantize(pending, to: output, name: node.outputs.first ?? ""))
  }

  /// `ConvInteger`: the accumulators are the output.
  mutating func integerConvolution(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let view = try codes(node, 0)
    let scale = try unitScale(node, zeroPoint: 2, of: view)
    let weights = try weights(node, codes: 1, zeroPoints: 3, axis: 0)
    return .pending(try convolution(node, view, scale, weights, weightIndex: 1, biasIndex: nil))
  }

  /// Codes that stand for themselves less their zero point.
  mutating func unitScale(
    _ node: GraphNode, zeroPoint index: Int, of view: QuantizedView
  ) throws(QuantizedProblem) -> QuantizedScale {
    let type = builder[view.tensor].type
    let zeroPoints = try integers(node, index, "zero point") ?? [0]
    let name = node.input(index) ?? ""
    guard let zeroPoint = zeroPoints.first, zeroPoints.allSatisfy({ $0 == zeroPoint }) else {
      throw QuantizedProblem(.scaleCount, name, zeroPoints.count, 1)
    }
    guard type.range.contains(zeroPoint) else {
      throw QuantizedProblem(.zeroPoint, zeroPoint, name, "\(type.range.lowerBound)...\(type.range.upperBound)")
    }
    return QuantizedScale(scale: 1, zeroPoint: zeroPoint, type: type)
  }

  private mutating func convolution(
    _ node: GraphNode, _ view: QuantizedView, _ input: QuantizedScale, _ constant: QuantizedConstant,
    weightIndex: Int, biasIndex: Int?
  ) throws(QuantizedProblem) -> QuantizedPending {
    let dimensions = constant.dimensions
    guard dimensions.count == view.dimensions.count, dimensions.count >= 3, dimensions.allSatisfy({ $0 >= 1 }) else {
      throw QuantizedProblem(
        .shape, "the weights have dimensions \(dimensions), but the input has \(view.dimensions)")
    }
    let window = try QuantizedWindow(node, dimensions: view.dimensions, kernel: Array(dimensions[2...]))
    let groups = node.int("group", default: 1)
    let (outputs, perGroup) = (dimensions[0], dimensions[1])
    let channels = view.dimensions[1]
    guard groups >= 1, groups <= channels, channels == perGroup * groups, outputs.isMultiple(of: groups) else {
      let message =
        "\(channels) input channels do not fit \(groups) groups of \(perGroup) inputs and \(outputs) outputs in all"
      throw QuantizedProblem(.shape, message)
    }
    let operand = try map(view, node: node.name)
    let area = window.kernel.area
    // The file has the inputs outside the kernel's rows and columns, we have them inside.
    let offsets = (0..<area).flatMap { place in (0..<perGroup).map { $0 * area + place } }
    let weights = try QuantizedWeights(
      constant, node.input(weightIndex) ?? "", axis: 0, outputs: outputs, outputStride: perGroup * area,
      offsets: offsets)
    let units = weights.scales.map { input.scale * $0 }
    let bias = try bias(node, biasIndex, outputs: outputs, units: units)
    let convolution = Convolution(
      kernel: window.kernel, stride: window.stride, dilation: window.dilation, padding: window.padding, groups: groups,
      inputChannels: channels, outputChannels: outputs, weights: weights.codes, weightType: weights.type,
      weightZeroPoints: weights.zeroPoints, bias: bias,
      inputZeroPoint: input.zeroPoint, paddingValue: input.zeroPoint, requantization: nil)
    let outputDimensions = window.outputDimensions(channels: outputs)
    try checkSize(outputDimensions)
    return QuantizedPending(
      kind: .convolution(convolution, operand, scales: units, kind: convolution.isDepthwise ? "dwconv" : "conv"),
      shape: window.shape(channels: outputs), layout: CodeLayout(channelsFirst: outputDimensions), node: node.name,
      name: node.outputs.first ?? "")
  }

  /// Refuses an output of which nothing is left, or that is larger than any network may have, before its elements are
  /// counted.
  func checkSize(_ dimensions: [Int]) throws(QuantizedProblem) {
    guard dimensions.allSatisfy({ $0 >= 1 }) else {
      throw QuantizedProblem(.shape, "the output has dimensions \(dimensions), but each must be at least 1")
    }
    guard ONNXDimensions.elements(dimensions) != nil else {
      throw QuantizedProblem(
        .shape, "the output has dimensions \(dimensions), more than \(NetworkLimit.mostElements) elements")
    }
  }
}
