extension Convolution {
  /// The accumulators that each output channel can reach, by interval arithmetic over inputs in `inputs`.
  ///
  /// - Returns: nil where some partial sum, in any order and with the input zero point folded into the bias as the
  ///   kernels do, could leave 32 bits: such a layer cannot be deployed exactly.
  package func accumulatorRanges(inputs: ClosedRange<Int>) -> [ClosedRange<Int>]? {
    let lowest = min(inputs.lowerBound, paddingValue)
    let highest = max(inputs.upperBound, paddingValue)
    let largest = max(abs(lowest), abs(highest))
    var ranges: [ClosedRange<Int>] = []
    ranges.reserveCapacity(outputChannels)
    for channel in 0..<outputChannels {
      var low = Int(bias[channel])
      var high = low
      var magnitude = 0
      var total = 0
      let start = channel * weightsPerOutputChannel
      let weightZeroPoint = weightZeroPoint(channel: channel)
      for code in weights[start..<start + weightsPerOutputChannel] {
        // A kernel adds up products of codes, and the codes times the weights' zero point.
        let weight = Int(code) - weightZeroPoint
        low += weight > 0 ? weight * (lowest - inputZeroPoint) : weight * (highest - inputZeroPoint)
        high += weight > 0 ? weight * (highest - inputZeroPoint) : weight * (lowest - inputZeroPoint)
        magnitude += (abs(Int(code)) + abs(weightZeroPoint)) * largest
        total += weight
      }
      let folded = Int(bias[channel]) - inputZeroPoint * total
      guard magnitude + abs(folded) <= Int(Int32.max) else { return nil }
      ranges.append(low...high)
    }
    return ranges
  }

  /// Bias with the input zero point folded in: what a kernel that multiplies raw codes starts from.
  package func foldedBias(channel: Int) -> Int32 {
    let start = channel * weightsPerOutputChannel
    let zeroPoint = weightZeroPoint(channel: channel)
    let total = weights[start..<start + weightsPerOutputChannel].reduce(0) { $0 + Int($1) - zeroPoint }
    return Int32(Int(bias[channel]) - inputZeroPoint * total)
  }
}
