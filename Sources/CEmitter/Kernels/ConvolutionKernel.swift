import NetworkIR

extension KernelSource {
  /// Convolutions; see dory_convolution.h and dory_depthwise.h.
  static func convolution(_ convolution: Convolution, _ layer: ResolvedLayer) -> KernelSource {
    let requantization = convolution.requantization
    let function = convolution.kernelFunction(layer.planned)
    let fields: [Field] = [
      ("window", braces(layer.planned.geometry)),
      ("input_channels_per_group", "\(convolution.inputChannelsPerGroup)"),
      ("output_channels_per_group", "\(convolution.outputChannelsPerGroup)"),
      ("input_type", layer.planned.inputs[0].type.cName),
      ("weight_type", convolution.weightType.cName),
      ("output_type", layer.planned.output.type.cName),
      ("padding_value", "\(convolution.paddingValue)"),
      ("form", requantization?.form.cName ?? "DORY_RAW"),
      ("entries", "\(requantization?.entriesPerChannel ?? 0)"),
      ("has_weight_zero_points", convolution.weightZeroPoints.isEmpty ? "false" : "true"),
    ]
    return KernelSource(
      function == "dory_depthwise_convolution" ? "dory_depthwise.h" : "dory_convolution.h", "dory_convolution_t",
      function,
      fields: fields + boundFields(requantization?.clamp ?? 0...0) + [
        ("accumulates", layer.accumulator == nil ? "false" : "true")
      ])
  }
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
