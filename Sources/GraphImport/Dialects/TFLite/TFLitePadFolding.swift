import NetworkIR

extension Graph {
  /// The graph in which a PAD with the zero point becomes the padding of the only operator that reads it, a convolution.
  ///
  /// The convolution then reads what the PAD reads, and has the attribute `folded_padding`: top, left, bottom, right.
  func foldingPads() -> Graph {
    var reads: [String: Int] = [:]
    for name in nodes.flatMap(\.inputs) + outputs { reads[name, default: 0] += 1 }
    let producers = producers()
    var result = self
    for (index, node) in nodes.enumerated() where ["CONV_2D", "DEPTHWISE_CONV_2D"].contains(node.op) {
      guard let name = node.inputs.first, reads[name] == 1, let producer = producers[name],
        let padding = foldablePadding(nodes[producer], into: node)
      else { continue }
      result.nodes[index].inputs[0] = nodes[producer].inputs[0]
      result.nodes[index].attributes["folded_padding"] = .ints([
        padding.top, padding.left, padding.bottom, padding.right,
      ])
    }
    return result
  }

  /// The border that a PAD adds, if the convolution may add it instead: its window must reach out of the border.
  private func foldablePadding(_ pad: GraphNode, into convolution: GraphNode) -> Padding? {
    guard ["PAD", "PADV2"].contains(pad.op), pad.inputs.count >= 2, pad.outputs.count == 1,
      convolution.inputs.count >= 2, convolution.attributes["padding"] == .string("VALID"),
      let input = tensors[pad.inputs[0]], let output = tensors[pad.outputs[0]], input.data == nil,
      input.type == output.type, input.quantization == output.quantization,
      let from = input.dimensions, let to = output.dimensions, from.count == 4, to.count == 4,
      let widths = tensors[pad.inputs[1]].flatMap(TFLiteIntegers.init)?.values, widths.count == 8,
      widths.allSatisfy({ 0..<NetworkLimit.largestWindow ~= $0 }),
      (0..<4).allSatisfy({ from[$0] >= 1 && from[$0] + widths[2 * $0] + widths[2 * $0 + 1] == to[$0] }),
      widths[0] + widths[1] + widths[6] + widths[7] == 0, padsWithZeroPoint(pad, output),
      let kernel = tensors[convolution.inputs[1]]?.dimensions, kernel.count == 4,
      let rows = reach(kernel[1], convolution.attributes["dilation_h_factor"]),
      let columns = reach(kernel[2], convolution.attributes["dilation_w_factor"]),
      max(widths[2], widths[3]) < rows, max(widths[4], widths[5]) < columns
    else { return nil }
    return Padding(top: widths[2], left: widths[4], bottom: widths[3], right: widths[5])
  }

  private func padsWithZeroPoint(_ pad: GraphNode, _ output: GraphTensor) -> Bool {
    guard pad.inputs.count > 2, !pad.inputs[2].isEmpty else { return true }
    guard let value = tensors[pad.inputs[2]], value.type == output.type, let data = value.data, data.count == 1 else {
      return false
    }
    let code = output.type == .int8 ? Int(Int8(bitPattern: data[0])) : Int(data[0])
    return code == output.quantization?.zeroPoints.first ?? 0
  }

  /// Positions that a dilated kernel spans; nil for numbers that are none.
  private func reach(_ kernel: Int, _ dilation: GraphAttribute?) -> Int? {
    guard case .int(let dilation)? = dilation, 1...NetworkLimit.largestWindow ~= dilation,
      1...NetworkLimit.largestWindow ~= kernel
    else { return nil }
    return (kernel - 1) * dilation + 1
  }
}
