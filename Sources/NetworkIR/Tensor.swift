/// Index of a tensor in `Network.tensors`.
package typealias TensorID = Int

/// An activation: what flows between layers. Constants live inside the layer that owns them.
package struct Tensor: Equatable, Sendable {
  /// Unique within the network; the name the model file gives it.
  package var name: String
  /// HWC shape as its producer writes it.
  package var shape: Shape
  package var type: ElementType
  /// Codes that can occur, proven from the producers; never wider than `type.range`.
  package var values: ClosedRange<Int>
  /// Where the tensor stands in the model file, for dumps and for comparison with golden data.
  package var origin: TensorOrigin
  /// What a code stands for in the file: `real = scale * (code - zeroPoint)`; nil where the file gives none. It only
  /// describes the tensor to readers of floats, golden data among them: no integer computation reads it.
  package var scale: Float?
  package var zeroPoint: Int

  package init(
    name: String, shape: Shape, type: ElementType, values: ClosedRange<Int>, origin: TensorOrigin,
    scale: Float? = nil, zeroPoint: Int = 0
  ) {
    self.name = name
    self.shape = shape
    self.type = type
    self.values = values
    self.origin = origin
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Bytes the packed tensor occupies.
  package var bytes: Int { type.bytes(shape) }
}

/// A tensor as the model file writes it.
package struct TensorOrigin: Equatable, Sendable {
  /// Index in the file where the format numbers its tensors (TFLite), else nil.
  package var index: Int?
  /// Dimensions in the file's own order.
  package var dimensions: [Int]
  /// For each dimension, how far apart neighbours along it lie in our order, in elements; 0 for the batch, which is 1.
  package var strides: [Int]

  /// The meaning of one dimension.
  package enum Axis: String, Sendable { case batch, height, width, channel }

  package init(index: Int? = nil, dimensions: [Int], strides: [Int]) {
    self.index = index
    self.dimensions = dimensions
    self.strides = strides
  }

  /// A tensor whose dimensions mean one axis of HWC each; as many axes as dimensions.
  package init(index: Int? = nil, dimensions: [Int], axes: [Axis]) {
    func size(_ axis: Axis) -> Int { axes.firstIndex(of: axis).map { dimensions[$0] } ?? 1 }
    let strides = axes.map { axis in
      switch axis {
      case .batch: 0
      case .height: size(.width) * size(.channel)
      case .width: size(.channel)
      case .channel: 1
      }
    }
    self.init(index: index, dimensions: dimensions, strides: strides)
  }

  /// Whether the first dimension is a batch of one, which a file with several samples may replace by their number.
  package var hasBatch: Bool { dimensions.first == 1 && strides.first == 0 }

  /// Reorders all elements from our order into the file's own order.
  package func modelOrder<Element>(_ elements: [Element]) -> [Element] { offsets.map { elements[$0] } }

  /// Reorders all elements from the file's own order into ours.
  package func hwcOrder<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for (position, offset) in offsets.enumerated() { result[offset] = elements[position] }
    return result
  }

  /// For each element in the file's order, its offset in our order.
  private var offsets: [Int] {
    var offsets = [0]
    for (dimension, stride) in zip(dimensions, strides) {
      offsets = offsets.flatMap { base in (0..<dimension).map { base + $0 * stride } }
    }
    return offsets
  }
}
