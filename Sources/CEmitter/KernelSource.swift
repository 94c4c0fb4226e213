import NetworkIR

/// The kernel of a layer: which function, and its compile-time constants as a C structure named `kernel`.
struct KernelSource {
  /// The template that defines the function.
  var header: String
  var function: String
  /// `static const dory_..._t kernel = {...};`
  var definition: String

  init(_ layer: ResolvedLayer) {
    let input = layer.planned.inputs[0].type.cName
    let output = layer.planned.output.type.cName
    let split = layer.planned.split.cName
    var fields: [(name: String, value: String)]
    let type: String
    switch layer.operation {
    case .convolution(let convolution):
      header = "dory_convolution.h"
      function = convolution.kernelFunction(layer.planned)
      type = "dory_convolution_t"
      fields = convolutionFields(convolution, layer)
    case .addition(let addition):
      header = "dory_elementwise.h"
      function = "dory_addition"
      type = "dory_addition_t"
      fields = [
        ("first_type", input), ("second_type", layer.planned.inputs[1].type.cName), ("output_type", output),
        ("first_zero_point", int32Literal(addition.firstZeroPoint)),
        ("second_zero_point", int32Literal(addition.secondZeroPoint)),
        ("first", braces(addition.first)), ("second", braces(addition.second)), ("output", braces(addition.output)),
      ]
    case .pooling(let pooling):
      header = "dory_pooling.h"
      function = "dory_pooling"
      type = "dory_pooling_t"
      fields = [
        ("kind", pooling.kind.cName), ("window", braces(layer.planned.geometry)), ("input_type", input),
        ("output_type", output), ("input_zero_point", int32Literal(pooling.kind.inputZeroPoint)),
        ("requantization", braces(pooling.kind)),
      ]
    case .rescale(let rule, let zeroPoint):
      header = "dory_elementwise.h"
      function = "dory_rescale"
      type = "dory_rescale_t"
      fields = [
        ("input_type", input), ("output_type", output), ("input_zero_point", int32Literal(zeroPoint)),
        ("requantization", braces(rule)),
      ]
    case .softmax(let softmax):
      header = "dory_softmax.h"
      function = "dory_softmax"
      type = "dory_softmax_t"
      let codes = layer.planned.output.type.range
      fields = [
        ("input_type", input), ("output_type", output), ("multiplier", "\(softmax.multiplier)"),
        ("left_shift", "\(softmax.leftShift)"), ("minimum_difference", "\(softmax.minimumDifference)"),
        ("low", "\(codes.lowerBound)"), ("high", "\(codes.upperBound)"),
      ]
    }
    fields.append(("split", split))
    definition =
      "static const \(type) kernel = {\n" + fields.map { "    .\($0.name) = \($0.value),\n" }.joined() + "};\n"
  }
}

private func convolutionFields(
  _ convolution: Convolution, _ layer: ResolvedLayer
) -> [(name: String, value: String)] {
  let requantization = convolution.requantization
  let codes = requantization?.clamp ?? 0...0
  return [
    ("window", braces(layer.planned.geometry)),
    ("input_channels_per_group", "\(convolution.inputChannelsPerGroup)"),
    ("output_channels_per_group", "\(convolution.outputChannelsPerGroup)"),
    ("input_type", layer.planned.inputs[0].type.cName),
    ("output_type", layer.planned.output.type.cName),
    ("padding_value", "\(convolution.paddingValue)"),
    ("form", requantization?.form.cName ?? "DORY_RAW"),
    ("low", int32Literal(codes.lowerBound)),
    ("high", int32Literal(codes.upperBound)),
    ("accumulates", layer.accumulator == nil ? "false" : "true"),
  ]
}

extension Convolution {
  /// The kernel for this shape.
  fileprivate func kernelFunction(_ planned: PlannedLayer) -> String {
    if hasPlaneWeights { return "dory_depthwise_convolution" }
    if groups > 1 { return "dory_grouped_convolution" }
    let isVector = planned.inputs[0].shape.extent == .one && planned.output.shape.extent == .one
    return isVector && kernel == .one ? "dory_fully_connected" : "dory_convolution"
  }
}

extension Pooling.Kind {
  fileprivate var cName: String {
    switch self {
    case .maximum: "DORY_POOL_MAXIMUM"
    case .average: "DORY_POOL_AVERAGE"
    case .sum: "DORY_POOL_SUM"
    }
  }

  /// Taken off each code of a sum; the other kinds work on the codes themselves.
  fileprivate var inputZeroPoint: Int {
    switch self {
    case .maximum, .average: 0
    case .sum(_, let zeroPoint): zeroPoint
    }
  }
}

private func braces(_ rule: Requantization) -> String {
  let coefficients = rule.coefficients(channel: 0)
  return "{\(rule.form.cName), {\(int32Literal(Int(coefficients.multiplier))), \(int64Literal(coefficients.offset)), "
    + "\(coefficients.shift), \(int64Literal(coefficients.signTerm)), \(coefficients.zeroPoint)}, "
    + "\(int32Literal(rule.clamp.lowerBound)), \(int32Literal(rule.clamp.upperBound))}"
}

private func braces(_ kind: Pooling.Kind) -> String {
  switch kind {
  case .maximum(let clamp), .average(let clamp):
    "{DORY_RAW, {0, 0, 0, 0, 0}, \(int32Literal(clamp.lowerBound)), \(int32Literal(clamp.upperBound))}"
  case .sum(let rule, _): braces(rule)
  }
}

private func braces(_ geometry: LayerGeometry) -> String {
  let numbers = [geometry.kernel, geometry.stride, geometry.dilation].flatMap { [$0.height, $0.width] }
  return "{" + numbers.map(String.init).joined(separator: ", ") + "}"
}
