import NetworkIR

/// A set of the operands that a tile has in L1.
struct TileOperands: OptionSet, Hashable {
  let rawValue: Int

  static let input0 = TileOperands(rawValue: 1)
  static let input1 = TileOperands(rawValue: 2)
  static let weights = TileOperands(rawValue: 4)
  static let parameters = TileOperands(rawValue: 8)
  static let output = TileOperands(rawValue: 16)

  static let inputs: TileOperands = [.input0, .input1]
  static let constants: TileOperands = [.weights, .parameters]

  /// The largest subsets whose second slots fit `spareBytes`: no other subset is faster.
  ///
  /// A second slot takes the operand's transfer out of the sum before `max(C, L + S)` and puts it into the maximum, which
  /// never makes a step longer.
  func largestSubsets(of buffers: TileBuffers, spareBytes: Int) -> [TileOperands] {
    if buffers.bytes(of: self) <= spareBytes { return [self] }
    var fitting: [TileOperands] = []
    for value in stride(from: rawValue, through: 0, by: -1) {
      let subset = TileOperands(rawValue: value)
      guard isSuperset(of: subset), buffers.bytes(of: subset) <= spareBytes else { continue }
      if !fitting.contains(where: { $0.isSuperset(of: subset) }) { fitting.append(subset) }
    }
    return fitting
  }
}

extension TileOperands {
  /// Those of `operands` that may have two slots.
  init(_ operands: some Sequence<PlannedBuffer.Operand>) {
    self = []
    for operand in operands {
      switch operand {
      case .input0: insert(.input0)
      case .input1: insert(.input1)
      case .weights: insert(.weights)
      case .parameters: insert(.parameters)
      case .output: insert(.output)
      case .accumulator, .scratch: break
      }
    }
  }

  /// The operands that have two slots among a layer's L1 buffers.
  init(doubledIn buffers: [PlannedBuffer]) {
    self.init(buffers.lazy.filter { $0.level == .l1 && $0.count > 1 }.map(\.operand))
  }
}
