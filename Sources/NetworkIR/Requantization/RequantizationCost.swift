extension RequantizationForm {
  /// Forms whose parameters are a few words, cheapest first.
  static let plain: [RequantizationForm] = [.rq32, .rq32c, .rqh, .rq64, .rq64s]
  /// Forms that are exact where none of the plain ones is; which one is cheapest depends on the entries.
  static let listed: [RequantizationForm] = [.rq64t, .rq64x, .thr]
  /// About the instructions that one output with so many exceptions or thresholds takes on a 32-bit RISC-V core without
  /// an FPU (rv32im, -O2), and a quarter of one for each word of parameters that has to be brought into L1.
  func cost(entries: Int) -> Int {
    let instructions =
      switch self {
      case .rq32: 10
      case .rq32c: 16
      case .rqh: 17
      case .rq64, .rq64s: 24
      case .rq64x: 28 + 5 * entries
      case .rq64t: 60
      // A bisection.
      case .thr: 8 + 9 * (Int.bitWidth - entries.leadingZeroBitCount)
      }
    return instructions + ConstantLayout.parameterBytesPerChannel(self, entries: entries) / 16
  }

  /// The most exceptions or thresholds with which the form costs less; nil where even without any it does not.
  func mostEntries(cheaperThan bound: Int) -> Int? {
    let limit =
      switch self {
      case .rq32, .rq32c, .rqh, .rq64, .rq64s, .rq64t: 0
      // A search through more costs more than anything else.
      case .rq64x: 64
      // Those of 8-bit codes.
      case .thr: 255
      }
    return (0...limit).last { cost(entries: $0) < bound }
  }
}

extension RequantizationFit {
  var cost: Int { form.cost(entries: coefficients.exceptions.count + coefficients.thresholds.count) }
}
