/// One contiguous copy between external memory, RAM or flash, and L2.
package struct L3Transfer: Codable, Equatable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// Part or all of a layer's constants, from their home to L2.
    case weights
    /// An activation back to L2.
    case pageIn
    /// An activation out to RAM.
    case pageOut
  }

  /// When within its step a transfer runs.
  package enum Phase: String, Codable, Sendable {
    /// Started and finished before the layer starts: the layer waits for it.
    case before
    /// Started with the layer, finished before the next step.
    case during
  }

  package var kind: Kind
  /// Name of the planned tensor.
  package var tensor: String
  package var phase: Phase
  /// The external memory: `.l3`, or `.flash`, which is only read.
  package var memory: MemoryLevel
  /// Absolute offset within the data area of `memory`; a multiple of 4.
  package var l3Offset: Int
  /// Absolute offset within the L2 data area; a multiple of 4.
  package var l2Offset: Int
  /// Multiple of 4.
  package var bytes: Int

  package init(
    kind: Kind, tensor: String, phase: Phase, memory: MemoryLevel = .l3, l3Offset: Int, l2Offset: Int, bytes: Int
  ) {
    self.kind = kind
    self.tensor = tensor
    self.phase = phase
    self.memory = memory
    self.l3Offset = l3Offset
    self.l2Offset = l2Offset
    self.bytes = bytes
  }
}
