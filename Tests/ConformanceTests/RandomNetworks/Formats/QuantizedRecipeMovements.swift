import ModelBuilding
import NetworkIR

/// Operators that move codes.
extension QuantizedRecipeWriter {
  mutating func concatenated(
    _ operands: [Value], _ axis: RecipeAxis, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let largest = operands.map { magnitude($0) }.max() ?? 1
    let isSame = numbers.chance(2)
    let quantization = isSame ? operands[0].quantization : quantization(&numbers, magnitude: largest)
    let attributes: [String: ONNXModelWriter.Attribute] = ["axis": .int(axis.nchw)]
    guard hasOperatorsOnCodes else {
      let inputs = [real(operands[0]), real(operands[1])]
      return computed("Concat", inputs, shape, quantization, attributes)
    }
    let result = declared(shape, quantization)
    let inputs = operands.flatMap { [$0.name] + $0.parameters }
    file.node("QLinearConcat", result.parameters + inputs, [result.name], attributes, domain: "com.microsoft")
    return result
  }

  mutating func rearranged(_ operation: RecipeOperation, _ value: Value, _ shape: Shape) -> Value {
    switch operation {
    case .slice(let axis, let from, let count, let step):
      let limits = [[from], [from + (count - 1) * step + 1], [axis.nchw], [step]].map { integers($0) }
      return moved("Slice", value, limits, shape)
    case .split(let axis, let parts, let part): return split(value, axis, parts, part, shape)
    case .pad(let sides, let isReflected): return padded(value, sides, isReflected, shape)
    case .transpose(let axes):
      return moved("Transpose", value, [], shape, ["perm": .ints(axes.permutation)])
    case .reshape: return moved("Reshape", value, [integers(shape.nchw)], shape)
    case .resize(let factors):
      let scales = fresh("s")
      file.constant(scales, [4], floats: [1, 1, Float(factors.height), Float(factors.width)])
      return moved(
        "Resize", value, ["", scales], shape,
        [
          "mode": .string("nearest"), "nearest_mode": .string("floor"),
          "coordinate_transformation_mode": .string("asymmetric"),
        ])
    case .depthToSpace(let block):
      return moved("DepthToSpace", value, [], shape, ["blocksize": .int(block), "mode": .string("DCR")])
    case .spaceToDepth(let block): return moved("SpaceToDepth", value, [], shape, ["blocksize": .int(block)])
    case .tile(let axis, let count):
      var repeats = [1, 1, 1, 1]
      repeats[axis.nchw] = count
      return moved("Tile", value, [integers(repeats)], shape)
    default: return value
    }
  }

  private mutating func split(
    _ value: Value, _ axis: RecipeAxis, _ parts: Int, _ part: Int, _ shape: Shape
  ) -> Value {
    let sizes = integers([Int](repeating: shape[axis], count: parts))
    let names = (0..<parts).map { _ in fresh("p") }
    let attributes: [String: ONNXModelWriter.Attribute] = ["axis": .int(axis.nchw)]
    guard hasOperatorsOnCodes else {
      file.node("Split", [real(value), sizes], names, attributes)
      return quantized(names[part], shape, value.quantization)
    }
    let result = Value(name: names[part], shape: shape, quantization: value.quantization)
    declare(result)
    file.node("Split", [value.name, sizes], names, attributes)
    return result
  }

  private mutating func padded(
    _ value: Value, _ sides: Padding, _ isReflected: Bool, _ shape: Shape
  ) -> Value {
    var inputs = [integers([0, 0, sides.top, sides.left, 0, 0, sides.bottom, sides.right])]
    // On codes the border is a code; on real numbers it is 0.
    if hasOperatorsOnCodes, !isReflected { inputs.append(value.parameters[1]) }
    return moved("Pad", value, inputs, shape, ["mode": .string(isReflected ? "reflect" : "constant")])
  }
}
