/// Bytes of L2, L3 or flash held for a tensor during some steps, both ends included.
///
/// Constants have one home, in L3 or in flash, during all steps; activations never lie in flash.
package struct PlannedTensor: Codable, Equatable, Sendable {
  package enum Kind: String, Codable, Sendable { case input, output, activation, weights }

  /// The activation's name, or `<layer name>.weights`.
  package var name: String
  package var kind: Kind
  /// HWC of an activation; for weights `(1, 1, bytes)` of the packed constants.
  package var shape: Shape
  package var type: ElementType
  /// `.l2` or `.l3`; of weights also `.flash`.
  package var level: MemoryLevel
  /// From the start of the level's data area; a multiple of 4.
  package var offset: Int
  /// Multiple of 4.
  package var bytes: Int
  package var firstStep: Int
  package var lastStep: Int

  package init(
    name: String, kind: Kind, shape: Shape, type: ElementType, level: MemoryLevel, offset: Int, bytes: Int,
    firstStep: Int, lastStep: Int
  ) {
    self.name = name
    self.kind = kind
    self.shape = shape
    self.type = type
    self.level = level
    self.offset = offset
    self.bytes = bytes
    self.firstStep = firstStep
    self.lastStep = lastStep
  }
}
