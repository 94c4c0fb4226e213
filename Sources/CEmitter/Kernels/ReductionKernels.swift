import NetworkIR

/// See dory_pooling.h, dory_softmax.h and dory_reduction.h.
extension KernelSource {
  /// Reduction of windows.
  static func pooling(_ pooling: Pooling, _ layer: ResolvedLayer) -> KernelSource {
    let kind: String
    let requantization: String
    var zeroPoint = 0
    var extra: [Field] = []
    switch pooling.kind {
    case .maximum(let clamp):
      kind = "DORY_POOL_MAXIMUM"
      requantization = unchanged(clamp: clamp)
    case .average(let clamp):
      kind = "DORY_POOL_AVERAGE"
      requantization = unchanged(clamp: clamp)
    case .sum(let rule, let inputZeroPoint):
      kind = "DORY_POOL_SUM"
      requantization = braces(rule)
      zeroPoint = inputZeroPoint
    case .singlePrecisionAverage(let average):
      kind = "DORY_POOL_FLOAT_AVERAGE"
      requantization = unchanged(clamp: average.clamp)
      zeroPoint = average.inputZeroPoint
      extra = [
        ("input_scale", floatLiteral(average.inputScale)), ("output_scale", floatLiteral(average.outputScale)),
        ("output_zero_point", int32Literal(average.outputZeroPoint)), ("divisor", "\(average.divisor ?? 0)"),
      ]
    }
    let fields: [Field] = [
      ("kind", kind), ("window", braces(layer.planned.geometry)), ("input_zero_point", int32Literal(zeroPoint)),
      ("requantization", requantization),
    ]
    return KernelSource("dory_pooling.h", "dory_pooling_t", "dory_pooling", fields: typeFields(layer) + fields + extra)
  }

  /// TensorFlow Lite's integer softmax.
  static func softmax(_ softmax: Softmax, _ layer: ResolvedLayer) -> KernelSource {
    let fields: [Field] = [
      ("multiplier", "\(softmax.multiplier)"), ("left_shift", "\(softmax.leftShift)"),
      ("minimum_difference", int32Literal(softmax.minimumDifference)),
    ]
    return KernelSource(
      "dory_softmax.h", "dory_softmax_t", "dory_softmax",
      fields: typeFields(layer) + fields + boundFields(layer.planned.output.type.range))
  }

  /// Softmax by a table of exponentials, compiled into the file.
  static func tableSoftmax(_ softmax: TableSoftmax, _ layer: ResolvedLayer) -> KernelSource {
    let fields: [Field] = [
      ("exponentials", "exponentials"), ("multiplier", "\(softmax.multiplier)"), ("shift", "\(softmax.shift)"),
      ("zero_point", int32Literal(softmax.zeroPoint)),
    ]
    return KernelSource(
      "dory_reduction.h", "dory_table_softmax_t", "dory_table_softmax",
      tables: [constantArray("exponentials", of: "int32_t", softmax.exponentials.map(String.init))],
      fields: typeFields(layer) + fields + boundFields(softmax.clamp))
  }

  /// Index of the greatest or the least code of each position.
  static func argumentMaximum(_ argument: ArgumentMaximum, _ layer: ResolvedLayer) -> KernelSource {
    KernelSource(
      "dory_reduction.h", "dory_argument_maximum_t", "dory_argument_maximum",
      fields: typeFields(layer) + [("least", argument.isMinimum ? "true" : "false")])
  }
}
