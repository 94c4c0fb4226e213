/// All exact lines of a channel's rule, on sums of products without the channel's bias.
struct ChannelLines {
  /// The sums that can occur.
  let sums: ClosedRange<Int>
  /// A sum next to the first step and one next to the last: beyond them codes do not change. Nil for one code only.
  let varying: ClosedRange<Int>?
  private let steps: StepFunction
  private let lines: SeparatingLines?
  private let bias: Int

  /// - Returns: nil where no line is exact.
  init?(_ steps: StepFunction, bias: Int) {
    func sum(_ x: Int) -> Int { steps.accumulator(x) - bias }
    func range(_ x: Int, _ other: Int) -> ClosedRange<Int> { min(sum(x), sum(other))...max(sum(x), sum(other)) }
    sums = range(steps.domain.lowerBound, steps.domain.upperBound)
    if let first = steps.positions.first, let last = steps.positions.last {
      let lines = SeparatingLines(steps, over: steps.domain)
      guard !lines.areEmpty else { return nil }
      varying = range(first - 1, last)
      self.lines = lines
    } else {
      varying = nil
      lines = nil
    }
    self.steps = steps
    self.bias = bias
  }

  /// A multiplier and all its offsets for which `(sum * multiplier + offset) >> shift`, clipped, is the rule.
  ///
  /// - Parameter shift: 0...62
  /// - Returns: nil where no multiplier fits in 32 bits.
  func line(shift: Int) -> (multiplier: Int, offsets: ClosedRange<Int128>)? {
    guard let lines else {
      let least = Int128(steps.firstCode) << Int128(shift)
      return (0, least...least + (1 << Int128(shift)) - 1)
    }
    guard let magnitude = lines.middleMultiplier(shift: shift),
      let offsets = lines.offsets(multiplier: magnitude, shift: shift)
    else { return nil }
    let multiplier = steps.isMirrored ? -magnitude : magnitude
    let folded = Int128(multiplier) * Int128(bias)
    return (multiplier, offsets.lowerBound + folded...offsets.upperBound + folded)
  }
}

extension Requantization {
  /// The lines of a channel for sums without a bias.
  func lines(channel: Int, bias: Int) -> ChannelLines? {
    let accumulators = accumulators[accumulators.count == 1 ? 0 : channel]
    return StepFunction(rule(channel: channel), over: accumulators, clamp: clamp).flatMap {
      ChannelLines($0, bias: bias)
    }
  }
}
