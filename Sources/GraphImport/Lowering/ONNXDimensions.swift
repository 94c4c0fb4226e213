/// How ONNX operators change dimensions. All return nil where the arguments contradict the dimensions.
enum ONNXDimensions {
  /// An axis counted from the front; negative ones count from the end.
  static func axis(_ axis: Int, rank: Int) -> Int? {
    let fromFront = axis < 0 ? axis + rank : axis
    return (0..<rank).contains(fromFront) ? fromFront : nil
  }

  /// Axes counted from the front, each once, ascending.
  static func axes(_ axes: [Int], rank: Int) -> [Int]? {
    let found = axes.compactMap { axis($0, rank: rank) }
    return found.count == axes.count && Set(found).count == found.count ? found.sorted() : nil
  }

  /// The number of elements, at most `NetworkLimit.mostElements`; no dimension is 0 or negative.
  static func elements(_ dimensions: [Int]) -> Int? {
    var elements = 1
    for dimension in dimensions {
      guard dimension >= 1, dimension <= NetworkLimit.mostElements / elements else { return nil }
      elements *= dimension
    }
    return elements
  }

  /// Reshape: 0 keeps a dimension, unless `allowsZero`, and one -1 takes what is left.
  static func reshaped(_ dimensions: [Int], to target: [Int], allowsZero: Bool = false) -> [Int]? {
    guard let elements = elements(dimensions), target.allSatisfy({ $0 >= -1 }) else { return nil }
    var result = target
    for index in target.indices where target[index] == 0 {
      guard !allowsZero, index < dimensions.count else { return nil }
      result[index] = dimensions[index]
    }
    let open = result.indices.filter { result[$0] == -1 }
    guard open.count <= 1, let known = Self.elements(result.filter { $0 != -1 }) else { return nil }
    if let index = open.first {
      guard elements.isMultiple(of: known) else { return nil }
      result[index] = elements / known
    }
    return Self.elements(result) == elements ? result : nil
  }

  /// Flatten: two dimensions, divided before `axis`, which may be the rank.
  static func flattened(_ dimensions: [Int], axis: Int) -> [Int]? {
    let axis = axis < 0 ? axis + dimensions.count : axis
    guard (0...dimensions.count).contains(axis), let rows = elements(Array(dimensions[..<axis])),
      let columns = elements(Array(dimensions[axis...])), elements(dimensions) != nil
    else { return nil }
    return [rows, columns]
  }

  /// Squeeze: without the named dimensions, which are 1; nil names all that are 1.
  static func squeezed(_ dimensions: [Int], axes: [Int]?) -> [Int]? {
    guard let axes else { return dimensions.filter { $0 != 1 } }
    guard let named = Self.axes(axes, rank: dimensions.count), named.allSatisfy({ dimensions[$0] == 1 }) else {
      return nil
    }
    return dimensions.indices.filter { !named.contains($0) }.map { dimensions[$0] }
  }

  /// Unsqueeze: dimensions of 1 inserted so that they stand at `axes` of the result.
  static func unsqueezed(_ dimensions: [Int], axes: [Int]) -> [Int]? {
    guard axes.count <= 16, let places = Self.axes(axes, rank: dimensions.count + axes.count) else { return nil }
    return places.reduce(into: dimensions) { $0.insert(1, at: $1) }
  }

  /// The dimensions that two tensors have in common when repeated along dimensions of 1, aligned at the end.
  static func broadcast(_ first: [Int], _ second: [Int]) -> [Int]? {
    let rank = max(first.count, second.count)
    let wide = [first, second].map { Array(repeating: 1, count: rank - $0.count) + $0 }
    var result: [Int] = []
    for (one, other) in zip(wide[0], wide[1]) {
      guard one == other || one == 1 || other == 1 else { return nil }
      result.append(one == 1 ? other : one)
    }
    return result
  }

  /// Which elements a Slice takes: along each dimension `begin`, `begin + step`, ..., `sizes` of them.
  struct Slice {
    var begin: [Int]
    var step: [Int]
    var sizes: [Int]
  }

  /// Slice: bounds are counted from the end where negative, and cut to the dimension; nil too where nothing is left.
  static func slice(_ dimensions: [Int], starts: [Int], ends: [Int], axes: [Int]?, steps: [Int]?) -> Slice? {
    let axes = axes ?? Array(starts.indices)
    let steps = steps ?? starts.map { _ in 1 }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count,
      dimensions.allSatisfy({ $0 >= 1 }), Self.axes(axes, rank: dimensions.count) != nil
    else { return nil }
    var slice = Slice(begin: dimensions.map { _ in 0 }, step: dimensions.map { _ in 1 }, sizes: dimensions)
    for index in axes.indices {
      guard let axis = axis(axes[index], rank: dimensions.count) else { return nil }
      let (size, step) = (dimensions[axis], steps[index])
      guard step != 0, step > Int.min / 2, step < Int.max / 2 else { return nil }
      func bound(_ value: Int, _ allowed: ClosedRange<Int>) -> Int {
        let fromFront = value < 0 ? (value < -size ? allowed.lowerBound : value + size) : value
        return min(max(fromFront, allowed.lowerBound), allowed.upperBound)
      }
      let begin = bound(starts[index], step > 0 ? 0...size : 0...size - 1)
      let end = step > 0 ? bound(ends[index], 0...size) : bound(ends[index], -1...size - 1)
      let count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step
      guard count >= 1 else { return nil }
      slice.begin[axis] = begin
      slice.step[axis] = count == 1 ? 1 : step
      slice.sizes[axis] = count
    }
    return slice
  }
}
