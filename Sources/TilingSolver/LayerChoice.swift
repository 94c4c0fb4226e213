import NetworkIR

/// One way to run one layer: its operands' levels, its best tiling under them, and what that costs.
///
/// L1 is private to a layer, so the best tiling for given operand levels and stripe sizes is found layer by layer
/// (`LayerTiler`); the network model then picks one choice a layer.
struct LayerChoice: Equatable, Sendable {
  var mode: LayerMode
  /// One per input: true where the input is read from L3 through stripes.
  var inputsInL3: [Bool]
  var outputInL3: Bool
  var stripe: StripeSize
  var tile: TileSize
  var loopOrder: LoopOrder
  var split: CoreSplit
  /// L1 buffers with their offsets, and L2 slot buffers with offset 0 (placed later).
  var buffers: [PlannedBuffer]
  /// Bytes of the constants in the order of this tiling, with padding; 0 without constants.
  var constantBytes: Int
  /// `total` is the time of the layer alone, its own streaming overlapped; `l3` the time of its own streaming.
  var cycles: LayerCycles
  var transfers: LayerTransfers
  var tiles: Int
  /// Chunks of streamed constants that earlier steps bring: as many as there are slots, or none.
  var headChunks = 0

  /// True where the constants must be whole in L2 while the layer runs.
  var needsResidentConstants: Bool {
    constantBytes > 0 && mode != .weightsStreamed && mode != .bothStreamed
  }

  /// L2 bytes of the slots of streamed operands.
  var l2WorkBytes: Int {
    buffers.reduce(0) { $1.level == .l2 ? $0 + $1.bytes * $1.count : $0 }
  }

  /// Bytes of the head: all slots of the constants.
  var headBytes: Int { headChunks == 0 ? 0 : constantSlots.map { $0.bytes * $0.count } ?? 0 }

  /// L2 bytes of constants that are loaded besides the layer's own streaming: all of them, or the head.
  var loadedConstantBytes: Int { needsResidentConstants ? roundedUpTo4(constantBytes) : headBytes }

  /// The slots of streamed constants.
  var constantSlots: PlannedBuffer? { buffers.first { $0.level == .l2 && $0.operand == .weights } }

  /// Highest L1 address used.
  var l1PeakBytes: Int {
    buffers.reduce(0) { $1.level == .l1 ? max($0, $1.offset + $1.bytes * $1.count) : $0 }
  }
}
