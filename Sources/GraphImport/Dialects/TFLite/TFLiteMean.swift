import NetworkIR

extension TFLiteOperator {
  /// MEAN over neighbouring dimensions: a sum with the division folded into the multiplier.
  ///
  /// `multiplier << s` is divided by the number of positions, cutting off, for the largest s that keeps 32 bits.
  /// Source: QuantizedMeanOrSum of tensorflow/lite/kernels/internal/reference/reduce.h.
  mutating func mean() -> TFLiteLayer? {
    guard let input = input(), let output = output(), let view = reducedView(of: input) else { return nil }
    guard output.elements == input.elements / view.count else {
      refuse(
        .consistentShapes, "the input has dimensions \(input.dimensions), the output \(output.dimensions)")
      return nil
    }
    guard haveOneType(input, output), fitsSum(of: view.count, input.type.range) else { return nil }
    let whole = TFLiteMultiplier(Double(input.scale) / Double(output.scale))
    let bits = min(Int.bitWidth - 1 - view.count.leadingZeroBitCount, 32, 31 + whole.shift)
    let folded = (Int(whole.multiplier) << bits) / view.count
    let factor = TFLiteMultiplier(multiplier: Int32(folded), shift: whole.shift - bits)
    let differences = values(0, of: input).less(input.zeroPoint)
    let sums = differences.lowerBound * view.count...differences.upperBound * view.count
    guard view.inner > 1 || view.outer == 1 else { return channelMean(view, input, output, factor, sums) }
    let requantization = requantization(
      [factor], accumulators: [sums], zeroPoint: output.zeroPoint, clamp: output.type.range)
    guard let requantization else { return nil }
    let (from, kernel) = pooledShape(view, input)
    let pooling = Pooling(
      kind: .sum(requantization, inputZeroPoint: input.zeroPoint), kernel: kernel, stride: .one, padding: .zero)
    return TFLiteLayer(
      operation: .pooling(pooling), kind: "avgpool", inputs: [(input.name, from)], output: output,
      outputShape: Shape(
        height: from.height / kernel.height, width: from.width / kernel.width, channels: from.channels),
      values: requantization.codes(for: [sums]))
  }

  /// The input as a map of which one window is reduced to each position of the output.
  private func pooledShape(_ view: ReducedView, _ input: TFLiteActivation) -> (Shape, Extent) {
    guard view.outer == 1 else {
      return (
        Shape(height: view.outer, width: view.count, channels: view.inner), Extent(height: 1, width: view.count)
      )
    }
    let shape = input.shape
    if shape.extent.area == view.count { return (shape, shape.extent) }
    let channels = view.inner.isMultiple(of: shape.channels) ? shape.channels : view.inner
    return (
      Shape(height: view.count, width: view.inner / channels, channels: channels),
      Extent(height: view.count, width: 1)
    )
  }

  /// The mean over the channels of each position: a convolution with a weight of 1 for each.
  private mutating func channelMean(
    _ view: ReducedView, _ input: TFLiteActivation, _ output: TFLiteActivation, _ factor: TFLiteMultiplier,
    _ sums: ClosedRange<Int>
  ) -> TFLiteLayer? {
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: view.count,
      outputChannels: 1, weights: [Int8](repeating: 1, count: view.count), bias: [0],
      inputZeroPoint: input.zeroPoint, paddingValue: input.zeroPoint, requantization: nil)
    return layer(
      convolution, kind: "conv", input, Shape(height: view.outer, width: 1, channels: view.count), output,
      Shape(height: view.outer, width: 1, channels: 1), [.double(factor)], output.type.range)
  }

  /// Dimensions before, within and behind the ones that are reduced, each taken together.
  struct ReducedView {
    var outer: Int
    var count: Int
    var inner: Int
  }

  /// The input with its reduced dimensions, named by input 1, as one; they must be neighbours.
  mutating func reducedView(of input: TFLiteActivation) -> ReducedView? {
    guard let axes = integers(1) else {
      refuse(.meanAxes, "the axes are not an integer constant")
      return nil
    }
    let rank = input.dimensions.count
    let named = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    // A dimension of 1 may count as reduced or not.
    let reduced = named.filter { input.dimensions.indices.contains($0) && input.dimensions[$0] > 1 }.sorted()
    let between = (reduced.first ?? 0)..<((reduced.last ?? -1) + 1)
    guard named.allSatisfy({ (0..<rank).contains($0) }),
      between.allSatisfy({ named.contains($0) || input.dimensions[$0] == 1 })
    else {
      refuse(.meanAxes, "the axes are \(axes) of \(rank) dimensions")
      return nil
    }
    return ReducedView(
      outer: input.dimensions[..<between.lowerBound].reduce(1, *), count: input.dimensions[between].reduce(1, *),
      inner: input.dimensions[between.upperBound...].reduce(1, *))
  }
}
