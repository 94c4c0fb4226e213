extension Addition {
  /// Finds an addition that equals a table on every pair, for tables of a weighted sum of both operands that no
  /// `Pairwise` comes near, such as sums with power-of-two weights, whose ties go to even codes.
  ///
  /// - Parameters:
  ///   - first: codes of the first operand, of 8 bits or fewer.
  ///   - second: codes of the second operand, likewise.
  ///   - clamp: the output codes.
  ///   - codes: the table, the second operand varying fastest.
  ///   - slopes: the weights; the offset is found.
  /// - Returns: nil where the table does not follow the sum, or depends on the product of the operands.
  package static func fitted(
    first: ClosedRange<Int>, second: ClosedRange<Int>, clamp: ClosedRange<Int>, codes: [Int16], slopes: PairwiseSlopes
  ) -> Addition? {
    precondition(codes.count == first.count * second.count, "one code for each pair")
    let operands = -256...256
    let weights = [slopes.first, slopes.second].map(abs)
    let largest = weights.max() ?? 0
    guard slopes.product == 0, weights.allSatisfy({ $0 < 0x1p30 }), largest > 0x1p-40, clamp.count <= 1 << 16,
      operands.contains(first), operands.contains(second)
    else { return nil }
    for bits in [12, 16, 21] {
      // Sums of two products with codes stay in 32 bits.
      let unit = Double(sign: .plus, exponent: bits - 1 - Int(largest.exponent), significand: 1)
      let one = Int(slopes.first * unit + (slopes.first < 0 ? -0.5 : 0.5))
      let other = Int(slopes.second * unit + (slopes.second < 0 ? -0.5 : 0.5))
      let sums = first.flatMap { a in second.map { a * one + $0 * other } }
      guard let rule = RequantizationRule(sums, codes, clamp: clamp), let low = sums.min(), let high = sums.max(),
        let output = try? Requantization(rules: [rule], accumulators: [low...high], clamp: clamp),
        let scaled = try? Requantization(scale: one, codes: first),
        let otherScaled = try? Requantization(scale: other, codes: second)
      else { continue }
      return Addition(first: scaled, second: otherScaled, output: output)
    }
    return nil
  }
}

extension RequantizationRule {
  /// The thresholds of codes that follow a sum.
  ///
  /// - Returns: nil where a greater sum has a lesser code, or a code is outside the clamp.
  fileprivate init?(_ sums: [Int], _ codes: [Int16], clamp: ClosedRange<Int>) {
    var least = [Int](repeating: .max, count: clamp.count)
    var greatest = [Int](repeating: .min, count: clamp.count)
    for (sum, code) in zip(sums, codes) {
      guard clamp.contains(Int(code)) else { return nil }
      let index = Int(code) - clamp.lowerBound
      least[index] = min(least[index], sum)
      greatest[index] = max(greatest[index], sum)
    }
    // The first sum with a code or a greater one; past the last sum for codes that never occur.
    var threshold = (sums.max() ?? 0) + 1
    var thresholds: [Int] = []
    for index in least.indices.reversed() {
      guard greatest[index] < threshold else { return nil }
      threshold = min(threshold, least[index])
      if index > 0 { thresholds.append(threshold) }
    }
    self.init([.thresholds(lowest: clamp.lowerBound, thresholds.reversed()), .clamp(clamp)])
  }
}

extension Requantization {
  /// The exact product of a code and a weight.
  fileprivate init(scale: Int, codes: ClosedRange<Int>) throws(RequantizationError) {
    let words = Int(Int32.min)...Int(Int32.max)
    let rule = RequantizationRule([.affine(scale: scale, offset: 0), .clamp(words)])
    try self.init(rules: [rule], accumulators: [codes], clamp: words)
  }
}
