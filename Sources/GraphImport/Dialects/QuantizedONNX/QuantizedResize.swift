import NetworkIR

extension QuantizedLowering {
  /// `Resize` and `Upsample` to the nearest neighbours: along each dimension a list of indices.
  mutating func resized(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let mode = node.string("mode") ?? "nearest"
    guard mode == "nearest" else { throw QuantizedProblem(.attribute, "mode", mode, "nearest") }
    let found = try movable(node)
    let view = try strided(found.view, node)
    let from = view.dimensions
    let target = try resizeTarget(node, from)
    let layout = try layout(target.sizes, like: view)
    if target.sizes == from { return try value(node.input(0)) }
    var lists: [[Int]?] = []
    for axis in from.indices {
      guard target.sizes[axis] <= AxisSelection.longestList else { throw QuantizedProblem(.movement) }
      lists.append(
        target.sizes[axis] == from[axis]
          ? nil : try neighbours(node, from[axis], target.sizes[axis], scale: target.scales[axis]))
    }
    let rearrangement = Rearrangement.gathering(
      StridedBox(view.layout.origin), lists, to: StridedBox(layout.origin))
    return result(try moved(view, node, to: layout, by: rearrangement), like: found.real)
  }

  /// Sizes and float scales of the output, from inputs `scales` or `sizes`, or the attribute `scales`.
  private mutating func resizeTarget(
    _ node: GraphNode, _ from: [Int]
  ) throws(QuantizedProblem) -> (sizes: [Int], scales: [Float]) {
    // Upsample, and Resize of opset 10, have the scales at 1; later versions a region there.
    let scaleIndex = node.plainOp == "Upsample" || node.inputs.count == 2 ? 1 : 2
    if let sizes = try integers(node, 3, "sizes") {
      guard sizes.count == from.count, sizes.allSatisfy({ $0 >= 1 }), node.attributes["axes"] == nil else {
        throw QuantizedProblem(.shape, "dimensions \(from) cannot be resized to \(sizes)")
      }
      return (sizes, zip(from, sizes).map { Float($1) / Float($0) })
    }
    var scales: [Float]?
    if case .floats(let attribute) = node.attributes["scales"] { scales = attribute }
    if scales == nil { scales = try constant(node, scaleIndex, "scales")?.floats }
    guard let scales, scales.count == from.count, scales.allSatisfy({ $0 > 0 && $0 <= 0x1p16 }) else {
      throw QuantizedProblem(.attribute, "scales", "\(scales ?? [])", "one positive number for each of \(from)")
    }
    let sizes = zip(from, scales).map { Int((Float($0) * $1).rounded(.down)) }
    guard sizes.allSatisfy({ $0 >= 1 }) else {
      throw QuantizedProblem(.shape, "dimensions \(from) cannot be resized to \(sizes)")
    }
    return (sizes, scales)
  }

  /// For each output position the input position, as ONNX computes it in float32.
  private func neighbours(
    _ node: GraphNode, _ from: Int, _ to: Int, scale: Float
  ) throws(QuantizedProblem) -> [Int] {
    let isOld = node.plainOp == "Upsample" || node.inputs.count == 2
    let transformation = node.string("coordinate_transformation_mode") ?? (isOld ? "asymmetric" : "half_pixel")
    let rounding = node.string("nearest_mode") ?? (isOld ? "floor" : "round_prefer_floor")
    var list: [Int] = []
    for position in 0..<to {
      let x = Float(position)
      let source: Float
      switch transformation {
      case "asymmetric": source = x / scale
      case "half_pixel": source = (x + 0.5) / scale - 0.5
      case "pytorch_half_pixel": source = to > 1 ? (x + 0.5) / scale - 0.5 : 0
      case "align_corners": source = to == 1 ? 0 : x * Float(from - 1) / Float(to - 1)
      default:
        throw QuantizedProblem(
          .attribute, "coordinate_transformation_mode", transformation,
          "asymmetric, half_pixel, pytorch_half_pixel or align_corners")
      }
      let index: Float
      switch rounding {
      case "floor": index = source.rounded(.down)
      case "ceil": index = source.rounded(.up)
      // Halves go down.
      case "round_prefer_floor": index = (source - 0.5).rounded(.up)
      case "round_prefer_ceil": index = (source + 0.5).rounded(.down)
      default:
        throw QuantizedProblem(
          .attribute, "nearest_mode", rounding, "floor, ceil, round_prefer_floor or round_prefer_ceil")
      }
      list.append(Int(min(max(index, 0), Float(from - 1))))
    }
    return list
  }
}
