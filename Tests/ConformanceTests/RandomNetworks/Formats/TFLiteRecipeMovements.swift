import ModelBuilding
import NetworkIR

extension RecipeAxis {
  /// Its dimension in [batch, height, width, channels].
  var nhwc: Int {
    switch self {
    case .row: 1
    case .column: 2
    case .channel: 3
    }
  }

  /// Its dimension in [batch, channels, height, width].
  var nchw: Int {
    switch self {
    case .row: 2
    case .column: 3
    case .channel: 1
    }
  }
}

/// Operators that move codes and leave the quantization as it is.
extension TFLiteRecipeWriter {
  mutating func moved(_ operation: RecipeOperation, _ operands: [Value], _ shape: Shape) -> Value {
    let value = operands[0]
    // In the order of the file's dimensions, as lists with one element for each.
    func list(_ axis: RecipeAxis, _ number: Int, else rest: [Int]) -> [Int] {
      var numbers = rest
      numbers[axis.nhwc] = number
      return numbers
    }
    let sizes = [1, value.shape.height, value.shape.width, value.shape.channels]
    switch operation {
    case .concatenation(let axis):
      let second = requantized(operands[1], value.quantization)
      let result = activation(shape, value.quantization)
      emit(2, [value.place, second.place], [result.place], 10, [0: .int32(Int32(axis.nhwc)), 1: .byte(0)])
      return result
    case .slice(let axis, let from, let count, let step):
      let begin = integers(list(axis, from, else: [0, 0, 0, 0]))
      let result = activation(shape, value.quantization)
      if step == 1 {
        emit(65, [value.place, begin, integers(list(axis, count, else: sizes))], [result.place])
      } else {
        let end = integers(list(axis, from + (count - 1) * step + 1, else: sizes))
        let steps = integers(list(axis, step, else: [1, 1, 1, 1]))
        emit(45, [value.place, begin, end, steps], [result.place], 32)
      }
      return result
    case .split(let axis, let parts, let part):
      let results = (0..<parts).map { _ in activation(shape, value.quantization) }
      emit(49, [integers([axis.nhwc], []), value.place], results.map(\.place), 35, [0: .int32(Int32(parts))])
      return results[part]
    case .pad(let sides, let isReflected):
      guard isReflected else { return sides == .zero ? copied(value) : padded(value, sides) }
      let result = activation(shape, value.quantization)
      let table = integers([0, 0, sides.top, sides.bottom, sides.left, sides.right, 0, 0], [4, 2])
      emit(100, [value.place, table], [result.place], 77, [0: .byte(0)])
      return result
    default: return rearranged(operation, value, shape)
    }
  }

  private mutating func rearranged(_ operation: RecipeOperation, _ value: Value, _ shape: Shape) -> Value {
    let result = activation(shape, value.quantization)
    let (from, to) = (value.place, [result.place])
    switch operation {
    case .transpose(let axes): emit(39, [from, integers([0] + axes.map(\.nhwc))], to, 26)
    case .reshape: emit(22, [from, integers([1, shape.height, shape.width, shape.channels])], to, 17)
    case .resize: emit(97, [from, integers([shape.height, shape.width])], to, 74)
    case .depthToSpace(let block): emit(5, [from], to, 94, [0: .int32(Int32(block))])
    case .spaceToDepth(let block): emit(26, [from], to, 19, [0: .int32(Int32(block))])
    case .reverse(let axis): emit(105, [from, integers([axis.nhwc])], to, 81)
    case .tile(let axis, let count):
      var multiples = [1, 1, 1, 1]
      multiples[axis.nhwc] = count
      emit(69, [from, integers(multiples)], to)
    default: break
    }
    return result
  }

  /// The same codes in a tensor of its own.
  private mutating func copied(_ value: Value) -> Value {
    let result = activation(value.shape, value.quantization)
    emit(34, [value.place, integers([0, 0, 0, 0, 0, 0, 0, 0], [4, 2])], [result.place], 22)
    return result
  }
}
