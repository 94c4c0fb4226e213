import NetworkIR
import Testing

/// Activations as bytes.
struct PackingTests {
  @Test
  func `elements narrower than a byte start in the lowest bits, pixels at bytes`() {
    let shape = Shape(height: 1, width: 2, channels: 3)
    #expect(ElementType.int4.packed([1, -2, 3, -8, 7, 0], shape: shape) == [0xE1, 0x03, 0x78, 0x00])
    #expect(ElementType.uint2.packed([3, 0, 1, 2, 2, 2], shape: shape) == [0x13, 0x2A])
    #expect(ElementType.int16.packed([1, -2, 3, -32768, 7, 0], shape: shape).prefix(4) == [1, 0, 0xFE, 0xFF])
  }

  @Test(arguments: ElementType.allCases)
  func `codes come back from their bytes`(type: ElementType) {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<50 {
      let shape = Shape(height: random.number(1...3), width: random.number(1...3), channels: random.number(1...9))
      let codes = (0..<shape.elements).map { _ in Int32(random.number(type.range)) }
      let bytes = type.packed(codes, shape: shape)
      #expect(bytes.count == type.bytes(shape))
      #expect(type.codes(from: ([9] + bytes + [9])[1...], shape: shape) == codes, "seed 21, \(shape)")
    }
  }
}
