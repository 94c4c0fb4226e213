import NetworkIR

extension TFLiteSupport {
  /// Operators on the codes of one activation.
  static let elementwise = [
    TFLiteSupport(
      "SOFTMAX", "softmax over the channels of each position",
      limits: [.softmaxOutput, .softmaxInput, .softmaxType, .sameType], lower: { $0.emit($0.softmax()) }),
    TFLiteSupport(
      "QUANTIZE", "rescale, code by code, between int8, uint8 and int16", limits: [.leftShift, .exactRequantization],
      lower: { $0.emit($0.quantize()) }),
    TFLiteSupport(
      "RELU", "rescale, code by code, with a lower bound", limits: [.leftShift, .exactRequantization, .sameType],
      lower: { $0.emit($0.relu()) }),
    TFLiteSupport(
      "RELU6", "rescale that only clamps", limits: [.sameQuantization, .sameType], isModelledForXNNPACK: true,
      lower: { $0.emit($0.clampToSix()) }),
  ]
}

extension TFLiteOperator {
  /// QUANTIZE between integers: another type, scale and zero point. Source: PrepareQuantizeReference of
  /// tensorflow/lite/micro/kernels/quantize_common.cc, which divides the scales in double precision.
  mutating func quantize() -> TFLiteLayer? {
    guard let (input, output, shape) = elementwise() else { return nil }
    let factor = TFLiteMultiplier(Double(input.scale) / Double(output.scale))
    return rescale(input, output, shape, factor, clamp: output.type.range)
  }

  /// RELU on its own: another scale and zero point, and a lower bound. Source: CalculateReluOpData of
  /// tensorflow/lite/micro/kernels/activations_common.cc, which divides the scales in float32.
  mutating func relu() -> TFLiteLayer? {
    guard let (input, output, shape) = elementwise(), haveOneType(input, output),
      let clamp = activationRange("RELU", output)
    else { return nil }
    return rescale(input, output, shape, TFLiteMultiplier(Double(input.scale / output.scale)), clamp: clamp)
  }

  /// A multiplication code by code; a table where that takes 64 bits and the input has few codes.
  private mutating func rescale(
    _ input: TFLiteActivation, _ output: TFLiteActivation, _ shape: Shape, _ factor: TFLiteMultiplier,
    clamp: ClosedRange<Int>
  ) -> TFLiteLayer? {
    let codes = input.type.range
    let differences = codes.less(input.zeroPoint)
    switch TFLiteScaling.double(factor).rule(zeroPoint: output.zeroPoint, clamp: clamp, over: differences) {
    case .success(let rule) where input.type.bits <= 8:
      let narrow = RequantizationFit.cheapest(for: rule, over: differences, clamp: clamp)
      guard narrow.map({ $0.form >= .rq64 }) ?? true else { break }
      let table = codes.map { rule.evaluate($0 - input.zeroPoint) ?? clamp.lowerBound }
      let reached = values(0, of: input).compactMap { code in table[code - codes.lowerBound] }
      return TFLiteLayer(
        operation: .lookup(Lookup(tables: [table.map(Int32.init)])), kind: "lookup", inputs: [(input.name, shape)],
        output: output, outputShape: shape, values: (reached.min() ?? 0)...(reached.max() ?? 0))
    default: break
    }
    let requantization = requantization(
      [factor], accumulators: [differences], zeroPoint: output.zeroPoint, clamp: clamp)
    guard let requantization else { return nil }
    return TFLiteLayer(
      operation: .rescale(requantization, inputZeroPoint: input.zeroPoint), kind: "rescale",
      inputs: [(input.name, shape)], output: output, outputShape: shape,
      values: requantization.codes(for: [values(0, of: input).less(input.zeroPoint)]))
  }

  /// RELU6 on its own, which only clamps: the kernel reads the quantization of its input and copies codes.
  mutating func clampToSix() -> TFLiteLayer? {
    guard let (input, output, shape) = elementwise(), let clamp = activationRange("RELU6", input),
      haveOneType(input, output), sameQuantization(input, output),
      let requantization = proven(
        [RequantizationRule([.clamp(clamp)])], over: [input.type.range], clamp: clamp)
    else { return nil }
    return TFLiteLayer(
      operation: .rescale(requantization), kind: "rescale", inputs: [(input.name, shape)], output: output,
      outputShape: shape, values: requantization.codes(for: [values(0, of: input)]))
  }

  /// SOFTMAX over the channels. Sources: PreprocessSoftmaxScaling and CalculateInputRadius of
  /// tensorflow/lite/kernels/internal/quantization_util.cc, with 5 integer bits.
  mutating func softmax() -> TFLiteLayer? {
    let beta = float("beta")
    guard let (input, output, shape) = elementwise(), haveOneType(input, output), let beta else { return nil }
    guard input.type != .int16 else {
      refuse(.softmaxType, "the input is int16, of which the kernel interpolates tables of 513 entries")
      return nil
    }
    let least = output.type.range.lowerBound
    if output.scale != 0x1p-8 || output.zeroPoint != least {
      let found = "scale \(output.scale) and zero point \(output.zeroPoint)"
      refuse(.softmaxOutput, "the output has \(found), but 0.00390625 and \(least) are needed")
    }
    let real = min(Double(beta) * Double(input.scale) * 0x1p26, 0x1p31 - 1)
    // Each channel adds at most 2^19 to a sum in 32 bits.
    guard real > 1, shape.channels <= 4095 else {
      refuse(.softmaxInput, "there are \(shape.channels) channels, and beta times scale times 2^26 is \(real)")
      return nil
    }
    guard problems.isEmpty else { return nil }
    let factor = TFLiteMultiplier(real)
    let radius = (31 * 0x1p26 / Double(1 << factor.shift)).rounded(.down)
    let softmax = Softmax(multiplier: factor.multiplier, leftShift: factor.shift, minimumDifference: -Int(radius))
    return TFLiteLayer(
      operation: .softmax(softmax), kind: "softmax", inputs: [(input.name, shape)], output: output,
      outputShape: shape, values: output.type.range)
  }

  /// Input and output of an operator that keeps the shape, and the shape in which a layer reads and writes them.
  mutating func elementwise() -> (input: TFLiteActivation, output: TFLiteActivation, shape: Shape)? {
    let input = input()
    let output = output()
    guard let input, let output else { return nil }
    guard input.dimensions == output.dimensions else {
      refuse(.consistentShapes, "the input has dimensions \(input.dimensions), the output \(output.dimensions)")
      return nil
    }
    return (input, output, input.shape)
  }

  /// Whether codes mean the same on both sides; 1e-6 is the tolerance of TensorFlow Lite's pooling kernels.
  mutating func sameQuantization(_ input: TFLiteActivation, _ output: TFLiteActivation) -> Bool {
    if input.zeroPoint == output.zeroPoint, abs(input.scale - output.scale) <= 1e-6 { return true }
    let from = "scale \(input.scale) and zero point \(input.zeroPoint)"
    refuse(.sameQuantization, "the input has \(from), the output \(output.scale) and \(output.zeroPoint)")
    return false
  }
}
