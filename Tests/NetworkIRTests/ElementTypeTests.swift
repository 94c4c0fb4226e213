import NetworkIR
import Testing

struct ElementTypeTests {
  @Test(arguments: [
    (ElementType.int8, 8, -128...127), (.uint8, 8, 0...255), (.int16, 16, -32_768...32_767), (.uint16, 16, 0...65_535),
    (.int32, 32, -2_147_483_648...2_147_483_647),
  ])
  func `a type holds as many values as its bits allow`(type: ElementType, bits: Int, range: ClosedRange<Int>) {
    #expect(type.bits == bits && type.range == range)
    #expect(type.isSigned == (range.lowerBound < 0))
    #expect(type.bytes(elements: 7) == 7 * bits / 8)
  }

  @Test(arguments: [
    (0...255, ElementType.uint8), (-1...127, .int8), (-128...127, .int8), (0...256, .uint16), (-1...128, .int16),
    (-129...0, .int16), (0...65_536, .int32), (-1...65_535, .int32), (-2_147_483_648...0, .int32),
  ])
  func `the narrowest type is found`(values: ClosedRange<Int>, expected: ElementType) {
    #expect(ElementType.narrowest(holding: values) == expected)
  }

  @Test(arguments: [0...2_147_483_648, -2_147_483_649...0])
  func `past 32 bits there is no type`(values: ClosedRange<Int>) {
    #expect(ElementType.narrowest(holding: values) == nil)
  }
}
