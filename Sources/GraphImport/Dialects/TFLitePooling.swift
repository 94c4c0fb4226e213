import NetworkIR

extension TFLiteOperator {
  /// MAX_POOL_2D and AVERAGE_POOL_2D: on codes, over the positions inside the input.
  mutating func pooling(average: Bool) -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = shape(of: input)
    let to = shape(of: output)
    let clamp = fusedRange(output)
    let rows = int("filter_height")
    let columns = int("filter_width")
    guard let rows, let columns else { return nil }
    let kernel = Extent(height: rows, width: columns)
    let window = window(kernel: kernel, input: from, output: to, dilated: false)
    guard let input, let output, let from, let to, let clamp, let window else { return nil }
    guard from.channels == to.channels else {
      refuse(.consistentShapes, "the input has \(from.channels) channels, the output \(to.channels)")
      return nil
    }
    let positions = min(rows, from.height) * min(columns, from.width)
    if average && !fitsSum(of: positions) { return nil }
    guard sameQuantization(input, output), problems.isEmpty else { return nil }
    let kind: Pooling.Kind = average ? .average(clamp: clamp) : .maximum(clamp: clamp)
    let pooling = Pooling(kind: kind, kernel: kernel, stride: window.stride, padding: window.padding)
    let low = min(max(values(0).lowerBound, clamp.lowerBound), clamp.upperBound)
    let high = min(max(values(0).upperBound, clamp.lowerBound), clamp.upperBound)
    return TFLiteLayer(
      operation: .pooling(pooling), kind: average ? "avgpool" : "maxpool", inputs: [(input.name, from)],
      output: output, values: low...high)
  }

  /// MEAN over all of height and width: a sum with the division folded into the multiplier.
  ///
  /// `multiplier << s` is divided by the number of positions, cutting off, for the largest s that keeps 32 bits.
  /// Source: Mean of tensorflow/lite/kernels/internal/reference/integer_ops/mean.h.
  mutating func mean() -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = shape(of: input)
    let to = shape(of: output)
    guard let input, let output, let from, let to, isSpatialMean(of: input) else { return nil }
    guard output.elements == from.channels, to.channels == from.channels else {
      refuse(.consistentShapes, "the input has \(from.channels) channels, the output dimensions \(output.dimensions)")
      return nil
    }
    let positions = from.extent.area
    guard fitsSum(of: positions) else { return nil }
    let whole = TFLiteMultiplier(Double(input.scale) / Double(output.scale))
    let bits = min(Int.bitWidth - 1 - positions.leadingZeroBitCount, 32, 31 + whole.shift)
    let folded = (Int(whole.multiplier) << bits) / positions
    let factor = TFLiteMultiplier(multiplier: Int32(folded), shift: whole.shift - bits)
    let differences = values(0).less(input.zeroPoint)
    let sums = differences.lowerBound * positions...differences.upperBound * positions
    let requantization = requantization(
      [factor], accumulators: [sums], zeroPoint: output.zeroPoint, clamp: ElementType.int8.range)
    guard let requantization else { return nil }
    let pooling = Pooling(
      kind: .sum(requantization, inputZeroPoint: input.zeroPoint), kernel: from.extent, stride: .one, padding: .zero)
    return TFLiteLayer(
      operation: .pooling(pooling), kind: "avgpool", inputs: [(input.name, from)], output: output,
      values: requantization.codes(for: [sums]))
  }

  /// Whether input 1 names exactly the dimensions between batch and channels.
  private mutating func isSpatialMean(of input: TFLiteActivation) -> Bool {
    guard let name = inputName(1), let tensor = graph.tensors[name], tensor.type == .int32, let data = tensor.data
    else {
      refuse(.meanAxes, "the axes are not an int32 constant")
      return false
    }
    let rank = input.dimensions.count
    let axes = Self.int32s(data).map { Int($0) < 0 ? Int($0) + rank : Int($0) }
    guard rank >= 3, Set(axes) == Set(1..<rank - 1) else {
      refuse(.meanAxes, "the axes are \(axes) of \(rank) dimensions")
      return false
    }
    return true
  }

  /// Whether the sum of that many differences of codes stays inside 32 bits.
  private mutating func fitsSum(of positions: Int) -> Bool {
    guard positions * 256 <= Int(Int32.max) else {
      refuse(.accumulator, "the sum of \(positions) codes can leave the 32 bits of the accumulator")
      return false
    }
    return true
  }
}
