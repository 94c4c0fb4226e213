import NetworkIR

extension Shape {
  subscript(axis: RecipeAxis) -> Int {
    get {
      switch axis {
      case .row: height
      case .column: width
      case .channel: channels
      }
    }
    set {
      switch axis {
      case .row: height = newValue
      case .column: width = newValue
      case .channel: channels = newValue
      }
    }
  }

  /// The same map with so many channels, or of another extent.
  func with(_ extent: Extent? = nil, channels: Int? = nil) -> Shape {
    Shape(
      height: extent?.height ?? height, width: extent?.width ?? width, channels: channels ?? self.channels)
  }
}

extension RecipeOperation {
  /// Values that it reads.
  var arity: Int {
    switch self {
    case .binary, .concatenation, .matrixProduct: 2
    default: 1
    }
  }

  /// The shape of its result; nil where it does not fit what it reads.
  func output(of inputs: [Shape]) -> Shape? {
    guard inputs.count == arity, let shape = inputs.first, let other = inputs.last,
      let result = result(of: shape, and: other), result.height > 0, result.width > 0, result.channels > 0
    else { return nil }
    return result
  }

  private func result(of shape: Shape, and other: Shape) -> Shape? {
    switch self {
    case .convolution(let window, let channels, let groups):
      guard shape.channels % groups == 0, channels % groups == 0 else { return nil }
      return window.covers(shape.extent) ? shape.with(window.output(of: shape.extent), channels: channels) : nil
    case .depthwise(let window, let multiplier):
      guard window.covers(shape.extent) else { return nil }
      return shape.with(window.output(of: shape.extent), channels: shape.channels * multiplier)
    case .transposedConvolution(let kernel, let stride, let isSame, let channels):
      // Every position writes a window; with SAME as many positions as the stride says are kept.
      let rows = isSame ? shape.height * stride.height : (shape.height - 1) * stride.height + kernel.height
      let columns = isSame ? shape.width * stride.width : (shape.width - 1) * stride.width + kernel.width
      guard !isSame || (kernel.height >= stride.height && kernel.width >= stride.width) else { return nil }
      return Shape(height: rows, width: columns, channels: channels)
    case .fullyConnected(let channels): return Shape(height: 1, width: 1, channels: channels)
    case .maximumPool(let window), .averagePool(let window):
      guard window.dilation == .one, window.covers(shape.extent), window.touches(shape.extent) else { return nil }
      return shape.with(window.output(of: shape.extent))
    case .reduction: return shape.with(.one)
    case .binary: return shape == other ? shape : nil
    case .matrixProduct:
      guard shape.height == other.height, shape.channels == other.channels else { return nil }
      return shape.with(channels: other.width)
    case .constant, .function, .requantization, .reverse, .softmax: return shape
    case .argumentMaximum: return shape.with(channels: 1)
    default: return moved(shape, other)
    }
  }

  private func moved(_ shape: Shape, _ other: Shape) -> Shape? {
    var result = shape
    switch self {
    case .concatenation(let axis):
      result[axis] += other[axis]
      return RecipeAxis.allCases.allSatisfy { $0 == axis || shape[$0] == other[$0] } ? result : nil
    case .slice(let axis, let from, let count, let step):
      result[axis] = count
      return from + (count - 1) * step < shape[axis] ? result : nil
    case .split(let axis, let parts, let part):
      result[axis] /= parts
      return shape[axis] % parts == 0 && part < parts ? result : nil
    case .pad(let sides, let isReflected):
      let extent = shape.extent
      guard !isReflected || max(sides.top, sides.bottom) < extent.height && max(sides.left, sides.right) < extent.width
      else { return nil }
      result.height += sides.top + sides.bottom
      result.width += sides.left + sides.right
    case .transpose(let axes):
      guard Set(axes).count == 3 else { return nil }
      for (to, from) in zip(RecipeAxis.allCases, axes) { result[to] = shape[from] }
    case .reshape(let target): return target.elements == shape.elements ? target : nil
    case .resize(let factors):
      result.height *= factors.height
      result.width *= factors.width
    case .depthToSpace(let block):
      guard shape.channels % (block * block) == 0 else { return nil }
      return Shape(
        height: shape.height * block, width: shape.width * block, channels: shape.channels / (block * block))
    case .spaceToDepth(let block):
      guard shape.height % block == 0, shape.width % block == 0 else { return nil }
      return Shape(
        height: shape.height / block, width: shape.width / block, channels: shape.channels * block * block)
    case .tile(let axis, let count): result[axis] *= count
    default: return nil
    }
    return result
  }

  /// Products that it takes, about.
  func products(of inputs: [Shape], output: Shape) -> Int {
    guard let input = inputs.first else { return 0 }
    return switch self {
    case .convolution(let window, _, let groups): output.elements * window.kernel.area * input.channels / groups
    case .depthwise(let window, _), .maximumPool(let window), .averagePool(let window):
      output.elements * window.kernel.area
    case .transposedConvolution(let kernel, _, _, _): input.elements * kernel.area * output.channels
    case .fullyConnected(let channels): input.elements * channels
    case .matrixProduct: output.elements * input.channels
    default: max(input.elements, output.elements)
    }
  }
}

extension Window {
  /// Whether at least one position lies inside the padded map.
  func covers(_ map: Extent) -> Bool {
    let padding = padding(of: map)
    return map.height + padding.top + padding.bottom > (kernel.height - 1) * dilation.height
      && map.width + padding.left + padding.right > (kernel.width - 1) * dilation.width
  }

  /// Whether every position has an element of the map in it, for windows without dilation.
  func touches(_ map: Extent) -> Bool {
    let (padding, output) = (padding(of: map), output(of: map))
    return padding.top < kernel.height && padding.left < kernel.width
      && (output.height - 1) * stride.height < map.height + padding.top
      && (output.width - 1) * stride.width < map.width + padding.left
  }
}
