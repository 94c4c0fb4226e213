import Foundation
import NetworkIR

extension QuantizedLowering {
  /// `Softmax` of dequantized codes.
  mutating func softmax(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let input = try dequantized(node, 0)
    return .pending(try softmax(node, input.view, input.scale))
  }

  /// `QLinearSoftmax`.
  mutating func codeSoftmax(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let view = try codes(node, 0)
    let input = try scale(node, scale: 1, zeroPoint: 2, type: builder[view.tensor].type)
    let pending = try softmax(node, view, input)
    let output = try scale(node, scale: 3, zeroPoint: 4, type: nil)
    return .codes(try quantize(pending, to: output, name: node.outputs.first ?? ""))
  }

  /// Softmax along one dimension. Before opset 13 it runs over all dimensions from the axis on, which is the same where
  /// those behind it are 1.
  private mutating func softmax(
    _ node: GraphNode, _ view: QuantizedView, _ input: QuantizedScale
  ) throws(QuantizedProblem) -> QuantizedPending {
    let rank = view.dimensions.count
    let opset = node.int("opset", default: graph.opset ?? 13)
    let named = node.int("axis", default: opset < 13 ? 1 : -1)
    guard let axis = ONNXDimensions.axis(named, rank: rank) else {
      throw QuantizedProblem(.attribute, "axis", named, "a dimension of \(view.dimensions)")
    }
    guard opset >= 13 || view.dimensions[(axis + 1)...].allSatisfy({ $0 == 1 }) else {
      throw QuantizedProblem(.shape, "a Softmax over several dimensions, \(view.dimensions[axis...]), is not supported")
    }
    guard builder[view.tensor].type.bits <= 8 else {
      throw QuantizedProblem(.precision, builder[view.tensor].type.rawValue)
    }
    let innermost = try innermost(view, axis: axis, node: node.name)
    guard innermost.operand.shape.channels <= 4096 else {
      throw QuantizedProblem(
        .shape, "a Softmax over \(innermost.operand.shape.channels) elements is not supported, only up to 4096")
    }
    return QuantizedPending(
      kind: .softmax(innermost.operand, input), shape: innermost.operand.shape, layout: innermost.view.layout,
      node: node.name, name: node.outputs.first ?? "")
  }

  /// The exponentials of all differences, and one over the output's scale.
  func tableSoftmax(
    _ input: QuantizedScale, to output: QuantizedScale, _ clamp: ClosedRange<Int>, _ name: String
  ) throws(QuantizedProblem) -> TableSoftmax {
    let exponentials = (0..<input.type.range.count).map { difference in
      Int32((exp(-Double(difference) * Double(input.scale)) * 0x1p30).rounded(.toNearestOrEven))
    }
    // ONNX Runtime multiplies by one over the scale, cut off to an integer: 254 for 0.00392157.
    let steps = (1 / output.scale).rounded(.down)
    guard steps < 0x1p24 else { throw QuantizedProblem(.scale, output.scale, name) }
    return TableSoftmax(
      exponentials: exponentials, multiplier: Int32(steps), shift: 0, zeroPoint: output.zeroPoint, clamp: clamp)
  }
}
