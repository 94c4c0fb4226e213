import NetworkIR

/// Where the elements of a tensor of the file lie in an activation, whose order is HWC.
///
/// Every dimension of the file is a nest of *factors*, slowest first: neighbours along a factor are `stride` elements
/// apart. Transposing and reshaping only regroup factors and move no element, so that a chain of them costs nothing
/// until an operator needs another order. A dimension of one has no factor.
struct CodeLayout: Equatable, Sendable {
  struct Factor: Equatable, Sendable {
    var count: Int
    var stride: Int
  }

  private(set) var dimensions: [Int]
  /// One nest for each dimension; `count`s of a nest multiply to the dimension.
  private(set) var factors: [[Factor]]

  private init(dimensions: [Int], factors: [[Factor]]) {
    self.dimensions = dimensions
    self.factors = factors.map(Self.merged)
  }

  /// One stride for each dimension.
  init(dimensions: [Int], strides: [Int]) {
    self.init(
      dimensions: dimensions, factors: zip(dimensions, strides).map { [Factor(count: $0, stride: $1)] })
  }

  /// The file's order itself.
  init(rowMajor dimensions: [Int]) {
    var strides = dimensions
    var stride = 1
    for axis in dimensions.indices.reversed() {
      strides[axis] = stride
      stride *= dimensions[axis]
    }
    self.init(dimensions: dimensions, strides: strides)
  }

  /// HWC order of dimensions that mean N, C and one or two spatial dimensions.
  init(channelsFirst dimensions: [Int]) {
    var strides = dimensions
    var stride = dimensions.count > 1 ? dimensions[1] : 1
    for axis in dimensions.indices.reversed() where axis != 1 {
      strides[axis] = stride
      stride *= dimensions[axis]
    }
    if dimensions.count > 1 { strides[1] = 1 }
    self.init(dimensions: dimensions, strides: strides)
  }

  /// All factors, slowest first in the file's order.
  var nest: [Factor] { Self.merged(factors.flatMap(\.self)) }

  /// The layout with its dimensions in another order: dimension `axis` of the result is `order[axis]` of this one.
  ///
  /// - Precondition: `order` is a permutation of the dimensions' indices.
  func transposed(_ order: [Int]) -> CodeLayout {
    CodeLayout(dimensions: order.map { dimensions[$0] }, factors: order.map { factors[$0] })
  }

  /// The same elements in the same order of the file under other dimensions, where that moves none; else nil.
  ///
  /// - Precondition: the dimensions are positive and their product is that of this layout's.
  func reshaped(_ dimensions: [Int]) -> CodeLayout? {
    var open = nest
    var factors: [[Factor]] = []
    for dimension in dimensions.reversed() {
      var rest = dimension
      var taken: [Factor] = []
      while rest > 1 {
        guard let factor = open.popLast() else { return nil }
        if rest.isMultiple(of: factor.count) {
          taken.append(factor)
          rest /= factor.count
        } else if factor.count.isMultiple(of: rest) {
          taken.append(Factor(count: rest, stride: factor.stride))
          open.append(Factor(count: factor.count / rest, stride: factor.stride * rest))
          rest = 1
        } else {
          return nil
        }
      }
      factors.append(taken.reversed())
    }
    return CodeLayout(dimensions: dimensions, factors: factors.reversed())
  }

  /// The stride of every dimension, 0 for a dimension of one; nil where a dimension has more than one factor.
  var strides: [Int]? {
    factors.allSatisfy { $0.count <= 1 } ? factors.map { $0.first?.stride ?? 0 } : nil
  }

  /// For each index along a dimension, its distance from index 0 in elements.
  func offsets(along axis: Int) -> [Int] {
    factors[axis].reduce([0]) { offsets, factor in
      offsets.flatMap { base in (0..<factor.count).map { base + $0 * factor.stride } }
    }
  }

  /// For each element in the file's order, its place in memory.
  var places: [Int] {
    nest.reduce([0]) { places, factor in
      places.flatMap { base in (0..<factor.count).map { base + $0 * factor.stride } }
    }
  }

  /// The layout of an output that has `channels` elements in place of the `old` ones along `axis`, which lie innermost.
  ///
  /// - Precondition: strides along the other dimensions are multiples of `old`.
  func replacing(axis: Int, of old: Int, by channels: Int) -> CodeLayout {
    var result = self
    result.dimensions[axis] = channels
    for other in factors.indices where other != axis {
      result.factors[other] = factors[other].map { Factor(count: $0.count, stride: $0.stride / old * channels) }
    }
    result.factors[axis] = channels == 1 ? [] : [Factor(count: channels, stride: 1)]
    return result
  }

  /// For each place of the innermost `dimensions[axis]` elements, the index along `axis` that lies there; nil where the
  /// elements along `axis` do not lie together in one block that all others are whole steps of.
  func innermostOrder(along axis: Int) -> [Int]? {
    let count = dimensions[axis]
    let offsets = offsets(along: axis)
    var order = [Int](repeating: -1, count: count)
    for (index, offset) in offsets.enumerated() {
      guard (0..<count).contains(offset) else { return nil }
      order[offset] = index
    }
    let others = factors.indices.filter { $0 != axis }.flatMap { factors[$0] }
    guard !order.contains(-1), others.allSatisfy({ $0.stride.isMultiple(of: count) }) else { return nil }
    return order
  }

  /// Where the tensor stands in the file: its dimensions, or the counts of its factors where a dimension has several.
  /// The order of the elements is the same either way.
  var origin: TensorOrigin {
    if let strides { return TensorOrigin(dimensions: dimensions, strides: strides) }
    let split = zip(dimensions, factors).flatMap { dimension, nest in
      nest.isEmpty ? [Factor(count: dimension, stride: 0)] : nest
    }
    return TensorOrigin(dimensions: split.map(\.count), strides: split.map(\.stride))
  }

  /// Without factors of one, and with neighbours that are one longer factor joined.
  private static func merged(_ nest: [Factor]) -> [Factor] {
    nest.reduce(into: []) { result, factor in
      guard factor.count != 1 else { return }
      if let last = result.last, last.stride == factor.count * factor.stride {
        result[result.count - 1] = Factor(count: last.count * factor.count, stride: factor.stride)
      } else {
        result.append(factor)
      }
    }
  }
}
