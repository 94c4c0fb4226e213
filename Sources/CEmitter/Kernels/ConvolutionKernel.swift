import NetworkIR

extension KernelSource {
  /// Convolutions: the kernel of the order in which their constants are stored.
  static func convolution(_ convolution: Convolution, _ layer: ResolvedLayer) -> KernelSource {
    switch layer.constantOrder {
    case .plain: plainConvolution(convolution, layer)
    case .interleaved: grouped(convolution, layer, "dory_dense")
    case .columns: grouped(convolution, layer, "dory_columns")
    }
  }

  /// Convolutions with int8 weights; see dory_dense.h and dory_columns.h.
  private static func grouped(_ convolution: Convolution, _ layer: ResolvedLayer, _ name: String) -> KernelSource {
    let requantization = convolution.requantization
    let parameters = GroupParameters(convolution, order: layer.constantOrder)
    let fields: [Field] = [
      ("window", braces(layer.planned.geometry)),
      ("form", parameters.form),
      ("entries", "\(parameters.entries)"),
    ]
    let codes =
      parameters.form == RequantizationForm.rq32c.cName ? requantization?.remainingClamp : requantization?.clamp
    let dense: [Field] = [
      ("accumulates", layer.accumulator == nil ? "false" : "true"), ("is_wide", parameters.isWide ? "true" : "false"),
    ]
    var source = KernelSource(
      "\(name).h", "\(name)_t", name,
      fields: typeFields(layer) + fields + boundFields(codes ?? 0...0)
        + (layer.constantOrder == .interleaved ? dense : []))
    if convolution.padding != .zero { source.border = (layer.planned.inputs[0].type, convolution.paddingValue) }
    return source
  }

  /// All other convolutions; see dory_convolution.h and dory_depthwise.h.
  private static func plainConvolution(_ convolution: Convolution, _ layer: ResolvedLayer) -> KernelSource {
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

extension Requantization {
  /// The codes that the kernel clips to: all of 32 bits where the bounds of the accumulator leave nothing to clip.
  fileprivate var remainingClamp: ClosedRange<Int> {
    let isClipped = coefficients.contains { numbers in
      guard form == .rq32c, let bounds = numbers.bounds else { return true }
      return [bounds.lowerBound, bounds.upperBound].contains { accumulator in
        !clamp.contains((Int(accumulator) * Int(numbers.multiplier) + Int(numbers.offset)) >> Int(numbers.shift))
      }
    }
    return isClipped ? clamp : Int(Int32.min)...Int(Int32.max)
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
