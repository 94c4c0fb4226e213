/// L1 or L2 bytes that a layer holds while it runs.
package struct PlannedBuffer: Codable, Equatable, Sendable {
  package enum Operand: String, Codable, Sendable, CaseIterable {
    case input0, input1, weights, parameters, output, accumulator, scratch
  }

  package var operand: Operand
  /// `.l1`, or `.l2` for the slots of a streamed operand (where `weights` holds parameters and weights together).
  package var level: MemoryLevel
  /// Of slot 0, from the start of the level's data area; a multiple of 4. Slot i lies at `offset + i * bytes`.
  package var offset: Int
  /// Of one slot; a multiple of 4.
  package var bytes: Int
  /// Slots: 1 or 2.
  package var count: Int

  package init(operand: Operand, level: MemoryLevel, offset: Int, bytes: Int, count: Int) {
    self.operand = operand
    self.level = level
    self.offset = offset
    self.bytes = bytes
    self.count = count
  }
}
