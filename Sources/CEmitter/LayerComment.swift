import NetworkIR

/// What a reader of a layer's file wants to know first: shapes, arithmetic, tiling and buffers.
func layerComment(_ layer: ResolvedLayer) -> String {
  let planned = layer.planned
  var lines = [
    "\(planned.name): \(planned.op), step \(planned.step)", "",
    "  \(planned.inputs.map(describe).joined(separator: " + ")) -> \(describe(planned.output))",
    "  \(describe(planned.geometry))",
  ]
  lines += arithmetic(layer).map { "  " + $0 }
  lines += ["", "Chunks in L2: \(layer.stripe.rows) rows x \(layer.stripe.channels) channels of the output."]
  if layer.operation.isDirect {
    lines.append("Computed in L2, without tiles in L1.")
  } else {
    let order =
      planned.loopOrder == .weightStationary ? "weights stay while the map moves" : "the map stays while weights move"
    lines += [
      "Tiles in L1: \(layer.tile.height) x \(layer.tile.width) x \(layer.tile.outputChannels) of the output from "
        + "\(layer.inputChannelTile) input channels at a time, \(planned.tiles) in all;",
      "\(order).",
    ]
  }
  if !planned.buffers.isEmpty { lines += ["", "  buffer        level  offset  bytes  slots"] }
  for buffer in planned.buffers {
    lines.append(
      "  \(padded(buffer.operand.rawValue, 13)) \(padded(buffer.level.rawValue, 5)) \(aligned(buffer.offset, 7)) "
        + "\(aligned(buffer.bytes, 6)) \(aligned(buffer.count, 6))")
  }
  return "/*" + lines.map { $0.isEmpty ? "" : " " + commented($0) }.joined(separator: "\n *") + "\n */\n"
}

private func describe(_ operand: PlannedOperand) -> String {
  "\(operand.shape) \(operand.type.rawValue) in \(operand.level.rawValue)"
}

private func describe(_ geometry: LayerGeometry) -> String {
  let padding = geometry.padding
  func text(_ extent: Extent) -> String { "\(extent.height)x\(extent.width)" }
  return "kernel \(text(geometry.kernel)), stride \(text(geometry.stride)), dilation \(text(geometry.dilation)), "
    + "padding \(padding.top) top, \(padding.left) left, \(padding.bottom) bottom, \(padding.right) right"
}

/// How weights are stored and how accumulators become codes, where a layer has them.
private func arithmetic(_ layer: ResolvedLayer) -> [String] {
  var lines: [String] = []
  if case .convolution(let convolution) = layer.operation {
    let zeroPoints = convolution.weightZeroPoints.isEmpty ? "" : ", a zero point for each output channel"
    let order = layer.constantOrder == .plain ? "" : ", constants in the order \(layer.constantOrder.rawValue)"
    lines.append("weights \(convolution.weightType.rawValue)\(zeroPoints)\(order)")
  }
  if let requantization = layer.planned.requantization {
    let entries =
      requantization.entriesPerChannel == 0 ? "" : " with up to \(requantization.entriesPerChannel) entries a rule"
    lines.append(
      "requantization \(requantization.form.rawValue)\(entries) to \(requantization.low)...\(requantization.high)")
  }
  return lines
}
