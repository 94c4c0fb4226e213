import NetworkIR

extension QuantizedLowering {
  /// Constant codes with the scales and zero points that a node gives them.
  ///
  /// - Parameters:
  ///   - constant: the codes.
  ///   - name: the tensor, for messages.
  ///   - node: reads the codes.
  ///   - scale: which input of the node holds the scales; the zero points follow it.
  ///   - axis: what the scales run along; nil takes the attribute `axis`, 1 where that is absent.
  /// - Returns: as many scales as zero points.
  /// - Throws: `QuantizedProblem` for types, scales and zero points that do not fit the codes.
  mutating func quantizedConstant(
    _ constant: ONNXConstant, _ name: String, _ node: GraphNode, scale: Int, axis: Int? = nil
  ) throws(QuantizedProblem) -> QuantizedConstant {
    guard let type = ElementType(rawValue: constant.type.rawValue), let codes = constant.integers else {
      throw QuantizedProblem(
        .constantType, "constant", name, constant.type.rawValue, "an integer type of at most 32 bits")
    }
    let scaleName = node.input(scale) ?? ""
    guard let given = try self.constant(node, scale, "scale"), let scales = given.floats else {
      throw QuantizedProblem(.notConstant, "scale", scaleName)
    }
    guard !scales.isEmpty else { throw QuantizedProblem(.scaleCount, scaleName, 0, 1) }
    if let wrong = scales.first(where: { !($0.isNormal && $0 > 0) }) {
      throw QuantizedProblem(.scale, wrong, scaleName)
    }
    let zeroPointName = node.input(scale + 1) ?? scaleName
    let zeroPoints = try self.integers(node, scale + 1, "zero point") ?? scales.map { _ in 0 }
    if let wrong = zeroPoints.first(where: { !type.range.contains($0) }) {
      throw QuantizedProblem(.zeroPoint, wrong, zeroPointName, "\(type.range.lowerBound)...\(type.range.upperBound)")
    }
    let count = max(scales.count, zeroPoints.count)
    guard [1, count].contains(scales.count), [1, count].contains(zeroPoints.count) else {
      throw QuantizedProblem(.scaleCount, zeroPointName, zeroPoints.count, scales.count)
    }
    var result = QuantizedConstant(
      dimensions: constant.dimensions, type: type, codes: codes,
      scales: scales.count == count ? scales : Array(repeating: scales[0], count: count),
      zeroPoints: zeroPoints.count == count ? zeroPoints : Array(repeating: zeroPoints[0], count: count), axis: 0)
    guard count > 1 else { return result }
    result.axis = try scaleAxis(
      given.dimensions.count > 1 ? given.dimensions : [count], of: constant.dimensions, name,
      named: axis ?? node.int("axis", default: 1))
    guard constant.dimensions[result.axis] == count else {
      throw QuantizedProblem(.scaleCount, scaleName, count, constant.dimensions[result.axis])
    }
    return result
  }

  /// The dimension that scales run along. Scales of as many dimensions as the codes are blocked; where one block covers
  /// its whole dimension, they run along another one.
  private func scaleAxis(
    _ scales: [Int], of dimensions: [Int], _ name: String, named axis: Int
  ) throws(QuantizedProblem) -> Int {
    guard scales.count > 1 else {
      guard let found = ONNXDimensions.axis(axis, rank: dimensions.count) else {
        throw QuantizedProblem(.attribute, "axis", axis, "a dimension of \(dimensions)")
      }
      return found
    }
    let varying = scales.indices.filter { scales[$0] > 1 }
    guard scales.count == dimensions.count, varying.count == 1, scales[varying[0]] == dimensions[varying[0]] else {
      throw QuantizedProblem(.blocked, name, "\(dimensions)", "\(scales)")
    }
    return varying[0]
  }

  /// QuantizeLinear of constant numbers.
  mutating func quantizedConstant(
    _ node: GraphNode, _ constant: ONNXConstant
  ) throws(QuantizedProblem) -> QuantizedValue {
    let name = node.input(0) ?? ""
    guard let floats = constant.floats else {
      throw QuantizedProblem(.constantType, "constant", name, constant.type.rawValue, "a float type")
    }
    let zeroPoints = try self.constant(node, 2, "zero point")
    let type = zeroPoints?.type ?? .uint8
    // Scales and zero points are checked as those of codes of this type.
    let empty = ONNXConstant(type: type, dimensions: constant.dimensions, numbers: .integers([]))
    let form = try quantizedConstant(empty, name, node, scale: 1)
    let inner = form.scales.count > 1 ? constant.dimensions[(form.axis + 1)...].reduce(1, *) : 1
    var codes: [Int] = []
    codes.reserveCapacity(floats.count)
    for (element, number) in floats.enumerated() {
      let channel = form.scales.count > 1 ? element / inner % form.scales.count : 0
      let scale = QuantizedScale(scale: form.scales[channel], zeroPoint: form.zeroPoints[channel], type: form.type)
      guard let code = scale.code(of: number) else { throw QuantizedProblem(.notFinite, element, number) }
      codes.append(code)
    }
    return .constant(ONNXConstant(type: type, dimensions: constant.dimensions, numbers: .integers(codes)))
  }

  /// Dequantized constants that only change their dimensions or the order of them; nil for other operators.
  mutating func moved(
    _ constant: QuantizedConstant, by node: GraphNode
  ) throws(QuantizedProblem) -> QuantizedValue? {
    guard ["Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"].contains(node.plainOp) else {
      return nil
    }
    let codes = ONNXConstant(
      type: .int32, dimensions: constant.dimensions, numbers: .integers(constant.codes))
    let arguments = node.inputs.count > 1 ? try self.constant(node, 1, "argument") : nil
    guard let moved = ONNXConstantFolding.value(of: node, [codes, arguments]), let integers = moved.integers else {
      throw QuantizedProblem(.shape, "the arguments do not fit dimensions \(constant.dimensions)")
    }
    var result = constant
    result.dimensions = moved.dimensions
    result.codes = integers
    guard constant.scales.count > 1 else { return .dequantizedConstant(result) }
    // Where each index along the axis goes is where the scales go.
    let axisSize = constant.scales.count
    let inner = constant.dimensions[(constant.axis + 1)...].reduce(1, *)
    let labels = constant.codes.indices.map { $0 / inner % axisSize }
    let marked = ONNXConstantFolding.value(
      of: node, [codes.with(numbers: .integers(labels)), arguments])
    guard let found = marked?.integers, let axis = Self.axis(of: found, count: axisSize, in: moved.dimensions) else {
      throw QuantizedProblem(.shape, "the scales of the constant no longer run along one dimension")
    }
    result.axis = axis
    return .dequantizedConstant(result)
  }

  /// The dimension along which `labels` count from 0 to `count - 1`, and do not change along the others.
  private static func axis(of labels: [Int], count: Int, in dimensions: [Int]) -> Int? {
    dimensions.indices.first { axis in
      guard dimensions[axis] == count else { return false }
      let inner = dimensions[(axis + 1)...].reduce(1, *)
      return labels.enumerated().allSatisfy { $1 == $0 / inner % count }
    }
  }
}

extension ONNXConstant {
  /// Other numbers, as many, in the same dimensions.
  fileprivate func with(numbers: Numbers) -> ONNXConstant {
    ONNXConstant(type: type, dimensions: dimensions, numbers: numbers)
  }
}
