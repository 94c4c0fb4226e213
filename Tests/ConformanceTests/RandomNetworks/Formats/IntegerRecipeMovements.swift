import ModelBuilding
import NetworkIR

/// Operators that move codes.
extension IntegerRecipeWriter {
  mutating func moved(_ operation: RecipeOperation, _ operands: [Value], _ shape: Shape) -> Value {
    let value = operands[0]
    var codes = value.codes
    let name: String
    switch operation {
    case .concatenation(let axis):
      name = result("Concat", operands.map(\.name), ["axis": .int(axis.nchw)])
      codes = min(codes.lowerBound, operands[1].codes.lowerBound)...max(codes.upperBound, operands[1].codes.upperBound)
    case .slice(let axis, let from, let count, let step):
      let limits = [[from], [from + (count - 1) * step + 1], [axis.nchw], [step]].map { integers($0) }
      name = result("Slice", [value.name] + limits)
    case .split(let axis, let parts, let part):
      let names = (0..<parts).map { _ in fresh("p") }
      let sizes = integers([Int](repeating: shape[axis], count: parts))
      file.node("Split", [value.name, sizes], names, ["axis": .int(axis.nchw)])
      name = names[part]
    case .transpose(let axes): name = result("Transpose", [value.name], ["perm": .ints(axes.permutation)])
    case .depthToSpace(let block):
      name = result("DepthToSpace", [value.name], ["blocksize": .int(block), "mode": .string("DCR")])
    default: name = result("Reshape", [value.name, integers(shape.nchw)])
    }
    return Value(name: name, shape: shape, codes: codes)
  }
}
