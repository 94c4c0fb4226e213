/// How one element of an activation or weight tensor is stored.
package enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  case int8, uint8, int16, uint16, int32

  /// Width of one element in bits.
  package var bits: Int {
    switch self {
    case .int8, .uint8: 8
    case .int16, .uint16: 16
    case .int32: 32
    }
  }

  package var isSigned: Bool {
    switch self {
    case .int8, .int16, .int32: true
    case .uint8, .uint16: false
    }
  }

  /// The values that the type can hold.
  package var range: ClosedRange<Int> {
    isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
  }

  /// Bytes that `elements` consecutive elements occupy, packed, rounded up to whole bytes.
  package func bytes(elements: Int) -> Int { (elements * bits + 7) / 8 }

  /// The narrowest type, unsigned first, that holds every value of `values`; nil past 32 bits.
  package static func narrowest(holding values: ClosedRange<Int>) -> ElementType? {
    let order: [ElementType] = [.uint8, .int8, .uint16, .int16, .int32]
    return order.first { $0.range.contains(values.lowerBound) && $0.range.contains(values.upperBound) }
  }
}
