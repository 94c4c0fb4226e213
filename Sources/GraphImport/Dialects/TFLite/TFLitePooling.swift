import NetworkIR

extension TFLiteSupport {
  /// Operators that reduce windows channel by channel.
  static let pools = [
    TFLiteSupport(
      "AVERAGE_POOL_2D", "average pooling over the positions inside the input",
      limits: [.window, .fusedActivation, .sameQuantization, .sameType, .accumulator],
      lower: { $0.emit($0.pooling(average: true)) }),
    TFLiteSupport(
      "MAX_POOL_2D", "maximum pooling over the positions inside the input",
      limits: [.window, .fusedActivation, .sameQuantization, .sameType], isModelledForXNNPACK: true,
      lower: { $0.emit($0.pooling(average: false)) }),
    TFLiteSupport(
      "MEAN", "sum pooling, over channels a convolution, the division being part of the requantization",
      limits: [.meanAxes, .sameType, .accumulator, .leftShift, .exactRequantization], dataInputs: 1,
      lower: { $0.emit($0.mean()) }),
  ]
}

extension TFLiteOperator {
  /// MAX_POOL_2D and AVERAGE_POOL_2D: on codes, over the positions inside the input.
  mutating func pooling(average: Bool) -> TFLiteLayer? {
    let input = input()
    let output = output()
    let from = map(input)
    let to = map(output)
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
    if average && !fitsSum(of: positions, input.type.range) { return nil }
    guard haveOneType(input, output), sameQuantization(input, output), problems.isEmpty else { return nil }
    let kind: Pooling.Kind = average ? .average(clamp: clamp) : .maximum(clamp: clamp)
    let pooling = Pooling(kind: kind, kernel: kernel, stride: window.stride, padding: window.padding)
    let values = values(0, of: input)
    let low = min(max(values.lowerBound, clamp.lowerBound), clamp.upperBound)
    let high = min(max(values.upperBound, clamp.lowerBound), clamp.upperBound)
    return TFLiteLayer(
      operation: .pooling(pooling), kind: average ? "avgpool" : "maxpool", inputs: [(input.name, from)],
      output: output, values: low...high)
  }

  /// Whether the sum of that many codes, or differences of codes, stays inside 32 bits.
  mutating func fitsSum(of positions: Int, _ codes: ClosedRange<Int>) -> Bool {
    guard positions <= Int(Int32.max) / codes.count else {
      refuse(.accumulator, "the sum of \(positions) codes can leave the 32 bits of the accumulator")
      return false
    }
    return true
  }
}
