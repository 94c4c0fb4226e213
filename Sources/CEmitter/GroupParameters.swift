import NetworkIR

/// The parameters of a convolution whose constants are in groups of four channels: the arithmetic that its kernel gets,
/// which is the fastest one that gives all channels' codes, and a channel's words.
///
/// Forms of the kernels alone, which have no bias and as many words as the plan's form: DORY_RQ32P for `rq32`, a
/// `PackedLine` of one product; DORY_RQ32L for `rq32c` in columns, a `LimitedLine`; DORY_RQ32D for all else, a
/// `PackedLine` of two products. What words are left over follows as zeros.
struct GroupParameters {
  /// The kernels' name of the form.
  let form: String
  /// Exceptions, thresholds or unused words of each channel.
  let entries: Int
  /// Of each channel in turn.
  let words: [[Int32]]
  /// Whether all channels of a form of 64 bits are shifted by 32 at least, so that only high words count.
  let isWide: Bool

  /// `order` is not plain.
  init(_ convolution: Convolution, order: ConstantOrder) {
    let rule = convolution.requantization
    let bytes = ConstantLayout.parameterBytesPerChannel(
      rule?.form, entries: rule?.entriesPerChannel ?? 0, order: order)
    if let packed = Self.packed(convolution, order: order) {
      form = packed.form
      entries = bytes / 4 - (packed.words.first?.count ?? 0)
      words = packed.words.map { $0 + [Int32](repeating: 0, count: bytes / 4 - $0.count) }
      isWide = false
    } else {
      form = rule?.form.cName ?? "DORY_RAW"
      entries = rule?.entriesPerChannel ?? 0
      words = (0..<convolution.outputChannels).map { Self.plain(convolution, channel: $0) }
      isWide = [.rq64, .rq64s, .rq64x].contains(rule?.form) && words.allSatisfy { $0[4] >= 32 }
    }
  }

  /// One of the kernels' own forms with each channel's words, or nil where they take the plan's.
  private static func packed(
    _ convolution: Convolution, order: ConstantOrder
  ) -> (form: String, words: [[Int32]])? {
    switch convolution.groupedRule(order) {
    case .planned: nil
    case .oneProduct(let lines): ("DORY_RQ32P", lines.map(\.high.words))
    case .twoProducts(let lines): ("DORY_RQ32D", lines.map { $0.low.words + $0.high.words })
    case .limited(let lines): ("DORY_RQ32L", lines.map(\.words))
    }
  }

  /// The words of the plan's form; where its arithmetic is modulo 2^32 the offset takes the bias in.
  private static func plain(_ convolution: Convolution, channel: Int) -> [Int32] {
    let bias = convolution.foldedBias(channel: channel)
    let form = convolution.requantization?.form
    var words = parameterWords(convolution.requantization, channel: channel)
    if form == .rq64 || form == .rq64x { words = widened(words) }
    guard form == .rq32 || form == .rq32c else { return [bias] + words }
    words[1] &+= bias &* words[0]
    guard form == .rq32c else { return words }
    return words[..<3] + words[3...].map { Int32(clamping: Int($0) - Int(bias)) }
  }

  /// Multiplier, offset and shift of 64 bits with a shift of 32 at least, if the multiplier has room:
  /// `(a * m + b) >> d` is `(a * m * 2^k + b * 2^k) >> (d + k)`.
  private static func widened(_ words: [Int32]) -> [Int32] {
    let places = 32 - Int128(words[3])
    let offset = (Int128(words[2]) << 32 + Int128(UInt32(bitPattern: words[1]))) << max(places, 0)
    guard places > 0, let multiplier = Int32(exactly: Int128(words[0]) << places), offset.magnitude < 1 << 62 else {
      return words
    }
    let low = Int32(truncatingIfNeeded: offset)
    return [multiplier, low, Int32(truncatingIfNeeded: offset >> 32), 32] + words[4...]
  }
}

extension PackedLine.Product {
  fileprivate var words: [Int32] { [multiplier, offset] }
}

extension LimitedLine {
  fileprivate var words: [Int32] { [multiplier, offset, limit] }
}
