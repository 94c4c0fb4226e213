/// Which bytes of one level hold which bytes of which tensor.
struct MemoryContents {
  /// Bytes that lie as they do in the tensor that starts at `base`.
  private struct Segment {
    var bytes: Range<Int>
    var tensor: String
    /// Address of the tensor's first byte.
    var base: Int
  }

  /// Ascending, disjoint.
  private var segments: [Segment] = []

  /// Writes part of a tensor whose first byte has the address `base`; what was there is gone.
  mutating func write(_ tensor: String, at bytes: Range<Int>, base: Int) {
    clobber(bytes)
    guard !bytes.isEmpty else { return }
    let position = segments.firstIndex { $0.bytes.lowerBound >= bytes.upperBound } ?? segments.count
    segments.insert(Segment(bytes: bytes, tensor: tensor, base: base), at: position)
  }

  /// Makes bytes unknown.
  mutating func clobber(_ bytes: Range<Int>) {
    guard segments.contains(where: { $0.bytes.overlaps(bytes) }) else { return }
    segments = segments.flatMap { segment -> [Segment] in
      guard segment.bytes.overlaps(bytes) else { return [segment] }
      let kept = [
        segment.bytes.lowerBound..<max(segment.bytes.lowerBound, bytes.lowerBound),
        min(segment.bytes.upperBound, bytes.upperBound)..<segment.bytes.upperBound,
      ]
      return kept.filter { !$0.isEmpty }.map { Segment(bytes: $0, tensor: segment.tensor, base: segment.base) }
    }
  }

  /// Forgets every tensor that `isForgotten` names.
  mutating func forget(where isForgotten: (String) -> Bool) {
    segments.removeAll { isForgotten($0.tensor) }
  }

  /// Bytes of the range that do not hold the tensor with its first byte at `base`.
  func missingBytes(of tensor: String, in bytes: Range<Int>, base: Int) -> Int {
    segments.reduce(bytes.count) { missing, segment in
      guard segment.tensor == tensor, segment.base == base else { return missing }
      return missing - segment.bytes.clamped(to: bytes).count
    }
  }
}
