/// A rule as one or two products in 32 bits whose shifts take no words of their own: each is the low five bits of the
/// offset that is added before it. For a sum x of products, without the channel's bias, the code is
///
///     clip((((x * low.multiplier + low.offset) >> low.shift) + x * high.multiplier + high.offset) >> high.shift)
///
/// With one product `low` is zero. Two are one with more bits, `floor((x * M + B) / 2^(low.shift + high.shift))`, where
/// `M = high.multiplier * 2^low.shift + low.multiplier` and B likewise. What is shifted always stays inside 32 bits.
package struct PackedLine: Equatable, Sendable {
  /// A factor, and what is added to the product.
  package struct Product: Equatable, Sendable {
    package var multiplier: Int32
    package var offset: Int32

    /// How far the sum is shifted.
    package var shift: Int { Int(offset & 31) }
  }

  package var low: Product
  package var high: Product

  /// The line of most bits whose offset has the shifts in it.
  init?(_ lines: ChannelLines, products: Int) {
    let greatest = max(-lines.sums.lowerBound, lines.sums.upperBound)
    // The low product is less than greatest * 2^split, its offset less than 32 * 2^split.
    let split = products == 1 ? 0 : (0...25).last { (greatest + 32) << $0 <= Int(Int32.max) } ?? 0
    for outer in stride(from: 31, through: 0, by: -1) {
      guard let (multiplier, offsets) = lines.line(shift: split + outer),
        let highMultiplier = Int32(exactly: multiplier >> split)
      else { continue }
      // The least offset whose low five bits are those of low.offset + high.offset * 2^split.
      let bits = Int128(split + outer << split)
      let offset = offsets.lowerBound + (bits - offsets.lowerBound) & 31
      let quotient = offset >> Int128(split)
      let upper = quotient - (quotient - Int128(outer)) & 31
      guard offset <= offsets.upperBound, let highOffset = Int32(exactly: upper),
        let lowOffset = Int32(exactly: offset - upper << Int128(split))
      else { continue }
      low = Product(multiplier: Int32(multiplier & (1 << split - 1)), offset: lowOffset)
      high = Product(multiplier: highMultiplier, offset: highOffset)
      if isNarrow(at: lines.sums.lowerBound), isNarrow(at: lines.sums.upperBound) { return }
    }
    return nil
  }

  /// Whether what is shifted fits in 32 bits. Both numbers rise or fall with the sum, so that it does between two sums
  /// where it does.
  private func isNarrow(at sum: Int) -> Bool {
    let first = sum * Int(low.multiplier) + Int(low.offset)
    let second = first >> low.shift + sum * Int(high.multiplier) + Int(high.offset)
    return Int32(exactly: first) != nil && Int32(exactly: second) != nil
  }
}

/// A rule as one product in 32 bits of sums that are first clipped to `-limit - 1 ... limit`, beyond which codes do not
/// change: `clip((x * multiplier + offset) >> shift)`, where the shift is the low five bits of the limit.
package struct LimitedLine: Equatable, Sendable {
  package var multiplier: Int32
  package var offset: Int32
  package var limit: Int32

  /// How far the sum is shifted.
  package var shift: Int { Int(limit & 31) }

  /// The line of most bits that fits.
  init?(_ lines: ChannelLines) {
    let least = max(lines.varying.map { max($0.upperBound, -$0.lowerBound - 1) } ?? 0, 0)
    for shift in stride(from: 31, through: 0, by: -1) {
      guard let (multiplier, offsets) = lines.line(shift: shift), let multiplier = Int32(exactly: multiplier),
        let limit = Int32(exactly: least + (shift - least) & 31),
        let offset = Int32(exactly: offsets.lowerBound + (offsets.upperBound - offsets.lowerBound) / 2)
      else { continue }
      self.multiplier = multiplier
      self.offset = offset
      self.limit = limit
      if isNarrow(at: Int(limit)), isNarrow(at: -Int(limit) - 1) { return }
    }
    return nil
  }

  private func isNarrow(at sum: Int) -> Bool {
    Int32(exactly: sum * Int(multiplier) + Int(offset)) != nil
  }
}

extension Requantization {
  /// A channel's rule in one or two products, exact for the accumulators that it was proven for.
  ///
  /// - Parameters:
  ///   - channel: the output channel.
  ///   - bias: what its accumulators have more than the sums that the line takes.
  ///   - products: 1 or 2.
  /// - Returns: nil where no line is found.
  package func packedLine(channel: Int, bias: Int32, products: Int) -> PackedLine? {
    lines(channel: channel, bias: Int(bias)).flatMap { PackedLine($0, products: products) }
  }

  /// A channel's rule in one product of clipped sums, exact for the accumulators that it was proven for.
  ///
  /// - Parameters:
  ///   - channel: the output channel.
  ///   - bias: what its accumulators have more than the sums that the line takes.
  /// - Returns: nil where no line is found.
  package func limitedLine(channel: Int, bias: Int32) -> LimitedLine? {
    lines(channel: channel, bias: Int(bias)).flatMap { LimitedLine($0) }
  }
}
