import NetworkIR

extension TFLiteOperator {
  /// QUANTIZE from int8 to int8: another scale and zero point. Source: PrepareQuantizeReference of
  /// tensorflow/lite/micro/kernels/quantize_common.cc, which divides the scales in double precision.
  mutating func quantize() -> TFLiteLayer? {
    guard let (input, output, shape) = elementwise() else { return nil }
    let factor = TFLiteMultiplier(Double(input.scale) / Double(output.scale))
    return rescale(input, output, shape, factor, clamp: ElementType.int8.range)
  }

  /// RELU on its own: another scale and zero point, and a lower bound. Source: CalculateReluOpData of
  /// tensorflow/lite/micro/kernels/activations_common.cc, which divides the scales in float32.
  mutating func relu() -> TFLiteLayer? {
    guard let (input, output, shape) = elementwise(), let clamp = activationRange("RELU", output) else { return nil }
    return rescale(input, output, shape, TFLiteMultiplier(Double(input.scale / output.scale)), clamp: clamp)
  }

  private mutating func rescale(
    _ input: TFLiteActivation, _ output: TFLiteActivation, _ shape: Shape, _ factor: TFLiteMultiplier,
    clamp: ClosedRange<Int>
  ) -> TFLiteLayer? {
    let differences = ElementType.int8.range.less(input.zeroPoint)
    let requantization = requantization(
      [factor], accumulators: [differences], zeroPoint: output.zeroPoint, clamp: clamp)
    guard let requantization else { return nil }
    return TFLiteLayer(
      operation: .rescale(requantization, inputZeroPoint: input.zeroPoint), kind: "rescale",
      inputs: [(input.name, shape)], output: output,
      values: requantization.codes(for: [values(0).less(input.zeroPoint)]))
  }

  /// RELU6 on its own, which only clamps: the kernel reads the quantization of its input and copies codes.
  mutating func clampToSix() -> TFLiteLayer? {
    guard let (input, output, shape) = elementwise(), let clamp = activationRange("RELU6", input),
      sameQuantization(input, output),
      let requantization = proven(
        [RequantizationRule([.clamp(clamp)])], over: [ElementType.int8.range], clamp: clamp)
    else { return nil }
    return TFLiteLayer(
      operation: .rescale(requantization), kind: "rescale", inputs: [(input.name, shape)], output: output,
      values: requantization.codes(for: [values(0)]))
  }

  /// SOFTMAX over the channels. Sources: PreprocessSoftmaxScaling and CalculateInputRadius of
  /// tensorflow/lite/kernels/internal/quantization_util.cc, with 5 integer bits.
  mutating func softmax() -> TFLiteLayer? {
    let beta = float("beta")
    guard let (input, output, shape) = elementwise(), let beta else { return nil }
    if output.scale != 0x1p-8 || output.zeroPoint != -128 {
      let found = "scale \(output.scale) and zero point \(output.zeroPoint)"
      refuse(.softmaxOutput, "the output has \(found), but 0.00390625 and -128 are needed")
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
      values: ElementType.int8.range)
  }

  /// Input and output of an operator that keeps the shape.
  private mutating func elementwise() -> (input: TFLiteActivation, output: TFLiteActivation, shape: Shape)? {
    let input = input()
    let output = output()
    let from = shape(of: input)
    let to = shape(of: output)
    guard let input, let output, let from, to != nil else { return nil }
    guard input.dimensions == output.dimensions else {
      refuse(.consistentShapes, "the input has dimensions \(input.dimensions), the output \(output.dimensions)")
      return nil
    }
    return (input, output, from)
  }

  /// Whether codes mean the same on both sides; 1e-6 is the tolerance of TensorFlow Lite's pooling kernels.
  mutating func sameQuantization(_ input: TFLiteActivation, _ output: TFLiteActivation) -> Bool {
    if input.zeroPoint == output.zeroPoint, abs(input.scale - output.scale) <= 1e-6 { return true }
    let from = "scale \(input.scale) and zero point \(input.zeroPoint)"
    refuse(.sameQuantization, "the input has \(from), the output \(output.scale) and \(output.zeroPoint)")
    return false
  }
}
