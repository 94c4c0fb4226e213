import NetworkIR

/// Elements of a tensor as nested loops over its memory, in the order of the dimensions that a model file names.
///
/// A dimension may lie anywhere in memory: ONNX's NCHW over our HWC is `sizes [1, C, H, W]`, `strides [0, 1, W * C, C]`.
struct StridedBox: Equatable, Sendable {
  /// Of the first element, in elements from the start of the tensor.
  var offset = 0
  /// Each at least 1.
  var sizes: [Int]
  /// In elements; 0 repeats, a negative one goes backwards.
  var strides: [Int]

  init(offset: Int = 0, sizes: [Int], strides: [Int]) {
    self.offset = offset
    self.sizes = sizes
    self.strides = strides
  }

  /// A tensor whose last dimension lies innermost, without gaps.
  init(dense sizes: [Int]) {
    self.init(sizes: sizes, strides: Self.packed(sizes))
  }

  /// A whole tensor of the network, in the dimensions of the file.
  init(_ origin: TensorOrigin) {
    self.init(sizes: origin.dimensions, strides: origin.strides)
  }

  var rank: Int { sizes.count }
  var elements: Int { sizes.reduce(1, *) }

  /// Dimension `k` of the result is dimension `order[k]` of this box; those left out stay at their first coordinate.
  func transposed(_ order: [Int]) -> StridedBox {
    StridedBox(offset: offset, sizes: order.map { sizes[$0] }, strides: order.map { strides[$0] })
  }

  /// With dimensions of size 1 in front until there are `rank`.
  func extended(to rank: Int) -> StridedBox {
    let missing = [Int](repeating: 1, count: max(rank - self.rank, 0))
    return StridedBox(offset: offset, sizes: missing + sizes, strides: missing.map { _ in 0 } + strides)
  }

  /// With dimension `dimension` written as several, the last of them innermost; their product is its size.
  func split(_ dimension: Int, into parts: [Int]) -> StridedBox {
    var result = self
    let steps = Self.packed(parts).map { $0 * strides[dimension] }
    result.sizes.replaceSubrange(dimension...dimension, with: parts)
    result.strides.replaceSubrange(dimension...dimension, with: steps)
    return result
  }

  /// A whole tensor of other sizes whose dimensions lie in memory in the same order as those of this one, without gaps.
  func packed(as sizes: [Int]) -> StridedBox {
    let inwards = memoryOrder
    let steps = Self.packed(inwards.map { sizes[$0] })
    var strides = [Int](repeating: 0, count: rank)
    for (dimension, step) in zip(inwards, steps) { strides[dimension] = sizes[dimension] == 1 ? 0 : step }
    return StridedBox(sizes: sizes, strides: strides)
  }

  /// The shape of a whole tensor without gaps: the innermost dimension in memory is the channels, the outermost of
  /// several the height.
  var shape: Shape {
    let large = memoryOrder.map { sizes[$0] }.filter { $0 > 1 }
    let channels = large.last ?? 1
    let height = large.count > 1 ? large[0] : 1
    return Shape(height: height, width: elements / height / channels, channels: channels)
  }

  /// Dimensions from the outermost in memory to the innermost; those of size 1 come where they stand.
  private var memoryOrder: [Int] {
    sizes.indices.sorted { (strides[$0] == strides[$1]) ? $0 < $1 : strides[$0] > strides[$1] }
  }

  /// Strides of dimensions that lie without gaps, the last one innermost.
  private static func packed(_ sizes: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: sizes.count)
    for index in sizes.indices.dropLast().reversed() { strides[index] = strides[index + 1] * sizes[index + 1] }
    return strides
  }
}
