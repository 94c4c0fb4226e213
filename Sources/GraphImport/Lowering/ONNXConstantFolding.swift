/// Computes ONNX operators whose inputs are all constants: shape arithmetic, and weights that are moved.
enum ONNXConstantFolding {
  /// Elements that a constant made of others may have.
  static let mostElements = 1 << 24
  /// Elements that all of them in a file may have: they are held until it is lowered.
  static let mostElementsOfAll = 1 << 26

  /// Why a constant is not held when there are too many.
  static func excess(_ elements: Int) -> String {
    "constants that are computed from others have \(elements) elements up to here, more than \(mostElementsOfAll)"
  }

  /// The value of a node that reads `inputs`, where absent ones are nil; nil for an operator that is not folded, or
  /// arguments that contradict each other.
  static func value(of node: GraphNode, _ inputs: [ONNXConstant?]) -> ONNXConstant? {
    guard let first = inputs.first ?? nil else { return nil }
    let second = inputs.count > 1 ? inputs[1] : nil
    switch node.plainOp {
    case "Identity", "Dropout": return first
    case "Cast": return cast(first, to: GraphTensor.ScalarType(onnx: int(node, "to") ?? 0))
    case "ConstantOfShape": return filled(node, first)
    case "Reshape":
      let target = second?.integers.flatMap {
        ONNXDimensions.reshaped(first.dimensions, to: $0, allowsZero: int(node, "allowzero") == 1)
      }
      return target.map { first.with(dimensions: $0) }
    case "Flatten":
      return ONNXDimensions.flattened(first.dimensions, axis: int(node, "axis") ?? 1)
        .map { first.with(dimensions: $0) }
    case "Squeeze":
      return ONNXDimensions.squeezed(first.dimensions, axes: ints(node, "axes") ?? second?.integers)
        .map { first.with(dimensions: $0) }
    case "Unsqueeze":
      guard let axes = ints(node, "axes") ?? second?.integers else { return nil }
      return ONNXDimensions.unsqueezed(first.dimensions, axes: axes).map { first.with(dimensions: $0) }
    case "Transpose": return first.transposed(ints(node, "perm") ?? first.dimensions.indices.reversed())
    case "Gather":
      guard let indices = second else { return nil }
      return gathered(first, indices, axis: int(node, "axis") ?? 0)
    case "Slice": return sliced(node, first, Array(inputs.dropFirst()))
    case "Concat": return concatenated(inputs, axis: int(node, "axis") ?? 0)
    case "Clip" where node.attributes.isEmpty:
      return first.clipped(from: second, to: inputs.count > 2 ? inputs[2] : nil)
    case "Add", "Sub", "Mul", "Div":
      guard let second else { return nil }
      return arithmetic(node.plainOp, first, second)
    default: return nil
    }
  }

  /// Whether a constant of these dimensions may be made.
  static func isFoldable(_ dimensions: [Int]) -> Bool {
    dimensions.contains(0) || (ONNXDimensions.elements(dimensions) ?? .max) <= mostElements
  }

  private static func int(_ node: GraphNode, _ name: String) -> Int? {
    if case .int(let value) = node.attributes[name] { value } else { nil }
  }

  private static func ints(_ node: GraphNode, _ name: String) -> [Int]? {
    if case .ints(let value) = node.attributes[name] { value } else { nil }
  }

  private static func cast(_ constant: ONNXConstant, to type: GraphTensor.ScalarType) -> ONNXConstant? {
    var result = constant
    result.type = type
    switch (type, constant.numbers) {
    case (.float32, .integers(let values)), (.float64, .integers(let values)):
      result.numbers = .floats(values.map { Float($0) })
    case (.float32, .floats), (.float64, .floats): break
    case (.int32, .floats(let values)), (.int64, .floats(let values)):
      let integers = values.compactMap { Int(exactly: $0.rounded(.towardZero)) }
      guard integers.count == values.count else { return nil }
      result.numbers = .integers(integers)
    case (.int32, .integers), (.int64, .integers): break
    default: return nil
    }
    return result
  }

  private static func filled(_ node: GraphNode, _ shape: ONNXConstant) -> ONNXConstant? {
    guard let dimensions = shape.integers, let count = ONNXDimensions.elements(dimensions),
      count <= mostElements
    else { return nil }
    guard case .tensor(let tensor) = node.attributes["value"] else {
      return ONNXConstant(
        type: .float32, dimensions: dimensions, numbers: .floats([Float](repeating: 0, count: count)))
    }
    guard let value = ONNXConstant(tensor), value.count == 1 else { return nil }
    return value.picking([Int](repeating: 0, count: count), dimensions: dimensions)
  }

  private static func gathered(_ constant: ONNXConstant, _ indices: ONNXConstant, axis: Int) -> ONNXConstant? {
    let rank = constant.dimensions.count
    guard let axis = ONNXDimensions.axis(axis, rank: rank), let wanted = indices.integers else { return nil }
    let size = constant.dimensions[axis]
    let positions = wanted.compactMap { ONNXDimensions.axis($0, rank: size) }
    let outer = constant.dimensions[..<axis]
    let inner = constant.dimensions[(axis + 1)...]
    let dimensions = Array(outer) + indices.dimensions + Array(inner)
    let block = inner.reduce(1, *)
    guard positions.count == wanted.count,
      isFoldable(dimensions)
    else { return nil }
    if dimensions.contains(0) { return constant.picking([], dimensions: dimensions) }
    let places = (0..<outer.reduce(1, *)).flatMap { row in
      positions.flatMap { position in (0..<block).map { (row * size + position) * block + $0 } }
    }
    return constant.picking(places, dimensions: dimensions)
  }

  private static func sliced(_ node: GraphNode, _ constant: ONNXConstant, _ inputs: [ONNXConstant?]) -> ONNXConstant? {
    func argument(_ name: String, _ index: Int) -> [Int]? {
      ints(node, name) ?? (index < inputs.count ? inputs[index]?.integers : nil)
    }
    guard let starts = argument("starts", 0), let ends = argument("ends", 1) else { return nil }
    let slice = ONNXDimensions.slice(
      constant.dimensions, starts: starts, ends: ends, axes: argument("axes", 2), steps: argument("steps", 3))
    guard let slice else { return nil }
    var places = [0]
    for axis in constant.dimensions.indices {
      places = places.flatMap { base in
        (0..<slice.sizes[axis]).map {
          base * constant.dimensions[axis] + slice.begin[axis] + $0 * slice.step[axis]
        }
      }
    }
    return constant.picking(places, dimensions: slice.sizes)
  }

  private static func concatenated(_ inputs: [ONNXConstant?], axis: Int) -> ONNXConstant? {
    let parts = inputs.compactMap(\.self)
    guard parts.count == inputs.count, let first = parts.first,
      let axis = ONNXDimensions.axis(axis, rank: first.dimensions.count)
    else { return nil }
    var dimensions = first.dimensions
    dimensions[axis] = 0
    for part in parts {
      var rest = part.dimensions
      guard rest.count == dimensions.count else { return nil }
      let size = rest[axis]
      rest[axis] = dimensions[axis]
      guard rest == dimensions else { return nil }
      dimensions[axis] += size
    }
    guard isFoldable(dimensions) else { return nil }
    if dimensions.contains(0) { return first.picking([], dimensions: dimensions) }
    let rows = dimensions[..<axis].reduce(1, *)
    let blocks = parts.map { $0.dimensions[axis...].reduce(1, *) }
    switch first.numbers {
    case .integers:
      let values = parts.compactMap(\.integers)
      guard values.count == parts.count else { return nil }
      let joined = (0..<rows).flatMap { row in
        zip(values, blocks).flatMap { $0[row * $1..<(row + 1) * $1] }
      }
      return ONNXConstant(type: first.type, dimensions: dimensions, numbers: .integers(joined))
    case .floats:
      let values = parts.compactMap(\.floats)
      guard values.count == parts.count else { return nil }
      let joined = (0..<rows).flatMap { row in
        zip(values, blocks).flatMap { $0[row * $1..<(row + 1) * $1] }
      }
      return ONNXConstant(type: first.type, dimensions: dimensions, numbers: .floats(joined))
    }
  }
}

// MARK: - Arithmetic

extension ONNXConstantFolding {
  private static func arithmetic(_ op: String, _ first: ONNXConstant, _ second: ONNXConstant) -> ONNXConstant? {
    guard let dimensions = ONNXDimensions.broadcast(first.dimensions, second.dimensions), isFoldable(dimensions),
      let one = first.expanded(to: dimensions), let other = second.expanded(to: dimensions)
    else { return nil }
    switch (one.numbers, other.numbers) {
    case (.integers(let left), .integers(let right)):
      let values = zip(left, right).compactMap { integer(op, $0, $1) }
      guard values.count == left.count else { return nil }
      return ONNXConstant(type: first.type, dimensions: dimensions, numbers: .integers(values))
    case (.floats(let left), .floats(let right)):
      let values = zip(left, right).map { float(op, $0, $1) }
      return ONNXConstant(type: first.type, dimensions: dimensions, numbers: .floats(values))
    default: return nil
    }
  }

  /// nil where the result leaves 64 bits or the divisor is 0; a quotient is cut off towards zero, as ONNX does.
  private static func integer(_ op: String, _ left: Int, _ right: Int) -> Int? {
    let (value, overflow) =
      switch op {
      case "Add": left.addingReportingOverflow(right)
      case "Sub": left.subtractingReportingOverflow(right)
      case "Mul": left.multipliedReportingOverflow(by: right)
      default: left.dividedReportingOverflow(by: right)
      }
    return overflow ? nil : value
  }

  private static func float(_ op: String, _ left: Float, _ right: Float) -> Float {
    switch op {
    case "Add": left + right
    case "Sub": left - right
    case "Mul": left * right
    default: left / right
    }
  }
}

extension ONNXConstant {
  /// The same numbers under other dimensions of as many elements.
  func with(dimensions: [Int]) -> ONNXConstant {
    ONNXConstant(type: type, dimensions: dimensions, numbers: numbers)
  }

  /// The elements at some places, in this order.
  func picking(_ places: [Int], dimensions: [Int]) -> ONNXConstant {
    switch numbers {
    case .integers(let values):
      ONNXConstant(type: type, dimensions: dimensions, numbers: .integers(places.map { values[$0] }))
    case .floats(let values):
      ONNXConstant(type: type, dimensions: dimensions, numbers: .floats(places.map { values[$0] }))
    }
  }

  /// With dimension `order[k]` as dimension `k`; nil where `order` is no permutation.
  func transposed(_ order: [Int]) -> ONNXConstant? {
    guard order.sorted() == Array(dimensions.indices) else { return nil }
    if dimensions.contains(0) { return with(dimensions: order.map { dimensions[$0] }) }
    let places = CodeLayout(rowMajor: dimensions).transposed(order).places
    return picking(places, dimensions: order.map { dimensions[$0] })
  }

  /// Repeated along dimensions of 1; nil where the dimensions do not fit.
  func expanded(to wide: [Int]) -> ONNXConstant? {
    guard dimensions.count <= wide.count, ONNXConstantFolding.isFoldable(wide) else {
      return nil
    }
    if wide.contains(0) { return picking([], dimensions: wide) }
    let own = Array(repeating: 1, count: wide.count - dimensions.count) + dimensions
    var places = [0]
    for (size, wanted) in zip(own, wide) {
      guard size == wanted || size == 1 else { return nil }
      places = places.flatMap { base in (0..<wanted).map { base * size + (size == 1 ? 0 : $0) } }
    }
    return picking(places, dimensions: wide)
  }
}

extension GraphNode {
  /// The operator without its domain: the names of the domains in use do not collide.
  var plainOp: String { op.split(separator: ".").last.map(String.init) ?? op }
}
