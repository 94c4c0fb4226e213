import NetworkIR

extension KernelLimits {
  /// Weights fit their type, and parameters hold all numbers of a channel.
  mutating func check(_ convolution: Convolution) {
    let shape = layer.inputs[0].shape
    let groups = convolution.groups
    require(
      shape.channels == convolution.inputChannels && output.shape.channels == convolution.outputChannels && groups > 0
        && shape.channels % max(groups, 1) == 0 && output.shape.channels % max(groups, 1) == 0,
      "\(convolution.inputChannels) to \(convolution.outputChannels) channels in \(groups) groups "
        + "as \(shape) to \(output.shape)")
    guard problems.isEmpty else { return }
    let type = convolution.weightType
    require(
      type.isSigned && type.bits <= 8, "weights of \(type.rawValue), the kernels take int8, int4 and int2")
    require(
      convolution.weights.count == convolution.outputChannels * convolution.weightsPerOutputChannel,
      "\(convolution.weights.count) weights, "
        + "\(convolution.outputChannels) x \(convolution.weightsPerOutputChannel) are needed")
    let outside = convolution.weights.first { !type.range.contains(Int($0)) }
    require(outside == nil, "a weight of \(outside ?? 0) in \(type.rawValue)")
    require(
      [0, convolution.outputChannels].contains(convolution.weightZeroPoints.count),
      "\(convolution.weightZeroPoints.count) zero points of weights for \(convolution.outputChannels) channels")
    checkWords(convolution.weightZeroPoints, "zero points of weights")
    checkWords([convolution.paddingValue], "padding value")
    guard let rule = convolution.requantization else { return }
    require(
      [1, convolution.outputChannels].contains(rule.coefficients.count),
      "\(rule.coefficients.count) rules for \(convolution.outputChannels) channels")
    for (channel, numbers) in rule.coefficients.enumerated() where !ConstantLayout.holds(numbers, form: rule.form) {
      require(
        false,
        "channel \(channel) has sign term \(numbers.signTerm) and zero point \(numbers.zeroPoint), which its parameters "
          + "do not hold")
    }
  }

  /// Exceptions are of 16 bits, and the affine form is one that C can shift; entries of a table fit the output.
  mutating func check(_ pairwise: Pairwise) {
    checkElementwise()
    checkClamp(pairwise.clamp)
    for (tensor, codes) in zip(inputs, [pairwise.first, pairwise.second]) {
      require(
        tensor.type.bits <= 8 && codes == tensor.type.range,
        "a table over \(codes.lowerBound)...\(codes.upperBound) for codes of \(tensor.type.rawValue)")
    }
    guard let coefficients = pairwise.coefficients else {
      let outside = pairwise.codes.first { !output.type.range.contains(Int($0)) }
      require(outside == nil, "a table entry of \(outside ?? 0) in an output of \(output.type.rawValue)")
      return
    }
    require((0...62).contains(coefficients.shift), "a shift of \(coefficients.shift), 0...62 is possible")
  }

  /// Each table has an entry for every code, one channel one table.
  mutating func check(_ lookup: Lookup) {
    checkElementwise()
    let type = inputs[0].type
    require(type.bits <= 8, "tables over \(type.rawValue), 8 bits are possible")
    require(
      [1, output.shape.channels].contains(lookup.tables.count),
      "\(lookup.tables.count) tables for \(output.shape.channels) channels")
    for table in lookup.tables {
      require(table.count == type.range.count, "a table of \(table.count) entries for \(type.range.count) codes")
      let outside = table.first { !output.type.range.contains(Int($0)) }
      require(outside == nil, "a table entry of \(outside ?? 0) in an output of \(output.type.rawValue)")
    }
  }

  /// Windows of a sum and their zero point.
  mutating func check(_ pooling: Pooling) {
    let channels = (layer.inputs[0].shape.channels, output.shape.channels)
    require(channels.0 == channels.1, "\(channels.0) channels pooled to \(channels.1)")
    switch pooling.kind {
    case .maximum(let clamp), .average(let clamp): checkClamp(clamp)
    case .sum(let rule, let zeroPoint):
      checkShared(rule)
      checkWords([zeroPoint], "zero point")
    case .singlePrecisionAverage(let average): check(average)
    }
  }

  /// Scales whose quotients stay normal, and codes that a rounding to at most 2^22 reaches.
  private mutating func check(_ average: SinglePrecisionAverage) {
    checkClamp(average.clamp)
    for scale in [average.inputScale, average.outputScale] {
      require(
        SinglePrecisionAverage.isScale(scale),
        "a scale with the bits \(scale), positive float32 numbers with exponents "
          + "\(SinglePrecisionAverage.exponents.lowerBound)...\(SinglePrecisionAverage.exponents.upperBound) are possible"
      )
    }
    for (tensor, code) in [(inputs[0], average.inputZeroPoint), (output, average.outputZeroPoint)] {
      require(
        tensor.type.bits <= 16 && tensor.type.range.contains(code),
        "zero point \(code) of \(tensor.type.rawValue), a code of 16 bits or fewer is possible")
    }
    let divisors = SinglePrecisionAverage.divisors
    require(
      divisors.contains(average.divisor ?? 1),
      "a divisor of \(average.divisor ?? 0), \(divisors.lowerBound)...\(divisors.upperBound) is possible")
  }

  /// An exponential for every difference of codes, and sums inside 64 bits.
  mutating func check(_ softmax: TableSoftmax) {
    checkElementwise()
    checkClamp(softmax.clamp)
    checkWords([softmax.zeroPoint], "zero point")
    let codes = inputs[0].type.range.count
    require(
      softmax.exponentials.count == codes, "\(softmax.exponentials.count) exponentials for \(codes) differences")
    require(
      softmax.exponentials.allSatisfy { $0 >= 0 } && softmax.exponentials.first ?? 0 > 0 && softmax.multiplier >= 0,
      "a negative exponential or multiplier, or none for the greatest code")
    guard (0...62).contains(softmax.shift) else {
      return require(false, "a shift of \(softmax.shift), 0...62 is possible")
    }
    let greatest = Int128(softmax.exponentials.max() ?? 0)
    let divisor = greatest * Int128(output.shape.channels) << Int128(softmax.shift)
    require(
      greatest * Int128(softmax.multiplier) + divisor / 2 <= Int128(Int.max) && divisor <= Int128(Int.max),
      "sums of \(output.shape.channels) exponentials shifted by \(softmax.shift) leave 64 bits")
  }

  /// One int32 for each position.
  mutating func checkArgument() {
    let input = layer.inputs[0].shape
    require(
      output.shape == Shape(height: input.height, width: input.width, channels: 1) && output.type == .int32,
      "the position of the greatest code of \(input) as \(output.shape) \(output.type.rawValue)")
  }
}
