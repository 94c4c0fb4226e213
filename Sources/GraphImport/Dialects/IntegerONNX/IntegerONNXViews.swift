import NetworkIR

extension IntegerONNXLowering {
  /// `Pad`: remembered until the layer behind it takes it in.
  mutating func padding(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let mode = node.string("mode") ?? "constant"
    guard mode == "constant" else { throw .attribute(name: "mode", found: mode, allowed: "constant") }
    let pads: [Int]
    if let attribute = node.ints("pads") {
      pads = attribute
    } else {
      pads = try constant(node.input(1)).integers(in: Self.exactFloats)
    }
    if pads.allSatisfy({ $0 == 0 }) { return try value(of: node.input(0)) }
    var view = try storedValue(of: node.input(0))
    let rank = view.dimensions.count
    guard pads.count == 2 * rank, rank >= 3, pads.allSatisfy({ (0...65_535).contains($0) }), pads[0] == 0, pads[1] == 0,
      pads[rank] == 0, pads[rank + 1] == 0
    else {
      throw .attribute(name: "pads", found: "\(pads)", allowed: "padding of rows and columns by 0...65535")
    }
    let code = try paddingCode(node, of: view)
    guard view.padding == .zero || view.paddingValue == code else {
      throw .padding("two Pads with the values \(view.paddingValue) and \(code) cannot be joined")
    }
    view.paddingValue = code
    view.padding =
      view.padding
      + Padding(
        top: pads[2], left: rank == 4 ? pads[3] : 0, bottom: pads[rank + 2], right: rank == 4 ? pads[rank + 3] : 0)
    return .stored(view)
  }

  /// The code that a `Pad` fills in: attribute, third input or zero.
  private func paddingCode(_ node: GraphNode, of view: IntegerONNXView) throws(IntegerONNXProblem) -> Int {
    var code = 0
    if let value = node.float("value") {
      guard let exact = Int(exactly: value) else {
        throw .attribute(name: "value", found: "\(value)", allowed: "an integer")
      }
      code = exact
    } else if let name = node.input(2) {
      code = try constant(name).integers(in: Self.exactFloats).first ?? 0
    }
    let codes = builder[view.tensor].type.range
    guard codes.contains(code) else { throw .attribute(name: "value", found: "\(code)", allowed: "\(codes)") }
    return code
  }

  /// `Flatten`, `Reshape`, `Squeeze` and `Unsqueeze`: another view of the tensor where the order of its elements allows
  /// one, or can be left to the weights behind; else a movement.
  mutating func reshaping(_ node: GraphNode) throws(IntegerONNXProblem) -> IntegerONNXValue {
    let view = try storedValue(of: node.input(0))
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    let numbers = try integers(node.input(1))
    guard let dimensions = newDimensions(node, of: view.dimensions, numbers: numbers),
      let shape = Shape(channelsFirst: dimensions), shape.elements == view.shape.elements
    else {
      throw .shape("\(view.dimensions) cannot be read as \(numbers.map { "\($0)" } ?? "\(node.op) asks")")
    }
    let origin = view.flattenedFrom ?? view.shape
    let isOrdered = [origin, shape].allSatisfy { $0.channels == 1 || $0.extent.area == 1 }
    if dimensions == view.dimensions { return .stored(view) }
    if shape == origin || isOrdered {
      let result = IntegerONNXView(tensor: view.tensor, shape: shape, dimensions: dimensions)
      if builder[view.tensor].type.isView(shape, of: builder[view.tensor].shape) { return .stored(result) }
    }
    if shape.extent.area == 1, dimensions.count == 2 {
      return .stored(
        IntegerONNXView(tensor: view.tensor, shape: shape, dimensions: dimensions, flattenedFrom: origin))
    }
    let whole = IntegerONNXView(
      tensor: view.tensor, shape: origin, dimensions: [1, origin.channels, origin.height, origin.width])
    return .stored(try move(whole, to: dimensions, node) { Rearrangement.reshape($0, to: $1) })
  }

  private func newDimensions(_ node: GraphNode, of dimensions: [Int], numbers: [Int]?) -> [Int]? {
    switch node.op {
    case "Flatten": ONNXDimensions.flattened(dimensions, axis: node.int("axis", default: 1))
    case "Squeeze": ONNXDimensions.squeezed(dimensions, axes: numbers ?? node.ints("axes"))
    case "Unsqueeze": (numbers ?? node.ints("axes")).flatMap { ONNXDimensions.unsqueezed(dimensions, axes: $0) }
    default:
      (numbers ?? node.ints("shape")).flatMap {
        ONNXDimensions.reshaped(dimensions, to: $0, allowsZero: node.int("allowzero", default: 0) == 1)
      }
    }
  }
}
