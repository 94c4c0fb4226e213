/// About how the output codes of a `Pairwise` depend on its operands' codes:
/// `round(x1 * first + x2 * second + x1 * x2 * product + offset)`, before the clamp.
package struct PairwiseSlopes: Equatable, Sendable {
  package var first: Double
  package var second: Double
  package var product: Double
  /// Without a half for rounding.
  package var offset: Double

  package init(first: Double, second: Double, product: Double = 0, offset: Double) {
    self.first = first
    self.second = second
    self.product = product
    self.offset = offset
  }
}

extension Pairwise {
  /// Finds the integer form that differs from a table on the fewest pairs.
  ///
  /// - Parameters:
  ///   - first: codes of the first operand.
  ///   - second: codes of the second operand.
  ///   - clamp: the output codes.
  ///   - codes: the table, the second operand varying fastest.
  ///   - slopes: what the table is about; only near them is anything found.
  ///   - mostExceptions: pairs that may be listed.
  /// - Returns: nil where every form differs on more than `mostExceptions` pairs.
  package static func fitted(
    first: ClosedRange<Int>, second: ClosedRange<Int>, clamp: ClosedRange<Int>, codes: [Int16],
    slopes: PairwiseSlopes, mostExceptions: Int = Self.mostExceptions
  ) -> Pairwise? {
    // Multipliers of 30 bits cost one multiplication each; more bits are only worth it where they save exceptions.
    var best: Pairwise?
    for bits in [30, 38] {
      let search = PairwiseSearch(first: first, second: second, clamp: clamp, codes: codes, slopes: slopes, bits: bits)
      guard let coefficients = search?.coefficients(),
        let found = Pairwise(
          first: first, second: second, clamp: clamp, codes: codes, coefficients: coefficients,
          mostExceptions: mostExceptions)
      else { continue }
      if found.exceptions.isEmpty { return found }
      if best.map({ found.exceptions.count < $0.exceptions.count }) ?? true { best = found }
    }
    return best
  }
}

extension Operation {
  /// The cheapest layer that equals a table of a weighted sum of two operands on every pair; there always is one.
  ///
  /// An affine form with few exceptions; else an addition of integers, which equals sums whose ties go to even codes; else,
  /// for sums of float32 whose roundings depend on the pair, as those of decimal scales do, whichever of the affine form
  /// with all its exceptions and the table itself takes fewer bytes.
  ///
  /// - Parameters:
  ///   - first: codes of the first operand, of 8 bits or fewer.
  ///   - second: codes of the second operand, likewise.
  ///   - clamp: the output codes.
  ///   - output: the type of the output.
  ///   - codes: the table, the second operand varying fastest.
  ///   - slopes: what the table is about.
  /// - Returns: a pairwise layer or an addition.
  package static func sum(
    first: ClosedRange<Int>, second: ClosedRange<Int>, clamp: ClosedRange<Int>, output: ElementType, codes: [Int16],
    slopes: PairwiseSlopes
  ) -> Operation {
    if let found = Pairwise.fitted(first: first, second: second, clamp: clamp, codes: codes, slopes: slopes) {
      return .pairwise(found)
    }
    if let found = Addition.fitted(first: first, second: second, clamp: clamp, codes: codes, slopes: slopes) {
      return .addition(found)
    }
    let table = Pairwise(first: first, second: second, clamp: clamp, table: codes)
    let listed = Pairwise.fitted(
      first: first, second: second, clamp: clamp, codes: codes, slopes: slopes,
      mostExceptions: table.tableBytes(output: output) / Pairwise.exceptionBytes)
    return .pairwise(listed ?? table)
  }
}

/// Looks for the offset with the fewest exceptions, the multipliers given.
private struct PairwiseSearch {
  let first: ClosedRange<Int>
  let second: ClosedRange<Int>
  let clamp: ClosedRange<Int>
  let codes: [Int16]
  /// With an offset that rounds half upwards.
  let start: PairwiseCoefficients

  /// - Returns: nil for slopes and operands that leave 64 bits.
  init?(
    first: ClosedRange<Int>, second: ClosedRange<Int>, clamp: ClosedRange<Int>, codes: [Int16],
    slopes: PairwiseSlopes, bits: Int
  ) {
    let operands = -256...256
    let multipliers = [slopes.first, slopes.second, slopes.product].map(abs)
    let largest = multipliers.max() ?? 0
    guard multipliers.allSatisfy({ $0 < 0x1p10 }), largest.isNormal, abs(slopes.offset) < 0x1p18,
      operands.contains(first), operands.contains(second)
    else { return nil }
    // Every number below stays under 2^(18 + 42).
    let shift = min(max(bits - 1 - Int(largest.exponent), 1), 42)
    let unit = Double(sign: .plus, exponent: shift, significand: 1)
    func whole(_ value: Double) -> Int { Int(value * unit + (value < 0 ? -0.5 : 0.5)) }
    self.first = first
    self.second = second
    self.clamp = clamp
    self.codes = codes
    start = PairwiseCoefficients(
      first: whole(slopes.first), second: whole(slopes.second), product: whole(slopes.product),
      offset: whole(slopes.offset) + 1 << (shift - 1), shift: shift)
  }

  /// The coefficients with an offset within 1/64 of a code of the first guess that lies in as many pairs' intervals as
  /// any.
  func coefficients() -> PairwiseCoefficients {
    let reach = 1 << max(start.shift - 6, 0)
    let window = start.offset - reach...start.offset + reach
    // How many more intervals an offset is in than the one before it, where that changes.
    var changes: [(offset: Int, change: Int)] = []
    for interval in intervals() where interval.lowerBound <= window.upperBound {
      if interval.lowerBound > window.lowerBound { changes.append((interval.lowerBound, 1)) }
      if window.contains(interval.upperBound) { changes.append((interval.upperBound, -1)) }
    }
    changes.sort { ($0.offset, $0.change) < ($1.offset, $1.change) }
    var depth = 0
    var deepest = Int.min
    var best = start.offset...start.offset
    var low = window.lowerBound
    for (offset, change) in changes + [(window.upperBound, 0)] {
      if depth > deepest, low < offset {
        deepest = depth
        best = low...offset - 1
      }
      depth += change
      low = offset
    }
    var found = start
    // Rounding half upwards where that is among the best.
    found.offset =
      best.contains(start.offset) ? start.offset : best.lowerBound + (best.upperBound - best.lowerBound) / 2
    return found
  }

  /// For each pair the offsets with which its code is right.
  private func intervals() -> [Range<Int>] {
    var intervals: [Range<Int>] = []
    intervals.reserveCapacity(codes.count)
    for a in first {
      for b in second {
        let code = Int(codes[intervals.count])
        let sum = a * start.first + b * start.second + a * b * start.product
        let low = code > clamp.lowerBound ? code << start.shift - sum : Int.min
        let high = code < clamp.upperBound ? (code + 1) << start.shift - sum : Int.max
        intervals.append(low..<high)
      }
    }
    return intervals
  }
}
