package import NetworkIR

extension ReferenceExecutor {
  /// How far an accumulator of a layer is from the nearest one with another code, by the rule of its channel.
  ///
  /// - Parameters:
  ///   - layer: index in `Network.layers`.
  ///   - channel: of the layer's output.
  ///   - accumulator: what `accumulator(layer:position:tensors:)` returned.
  /// - Returns: nil for layers that requantize nothing, and where no code but this one is in reach.
  package func distanceToNearestThreshold(layer: Int, channel: Int, accumulator: Int) -> Int? {
    let requantization: Requantization? =
      switch network.layers[layer].operation {
      case .convolution(let convolution): convolution.requantization
      case .addition(let addition): addition.output
      case .pooling(let pooling): pooling.kind.requantization
      case .rescale(let requantization, _): requantization
      case .multiplication(let multiplication): multiplication.output
      case .matrixProduct(let product): product.requantization
      case .extremum, .pairwise, .lookup, .softmax, .tableSoftmax, .argumentMaximum, .movement: nil
      }
    guard let rule = requantization?.rule(channel: channel) else { return nil }
    return Self.distanceToNearestThreshold(rule: rule, accumulator: accumulator)
  }

  /// How far an accumulator is from the nearest one with another code: 1 next to a threshold.
  ///
  /// A rule is a step function, so in each direction the codes differ from some distance on: the distance is
  /// bracketed by doubling and then bisected.
  ///
  /// - Parameters:
  ///   - rule: the rule of the element's channel.
  ///   - accumulator: where the search starts.
  ///   - accumulators: where to look; the rule has a value on all of them.
  /// - Returns: nil where every accumulator in reach has the same code, or the rule has no value.
  package static func distanceToNearestThreshold(
    rule: RequantizationRule, accumulator: Int,
    within accumulators: ClosedRange<Int> = Int(Int32.min)...Int(Int32.max)
  ) -> Int? {
    guard accumulators.contains(accumulator), let code = rule.code(of: accumulator) else { return nil }
    let upwards = leastDistance(upTo: accumulators.upperBound - accumulator) {
      rule.code(of: accumulator + $0) != code
    }
    let downwards = leastDistance(upTo: accumulator - accumulators.lowerBound) {
      rule.code(of: accumulator - $0) != code
    }
    return [upwards, downwards].compactMap { $0 }.min()
  }

  /// The least distance in `1...limit` from which on `differs` holds, or nil.
  private static func leastDistance(upTo limit: Int, _ differs: (Int) -> Bool) -> Int? {
    guard limit > 0 else { return nil }
    var reach = 1
    while reach < limit, !differs(reach) { reach = min(2 * reach, limit) }
    guard differs(reach) else { return nil }
    var same = reach / 2
    while reach - same > 1 {
      let middle = same + (reach - same) / 2
      if differs(middle) { reach = middle } else { same = middle }
    }
    return reach
  }
}

extension Pooling.Kind {
  /// Of a sum; the other kinds have none.
  fileprivate var requantization: Requantization? {
    switch self {
    case .sum(let requantization, _): requantization
    case .maximum, .average, .singlePrecisionAverage: nil
    }
  }
}
