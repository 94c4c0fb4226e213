import NetworkIR

/// What is known of a tensor of the file while its graph is lowered.
enum IntegerONNXValue {
  /// It is, or is a view of, a tensor of the network.
  case stored(IntegerONNXView)
  /// It is computed from one, but no layer writes it down yet.
  case chain(IntegerONNXChain)
  /// A node before it was refused: nothing more is said about what follows.
  case refused
}

/// A tensor of the network as the file sees it at some point.
struct IntegerONNXView {
  var tensor: TensorID
  /// HWC shape in which a layer reads it; `(1, 1, K)` after a flattening.
  var shape: Shape
  /// Dimensions in the file's order, batch first.
  var dimensions: [Int]
  /// The HWC shape whose CHW order the flattened elements have in the file; nil where nothing was flattened.
  var flattenedFrom: Shape?
  /// What a `Pad` put around it that has not found its layer yet.
  var padding: Padding = .zero
  /// The code outside the input, where there is padding.
  var paddingValue = 0

  /// As a layer reads it.
  var operand: Operand { Operand(tensor: tensor, shape: shape) }

  /// Dimensions with the padding.
  var paddedDimensions: [Int] {
    var result = dimensions
    if result.count > 2 { result[2] += padding.top + padding.bottom }
    if result.count > 3 { result[3] += padding.left + padding.right }
    return result
  }
}

/// A layer that is still growing: integers from one source, and what the file did with them since.
///
/// The value stands for `steps(source) / divisor`, exactly; only a rounding makes the divisor one.
struct IntegerONNXChain {
  /// Where the integers come from.
  enum Source {
    /// The accumulators of a convolution, whose requantization is still open; and the kind in the layer's name.
    case convolution(Convolution, Operand, kind: String)
    /// The sums of the windows of a pooling.
    case sum(kernel: Extent, stride: Extent, padding: Padding, Operand)
    /// The codes of a tensor, one by one.
    case codes(IntegerONNXView)
    /// The sum of two tensors, each scaled.
    case addition(Requantization, Operand, Requantization, Operand)
    /// The product of two tensors.
    case product(Operand, Operand)
    /// A function of the codes of a tensor; one entry for each code of its type.
    case table(IntegerONNXView, [Int])
  }

  var source: Source
  /// The node that the layer stands for.
  var node: String
  /// The tensor of the file that holds the value so far.
  var name: String
  var dimensions: [Int]
  var shape: Shape
  /// What the source can deliver: one range for all channels or one per channel.
  var accumulators: [ClosedRange<Int>]
  /// One list for all channels, or one per channel.
  var steps: [[RequantizationStep]] = [[]]
  var divisor = 1
  /// A division was rounded: another factor begins a new layer.
  var isRounded = false
  /// Read as `floor(sum / divisor)` although the file rounds nowhere: an average of codes that nothing follows.
  var isBareAverage = false
  /// Where the convolution computes the phases of a transposed one, which a movement brings to their positions.
  var transposed: TransposedConvolution?

  /// The product of all factors so far and the sum of all addends, per list of steps, to bound what rules compute.
  private var magnitudes: [Int] = [1]

  init(
    source: Source, node: String, name: String, dimensions: [Int], shape: Shape, accumulators: [ClosedRange<Int>]
  ) {
    self.source = source
    self.node = node
    self.name = name
    self.dimensions = dimensions
    self.shape = shape
    self.accumulators = accumulators
  }

  /// Nothing was done to the integers of the source.
  var isUntouched: Bool { divisor == 1 && steps.allSatisfy(\.isEmpty) }

  /// Appends `value * factors + addends`, each given once for all channels or once per channel.
  mutating func append(factors: [Int], addends: [Int]) throws(IntegerONNXProblem) {
    var factors = factors
    let common = factors.reduce(divisor) { Self.greatestCommonDivisor($0, abs($1)) }
    if common > 1 {
      factors = factors.map { $0 / common }
      divisor /= common
    }
    spread(max(factors.count, addends.count))
    for channel in steps.indices {
      let factor = factors[factors.count == 1 ? 0 : channel]
      let (addend, overflow) = addends[addends.count == 1 ? 0 : channel].multipliedReportingOverflow(by: divisor)
      let (product, tooLarge) = magnitudes[channel].multipliedReportingOverflow(by: max(abs(factor), 1))
      let (sum, tooLargeSum) = product.addingReportingOverflow(overflow ? 0 : abs(addend))
      guard !overflow, !tooLarge, !tooLargeSum, sum < 1 << 62 else { throw .factors }
      magnitudes[channel] = sum
      append(factor: factor, addend: addend, channel: channel)
    }
    isBareAverage = false
  }

  /// Appends `value + addends / denominator`.
  mutating func append(addends: [Int], denominator: Int) throws(IntegerONNXProblem) {
    try append(factors: [denominator], addends: addends)
    try divide(by: denominator)
  }

  /// `a * s` followed by `a + o` is the one step `a * s + o`.
  private mutating func append(factor: Int, addend: Int, channel: Int) {
    guard factor != 1 || addend != 0 else { return }
    if factor == 1, case .affine(let scale, 0) = steps[channel].last {
      steps[channel][steps[channel].count - 1] = .affine(scale: scale, offset: addend)
    } else {
      steps[channel].append(.affine(scale: factor, offset: addend))
    }
  }

  /// Divides without rounding.
  mutating func divide(by number: Int) throws(IntegerONNXProblem) {
    let (product, overflow) = divisor.multipliedReportingOverflow(by: number)
    guard !overflow, product < 1 << 62 else { throw .factors }
    divisor = product
    isBareAverage = false
  }

  /// Rounds the fraction, if it is one, to an integer.
  mutating func round(_ rounding: RequantizationStep.Rounding) {
    guard divisor > 1 else { return }
    for channel in steps.indices { steps[channel].append(.divide(by: divisor, rounding: rounding)) }
    divisor = 1
    isRounded = true
    isBareAverage = false
  }

  private mutating func spread(_ count: Int) {
    guard steps.count == 1, count > 1 else { return }
    steps = Array(repeating: steps[0], count: count)
    magnitudes = Array(repeating: magnitudes[0], count: count)
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestCommonDivisor(second, first % second)
  }

  /// The rules, without the last clamp, and the accumulators of each: one of both, or one per channel.
  var rules: [(steps: [RequantizationStep], accumulators: ClosedRange<Int>)] {
    guard steps.contains(where: { $0 != steps[0] }) else {
      let low = accumulators.map(\.lowerBound).min() ?? 0
      return [(steps[0], low...(accumulators.map(\.upperBound).max() ?? low))]
    }
    return steps.enumerated().map { ($1, accumulators[accumulators.count == 1 ? 0 : $0]) }
  }

  /// The integers that the value can be, over all channels; the divisor must be one.
  func values() throws(IntegerONNXProblem) -> ClosedRange<Int> {
    var low = Int.max
    var high = Int.min
    for (steps, range) in rules {
      let rule = RequantizationRule(steps)
      guard let first = rule.evaluate(range.lowerBound), let last = rule.evaluate(range.upperBound) else {
        throw .factors
      }
      low = min(low, first, last)
      high = max(high, first, last)
    }
    return low...max(low, high)
  }
}
