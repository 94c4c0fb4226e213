import NetworkIR

extension NEMOLowering {
  /// `Pad`: remembered until the layer behind it takes it in.
  mutating func padding(_ node: GraphNode) throws(NEMOProblem) -> NEMOValue {
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
  private func paddingCode(_ node: GraphNode, of view: NEMOView) throws(NEMOProblem) -> Int {
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

  /// `Flatten` and `Reshape`: another view of the tensor, where the order of its elements allows one.
  mutating func reshaping(_ node: GraphNode) throws(NEMOProblem) -> NEMOValue {
    let view = try storedValue(of: node.input(0))
    guard view.padding == .zero else { throw .padding("a Pad cannot be joined with a \(node.op)") }
    let dimensions = try newDimensions(node, view)
    guard let shape = Shape(channelsFirst: dimensions), shape.elements == view.shape.elements else {
      throw .shape("\(view.dimensions) cannot be read as \(dimensions)")
    }
    if shape == view.shape && view.flattenedFrom == nil || dimensions == view.dimensions {
      return .stored(
        NEMOView(
          tensor: view.tensor, shape: view.shape, dimensions: dimensions, flattenedFrom: view.flattenedFrom))
    }
    let origin = view.flattenedFrom ?? view.shape
    if shape == origin { return .stored(NEMOView(tensor: view.tensor, shape: shape, dimensions: dimensions)) }
    let isOrdered = origin.channels == 1 || origin.extent.area == 1
    if isOrdered && (shape.channels == 1 || shape.extent.area == 1) {
      return .stored(NEMOView(tensor: view.tensor, shape: shape, dimensions: dimensions))
    }
    guard shape.extent.area == 1, dimensions.count == 2 else {
      throw .shape("reading \(view.dimensions) as \(dimensions) would move elements, which is not supported")
    }
    return .stored(
      NEMOView(tensor: view.tensor, shape: shape, dimensions: dimensions, flattenedFrom: origin))
  }

  private func newDimensions(_ node: GraphNode, _ view: NEMOView) throws(NEMOProblem) -> [Int] {
    if node.op == "Flatten" {
      let axis = node.int("axis", default: 1)
      guard axis == 1 || axis == 1 - view.dimensions.count else {
        throw .attribute(name: "axis", found: "\(axis)", allowed: "1")
      }
      return [1, view.shape.elements]
    }
    var dimensions = try constant(node.input(1)).integers(in: -1...Int(Int32.max))
    for axis in dimensions.indices where dimensions[axis] == 0 {
      guard axis < view.dimensions.count else { throw .shape("\(view.dimensions) has no dimension \(axis)") }
      dimensions[axis] = view.dimensions[axis]
    }
    var known = 1
    for dimension in dimensions where dimension != -1 {
      let (product, overflow) = known.multipliedReportingOverflow(by: dimension)
      guard !overflow, product > 0 else { throw .shape("\(view.dimensions) cannot be read as \(dimensions)") }
      known = product
    }
    guard let open = dimensions.firstIndex(of: -1) else { return dimensions }
    dimensions[open] = view.shape.elements / known
    return dimensions
  }
}
