/// Bytes that are needed at one place of a memory during some steps.
struct LiveBuffer: Equatable, Sendable {
  /// A multiple of 4.
  var bytes: Int
  /// Both ends included.
  var steps: ClosedRange<Int>
  /// Where it has to be; nil: anywhere.
  var offset: Int?

  /// Whether both exist in some step, and so must not share bytes.
  func conflicts(with other: LiveBuffer) -> Bool { steps.overlaps(other.steps) }
}

/// Places for buffers: one offset each.
struct AddressAssignment: Equatable, Sendable {
  /// In the order of the buffers, multiples of 4.
  var offsets: [Int]
  /// Highest used byte address.
  var peakBytes: Int
}
