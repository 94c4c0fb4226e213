import NetworkIR
import Testing

extension KernelCase {
  /// The case as a network with samples.
  ///
  /// - Throws: `NotRun` where the operator or its accumulators are beyond the tool.
  func trial() throws -> KernelTrial {
    switch category {
    case "conv", "dw", "conv/dw": try convolution()
    case "fc": try fullyConnected()
    case "transpose_conv": try transposedConvolution()
    case "avgpool", "maxpool": try pooling()
    case "add", "mul": try elementwise()
    case "maximum", "minimum": try extremum()
    case "batch_matmul": try matrixProduct()
    case "transpose": try transposition()
    case "softmax": throw NotRun(reason: "softmax with int16 codes is not modelled")
    case "svdf": throw NotRun(reason: "SVDF keeps a state between inferences")
    default: throw NotRun(reason: "there is no operator \(category)")
    }
  }

  // MARK: Convolutions

  private func convolution() throws -> KernelTrial {
    let (inputChannels, outputChannels) = try (self["IN_CH"], self["OUT_CH"])
    let isDepthwise = category == "dw"
    let depth = isDepthwise ? 1 : setting("FILTER_CH") ?? inputChannels
    let kernel = try Extent(height: self["FILTER_Y"], width: self["FILTER_X"])
    let count = kernel.area * depth * outputChannels
    var weights = try #require(array("weights"))
    let weightType: ElementType = weights.count == count ? .int8 : .int4
    if weightType == .int4 { weights = Self.unpacked(weights, count: count) }
    if isDepthwise {
      // The file has the output channel innermost.
      weights = (0..<count).map { weights[$0 % kernel.area * outputChannels + $0 / kernel.area] }
    }
    let input = try Shape(height: self["INPUT_H"], width: self["INPUT_W"], channels: inputChannels)
    let output = try Shape(height: self["OUTPUT_H"], width: self["OUTPUT_W"], channels: outputChannels)
    let operation = try convolution(
      kernel: kernel, weights: weights, type: weightType, groups: inputChannels / depth, from: input, to: output)
    return KernelTrial(
      inputs: [input], type: try #require(type("input")), layers: [(.convolution(operation), [0], output)],
      values: [try #require(array("input"))], expected: try #require(array("output_ref", "output")))
  }

  private func convolution(
    kernel: Extent, weights: [Int], type: ElementType, groups: Int, from input: Shape, to output: Shape
  ) throws -> Convolution {
    let stride = try Extent(height: self["STRIDE_Y"], width: self["STRIDE_X"])
    let dilation = try Extent(height: self["DILATION_Y"], width: self["DILATION_X"])
    let (top, left) = try (self["PAD_Y"], self["PAD_X"])
    func after(_ outputs: Int, _ step: Int, _ reach: Int, _ size: Int, _ before: Int) -> Int {
      max(0, (outputs - 1) * step + reach - size - before)
    }
    let padding = Padding(
      top: top, left: left,
      bottom: after(
        output.height, stride.height, (kernel.height - 1) * dilation.height + 1, input.height, top),
      right: after(output.width, stride.width, (kernel.width - 1) * dilation.width + 1, input.width, left))
    return try requantized(
      Convolution(
        kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups,
        inputChannels: input.channels, outputChannels: output.channels, weights: weights.map(Int8.init),
        weightType: type, bias: try bias(output.channels), inputZeroPoint: -self["INPUT_OFFSET"],
        paddingValue: -self["INPUT_OFFSET"], requantization: nil),
      multipliers: array("output_mult", "output_multiplier"), shifts: array("output_shift"))
  }

  private func fullyConnected() throws -> KernelTrial {
    let (depth, outputChannels) = try (self["ACCUMULATION_DEPTH"], self["OUT_CH"])
    var weights = try #require(array("weights", "input_weights"))
    let weightType: ElementType = weights.count == depth * outputChannels ? .int8 : .int4
    if weightType == .int4 { weights = Self.unpacked(weights, count: depth * outputChannels) }
    let zeroPoint = -(setting("FILTER_OFFSET") ?? 0)
    let isPerChannel = setting("OUTPUT_MULTIPLIER") == nil
    let operation = try requantized(
      Convolution(
        kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: depth,
        outputChannels: outputChannels, weights: weights.map(Int8.init), weightType: weightType,
        weightZeroPoints: zeroPoint == 0 ? [] : Array(repeating: zeroPoint, count: outputChannels),
        bias: try bias(outputChannels), inputZeroPoint: -self["INPUT_OFFSET"], paddingValue: -self["INPUT_OFFSET"],
        requantization: nil),
      multipliers: isPerChannel ? array("output_multiplier") : [self["OUTPUT_MULTIPLIER"]],
      shifts: isPerChannel ? array("output_shift") : [self["OUTPUT_SHIFT"]])
    return KernelTrial(
      inputs: [Shape(height: 1, width: 1, channels: depth)], type: try #require(type("input")),
      layers: [(.convolution(operation), [0], Shape(height: 1, width: 1, channels: outputChannels))],
      values: [try #require(array("input"))], expected: try #require(array("output_ref", "output")))
  }

  /// Zeros between the input's elements, then a convolution with the kernel turned round.
  private func transposedConvolution() throws -> KernelTrial {
    let input = try Shape(height: self["INPUT_H"], width: self["INPUT_W"], channels: self["IN_CH"])
    let output = try Shape(height: self["OUTPUT_H"], width: self["OUTPUT_W"], channels: self["OUT_CH"])
    let kernel = try Extent(height: self["FILTER_Y"], width: self["FILTER_X"])
    let stride = try Extent(height: self["STRIDE_Y"], width: self["STRIDE_X"])
    let spread = Shape(
      height: (input.height - 1) * stride.height + 1, width: (input.width - 1) * stride.width + 1,
      channels: input.channels)
    let row = input.width * input.channels
    let piece = Movement.Piece(
      extents: [input.height, input.width, input.channels], inputStrides: [row, input.channels, 1],
      outputStrides: [stride.height * spread.width * spread.channels, stride.width * spread.channels, 1])
    let zeroPoint = try -self["INPUT_OFFSET"]
    let weights = try #require(array("weights"))
    let positions = kernel.area
    let turned = weights.indices.map { index in
      let (filter, inside) = (index / (positions * input.channels), index % (positions * input.channels))
      let position = positions - 1 - inside / input.channels
      return weights[(filter * positions + position) * input.channels + inside % input.channels]
    }
    let (top, left) = try (kernel.height - 1 - self["PAD_Y"], kernel.width - 1 - self["PAD_X"])
    let operation = try requantized(
      Convolution(
        kernel: kernel, stride: .one, dilation: .one,
        padding: Padding(
          top: top, left: left, bottom: max(0, output.height + kernel.height - 1 - spread.height - top),
          right: max(0, output.width + kernel.width - 1 - spread.width - left)),
        groups: 1, inputChannels: input.channels, outputChannels: output.channels, weights: turned.map(Int8.init),
        bias: try bias(output.channels), inputZeroPoint: zeroPoint, paddingValue: zeroPoint, requantization: nil),
      multipliers: array("output_mult"), shifts: array("output_shift"))
    return KernelTrial(
      inputs: [input], type: .int8,
      layers: [
        (.movement(Movement(isRowwise: false, fill: zeroPoint, pieces: [piece])), [0], spread),
        (.convolution(operation), [1], output),
      ], values: [try #require(array("input"))], expected: try #require(array("output_ref")))
  }

  private func bias(_ channels: Int) throws -> [Int32] {
    let bias = array("biases", "bias", "input_bias") ?? []
    guard !bias.isEmpty else { return Array(repeating: 0, count: channels) }
    return try bias.prefix(channels).map {
      guard let value = Int32(exactly: $0) else { throw NotRun(reason: "the bias \($0) does not fit in 32 bits") }
      return value
    }
  }

  /// The convolution with the rules of the case.
  private func requantized(
    _ convolution: Convolution, multipliers: [Int]?, shifts: [Int]?
  ) throws -> Convolution {
    let (multipliers, shifts) = (try #require(multipliers), try #require(shifts))
    let codes = try #require(type("input")).range
    guard let ranges = convolution.accumulatorRanges(inputs: codes) else {
      throw NotRun(reason: "an accumulator can leave 32 bits")
    }
    let clamp = try self["OUT_ACTIVATION_MIN"]...self["OUT_ACTIVATION_MAX"]
    let zeroPoint = try self["OUTPUT_OFFSET"]
    let rules = (0..<convolution.outputChannels).map { channel in
      let shared = multipliers.count == 1
      return rule(
        multiplier: multipliers[shared ? 0 : channel], shift: shifts[shared ? 0 : channel], zeroPoint: zeroPoint,
        clamp: clamp)
    }
    var convolution = convolution
    convolution.requantization = try Requantization(rules: rules, accumulators: ranges, clamp: clamp)
    return convolution
  }

  private func rule(
    multiplier: Int, shift: Int, zeroPoint: Int, clamp: ClosedRange<Int>
  ) -> RequantizationRule {
    let end: [RequantizationStep] = [.affine(scale: 1, offset: zeroPoint), .clamp(clamp)]
    guard hasWideBias else {
      return RequantizationRule([.doublingMultiply(multiplier: Int32(multiplier), shift: shift)] + end)
    }
    let upper = multiplier < 0x7FFF_0000 ? (multiplier + 1 << 15) >> 16 : 0x7FFF
    return RequantizationRule(
      [.affine(scale: upper, offset: 0), .divide(by: 1 << (15 - shift), rounding: .halfUp)] + end)
  }

  // MARK: Pooling and elementwise operators

  private func pooling() throws -> KernelTrial {
    let input = try Shape(height: self["INPUT_H"], width: self["INPUT_W"], channels: self["INPUT_C"])
    let output = try Shape(height: self["OUTPUT_H"], width: self["OUTPUT_W"], channels: self["OUTPUT_C"])
    let kernel = try Extent(height: self["FILTER_H"], width: self["FILTER_W"])
    let stride = try Extent(height: self["STRIDE_H"], width: self["STRIDE_W"])
    let (top, left) = try (self["PADDING_H"], self["PADDING_W"])
    let clamp = try self["ACTIVATION_MIN"]...self["ACTIVATION_MAX"]
    let pooling = Pooling(
      kind: category == "avgpool" ? .average(clamp: clamp) : .maximum(clamp: clamp), kernel: kernel, stride: stride,
      padding: Padding(
        top: top, left: left,
        bottom: max(0, (output.height - 1) * stride.height + kernel.height - input.height - top),
        right: max(0, (output.width - 1) * stride.width + kernel.width - input.width - left)))
    return KernelTrial(
      inputs: [input], type: try #require(type("input_tensor")), layers: [(.pooling(pooling), [0], output)],
      values: [try #require(array("input_tensor"))], expected: try #require(array("output")))
  }

  private func elementwise() throws -> KernelTrial {
    let clamp = try self["OUT_ACTIVATION_MIN"]...self["OUT_ACTIVATION_MAX"]
    let output = try rule(
      multiplier: self["OUTPUT_MULT"], shift: self["OUTPUT_SHIFT"], zeroPoint: self["OUTPUT_OFFSET"], clamp: clamp)
    let zeroPoints = try [-self["INPUT1_OFFSET"], -self["INPUT2_OFFSET"]]
    let differences = zeroPoints.map { -128 - $0...127 - $0 }
    let operation: NetworkIR.Operation
    if category == "mul" {
      let corners = differences[0].ends.flatMap { first in differences[1].ends.map { first * $0 } }
      operation = .multiplication(
        Multiplication(
          output: try Requantization(rules: [output], accumulators: [corners.reach], clamp: clamp),
          firstZeroPoint: zeroPoints[0], secondZeroPoint: zeroPoints[1]))
    } else {
      let wide = Int(Int32.min)...Int(Int32.max)
      let scaled = try (1...2).map { operand in
        RequantizationRule([
          .affine(scale: 1 << (try self["LEFT_SHIFT"]), offset: 0),
          .doublingMultiply(
            multiplier: Int32(try self["INPUT\(operand)_MULT"]), shift: try self["INPUT\(operand)_SHIFT"]),
          .clamp(wide),
        ])
      }
      let reached = try zip(scaled, differences).map { rule, range in
        try range.ends.map { try #require(rule.evaluate($0)) }.reach
      }
      let sums = reached[0].lowerBound + reached[1].lowerBound...reached[0].upperBound + reached[1].upperBound
      operation = .addition(
        Addition(
          first: try Requantization(rules: [scaled[0]], accumulators: [differences[0]], clamp: wide),
          second: try Requantization(rules: [scaled[1]], accumulators: [differences[1]], clamp: wide),
          output: try Requantization(rules: [output], accumulators: [sums], clamp: clamp),
          firstZeroPoint: zeroPoints[0], secondZeroPoint: zeroPoints[1]))
    }
    let shape = Shape(height: 1, width: 1, channels: try self["DST_SIZE"])
    return KernelTrial(
      inputs: [shape, shape], type: .int8, layers: [(operation, [0, 1], shape)],
      values: [try #require(array("input1")), try #require(array("input2"))],
      expected: try #require(array("output_ref")))
  }
}

extension ClosedRange<Int> {
  /// The least and the greatest element.
  var ends: [Int] { [lowerBound, upperBound] }
}

extension [Int] {
  /// From the least to the greatest of at least one number.
  var reach: ClosedRange<Int> { (self.min() ?? 0)...(self.max() ?? 0) }
}
