/// The loop that computes an element-wise layer four elements at a time, as a word of bytes. Its time is all that a plan
/// needs to know of the numbers in such a layer; layers without one are computed element by element.
package enum WordLoop: String, Codable, Sendable, CaseIterable {
  /// A weighted sum of unsigned operands whose weights, with shift 15, have 16 bits, and that is never below the least
  /// code.
  case positive
  /// The same with signs or sums below the least code.
  case scaled
  /// A weighted sum with weights of 16 bits and sums of 32.
  case narrow
  /// The same, to codes of 16 bits.
  case halves
  /// A weighted sum with weights of 31 bits and sums of 47.
  case wide
  /// A sum of two operands that are each scaled by 16 bits and rounded before.
  case shifted
  /// Codes of 16 bits to bytes, by a multiplier of 16 bits and sums of 32.
  case halfwords
  /// The greater or lesser of two codes.
  case extremum
  /// A table.
  case lookup
}
