/// The arithmetic by which the kernels for groups of four channels make a convolution's codes: the fastest one that gives
/// those of all channels.
package enum GroupedRule: Equatable, Sendable {
  /// That of the plan's form; none where accumulators are the output.
  case planned
  /// Lines of one product, one a channel.
  case oneProduct([PackedLine])
  /// Lines of two products.
  case twoProducts([PackedLine])
  /// Lines of one product of clipped sums.
  case limited([LimitedLine])
}

extension Convolution {
  /// How the kernels of an order compute the codes.
  ///
  /// - Parameter order: of the constants; not plain.
  /// - Returns: the plan's form where some channel has none of the kernels' own lines.
  package func groupedRule(_ order: ConstantOrder) -> GroupedRule {
    guard let rule = requantization else { return .planned }
    func lines<Line>(_ line: (_ channel: Int, _ bias: Int32) -> Line?) -> [Line]? {
      var found: [Line] = []
      for channel in 0..<outputChannels {
        guard let next = line(channel, foldedBias(channel: channel)) else { return nil }
        found.append(next)
      }
      return found
    }
    let twoProducts = {
      lines { rule.packedLine(channel: $0, bias: $1, products: 2) }.map(GroupedRule.twoProducts)
    }
    let limited = { lines { rule.limitedLine(channel: $0, bias: $1) }.map(GroupedRule.limited) }
    switch rule.form {
    case .rq32:
      return lines { rule.packedLine(channel: $0, bias: $1, products: 1) }.map(GroupedRule.oneProduct) ?? .planned
    case .rq32c where order == .columns: return limited() ?? twoProducts() ?? .planned
    // Hardly slower there than the limit, and one form less has a program's room for kernels.
    case .rq32c: return twoProducts() ?? limited() ?? .planned
    case .rqh, .rq64, .rq64s, .rq64t: return twoProducts() ?? .planned
    case .rq64x, .thr: return .planned
    }
  }
}
