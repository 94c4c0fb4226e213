/// How one element of an activation or weight tensor is stored.
///
/// Elements narrower than a byte are packed, the first one in the lowest bits. In an activation each pixel starts at a
/// byte of its own, so that a pixel can be addressed and two cores never write to one byte.
package enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  case int2, uint2, int4, uint4, int8, uint8, int16, uint16, int32

  /// Width of one element in bits.
  package var bits: Int {
    switch self {
    case .int2, .uint2: 2
    case .int4, .uint4: 4
    case .int8, .uint8: 8
    case .int16, .uint16: 16
    case .int32: 32
    }
  }

  package var isSigned: Bool {
    switch self {
    case .int2, .int4, .int8, .int16, .int32: true
    case .uint2, .uint4, .uint8, .uint16: false
    }
  }

  /// The values that the type can hold.
  package var range: ClosedRange<Int> {
    isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
  }

  /// Bytes that `elements` consecutive elements occupy, packed, rounded up to whole bytes.
  package func bytes(elements: Int) -> Int { (elements * bits + 7) / 8 }

  /// Elements that share one byte; 1 for a type of a byte or more.
  package var elementsPerByte: Int { max(8 / bits, 1) }

  /// Bytes that one pixel of `channels` elements occupies.
  package func pixelBytes(channels: Int) -> Int { bytes(elements: channels) }

  /// Bytes of an activation: its pixels one after another.
  package func bytes(_ shape: Shape) -> Int { shape.height * shape.width * pixelBytes(channels: shape.channels) }

  /// Whether elements of this type lie the same way under both shapes, so that one is a view of the other.
  package func isView(_ shape: Shape, of other: Shape) -> Bool {
    let isDense = { (channels: Int) in channels.isMultiple(of: elementsPerByte) }
    return shape.elements == other.elements
      && (shape.channels == other.channels || isDense(shape.channels) && isDense(other.channels))
  }

  /// The narrowest type of a byte or more, unsigned first, that holds every value of `values`; nil past 32 bits.
  package static func narrowest(holding values: ClosedRange<Int>) -> ElementType? {
    let order: [ElementType] = [.uint8, .int8, .uint16, .int16, .int32]
    return order.first { $0.range.contains(values.lowerBound) && $0.range.contains(values.upperBound) }
  }
}
