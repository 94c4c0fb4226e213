import NetworkIR
import Reference

/// A network of one layer: tensors 0... are its inputs, the last is its output.
func singleLayer(
  _ operation: NetworkIR.Operation, inputs: [Shape], type: ElementType = .int8, output: Shape,
  outputType: ElementType = .int8
) -> Network {
  func tensor(_ name: String, _ shape: Shape, _ type: ElementType) -> Tensor {
    let dimensions = [1, shape.height, shape.width, shape.channels]
    let origin = TensorOrigin(dimensions: dimensions, axes: [.batch, .height, .width, .channel])
    return Tensor(name: name, shape: shape, type: type, values: type.range, origin: origin)
  }
  let last = inputs.count
  let layer = Layer(
    name: "layer", source: "node", operation: operation,
    inputs: inputs.enumerated().map { Operand(tensor: $0.offset, shape: $0.element) }, output: last)
  return Network(
    name: "single",
    tensors: inputs.enumerated().map { tensor("input\($0.offset)", $0.element, type) }
      + [tensor("output", output, outputType)],
    layers: [layer], inputs: inputs.indices.map { Boundary(tensor: $0) }, outputs: [Boundary(tensor: last)])
}

/// The output of a network of one layer.
func run(_ network: Network, _ inputs: [Int32]...) throws -> [Int32] {
  try ReferenceExecutor(network).run(inputs)[inputs.count]
}

/// One rule for all channels, exact over a range.
func requantization(
  _ steps: [RequantizationStep], over accumulators: ClosedRange<Int>, clamp: ClosedRange<Int> = -128...127
) throws -> Requantization {
  try Requantization(
    rules: [RequantizationRule(steps + [.clamp(clamp)])], accumulators: [accumulators], clamp: clamp)
}

extension Shape {
  init(_ height: Int, _ width: Int, _ channels: Int) {
    self.init(height: height, width: width, channels: channels)
  }
}
