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

  package init(name: String, shape: Shape, type: ElementType, values: ClosedRange<Int>, origin: TensorOrigin) {
    self.name = name
    self.shape = shape
    self.type = type
    self.values = values
    self.origin = origin
  }

  /// Bytes the packed tensor occupies.
  package var bytes: Int { type.bytes(elements: shape.elements) }
}

/// A tensor as the model file writes it.
package struct TensorOrigin: Equatable, Sendable {
  /// Index in the file where the format numbers its tensors (TFLite), else nil.
  package var index: Int?
  /// Dimensions in the file's own order.
  package var dimensions: [Int]
  /// What each dimension is; as long as `dimensions`. Dimensions named `.batch` are 1.
  package var axes: [Axis]

  /// The meaning of one dimension.
  package enum Axis: String, Sendable { case batch, height, width, channel }

  package init(index: Int? = nil, dimensions: [Int], axes: [Axis]) {
    self.index = index
    self.dimensions = dimensions
    self.axes = axes
  }

  /// Reorders `shape.elements` elements from HWC (ours) into the file's own order.
  package func modelOrder<Element>(_ elements: [Element], shape: Shape) -> [Element] {
    hwcOffsets(shape).map { elements[$0] }
  }

  /// Reorders elements from the file's own order into HWC (ours).
  package func hwcOrder<Element>(_ elements: [Element], shape: Shape) -> [Element] {
    var result = elements
    for (position, offset) in hwcOffsets(shape).enumerated() { result[offset] = elements[position] }
    return result
  }

  /// For each element in the file's order, its offset in HWC order.
  private func hwcOffsets(_ shape: Shape) -> [Int] {
    let strides = axes.map { axis in
      switch axis {
      case .batch: 0
      case .height: shape.width * shape.channels
      case .width: shape.channels
      case .channel: 1
      }
    }
    var offsets = [0]
    for (dimension, stride) in zip(dimensions, strides) {
      offsets = offsets.flatMap { base in (0..<dimension).map { base + $0 * stride } }
    }
    return offsets
  }
}
