import NetworkIR
import Testing

@testable import GraphImport

/// Layouts against an explicit list of the places of all elements.
struct QuantizedLayoutTests {
  /// A layout with, for each element in the file's order, its place.
  struct Listed {
    var layout: CodeLayout
    var dimensions: [Int]
    var places: [Int]

    init(channelsFirst dimensions: [Int]) {
      self.dimensions = dimensions
      layout = CodeLayout(channelsFirst: dimensions)
      let (channels, height, width) = (dimensions[1], dimensions[2], dimensions[3])
      places = (0..<channels).flatMap { c in
        (0..<height).flatMap { h in (0..<width).map { w in (h * width + w) * channels + c } }
      }
    }

    /// Element by element, as NumPy's transpose does.
    mutating func transpose(_ order: [Int]) {
      var strides = dimensions.indices.map { dimensions[($0 + 1)...].reduce(1, *) }
      strides = order.map { strides[$0] }
      let sizes = order.map { dimensions[$0] }
      var indices = [0]
      for (size, stride) in zip(sizes, strides) {
        indices = indices.flatMap { base in (0..<size).map { base + $0 * stride } }
      }
      places = indices.map { places[$0] }
      dimensions = sizes
      layout = layout.transposed(order)
    }
  }

  private static func splits(of elements: Int, using generator: inout ONNXSeededGenerator) -> [Int] {
    var rest = elements
    var result: [Int] = []
    while rest > 1, result.count < 4 {
      let divisors = (2...rest).filter { rest.isMultiple(of: $0) }
      let divisor = divisors.randomElement(using: &generator) ?? rest
      result.append(divisor)
      rest /= divisor
    }
    return result + (rest > 1 ? [rest] : []) + (Bool.random(using: &generator) ? [1] : [])
  }

  @Test(arguments: UInt64(1)...40)
  func `transposing and reshaping keep every element's place`(seed: UInt64) {
    var generator = ONNXSeededGenerator(seed: seed)
    var listed = Listed(channelsFirst: [1] + (0..<3).map { _ in Int.random(in: 1...6, using: &generator) })
    for step in 0..<6 {
      if Bool.random(using: &generator) {
        listed.transpose(listed.dimensions.indices.shuffled(using: &generator))
      } else {
        let target = Self.splits(of: listed.places.count, using: &generator)
        // A reshape that would move elements is refused; one that is found moves none.
        guard let layout = listed.layout.reshaped(target) else { continue }
        listed.layout = layout
        listed.dimensions = target
      }
      #expect(listed.layout.dimensions == listed.dimensions, "seed \(seed), step \(step)")
      #expect(listed.layout.places == listed.places, "seed \(seed), step \(step)")
      let origin = listed.layout.origin
      let marks = Array(0..<listed.places.count)
      #expect(origin.modelOrder(marks) == listed.places, "seed \(seed), step \(step)")
    }
  }

  @Test func `flattening a map and unflattening it again moves nothing`() throws {
    let map = CodeLayout(channelsFirst: [1, 6, 5, 4])
    let flat = try #require(map.reshaped([1, 120]))
    #expect(flat.strides == nil)
    #expect(flat.reshaped([1, 6, 5, 4]) == map)
    #expect(flat.innermostOrder(along: 1) == (0..<120).map { $0 % 6 * 20 + $0 / 6 })
  }

  @Test func `a reshape across channels and rows is refused`() {
    #expect(CodeLayout(channelsFirst: [1, 6, 5, 4]).reshaped([1, 4, 6, 5]) == nil)
    #expect(CodeLayout(channelsFirst: [1, 6, 1, 1]).reshaped([1, 4, 6, 5]) == nil)
    #expect(CodeLayout(rowMajor: [4, 6]).reshaped([3, 8]) == CodeLayout(rowMajor: [3, 8]))
  }
}
